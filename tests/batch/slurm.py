#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The part of tests/batch/slurm that submits jobs, as a plain user."""

import pathlib
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import batch    # noqa: E402    (its place is not on the path before)

FILES = 12


def submit(script, *options):
    """(exit status, what sbatch said) when all tasks have ended."""
    done = subprocess.run(["sbatch", "--wait", *options, script], capture_output=True, text=True, check=False,
                          timeout=600)
    return done.returncode, done.stdout + done.stderr


def write_script(work, *options):
    script = work.with_suffix(".sh")
    script.write_text(batch.run(work, "run", "--slurm", *options))
    return script


def check_array(folder, captures, expected):
    work = folder / "an array"
    # Two bad ones, as a task says so only in its log.
    bad = folder / "bad"
    bad.mkdir()
    good = sorted(captures.iterdir())[0].read_bytes()
    (bad / "cut.pcapng").write_bytes(good[:-9])
    (bad / "text.pcap").write_text("no capture\n")
    batch.run(work, "plan", captures, bad, "--jobs", FILES)
    script = write_script(work)
    print(script.read_text())
    started = time.monotonic()
    status, text = submit(script)
    batch.must(status == 0, f"sbatch: exit {status}: {text}")
    said = batch.run(work, "merge", status=1)
    batch.must("cut.pcapng: not all of it was judged: " in said and "text.pcap: not judged: " in said
               and said.count("judged: ") == 2, f"bad files are not told:\n{said}")
    rows = batch.rows(work)
    bad_ones = {row[0] for row in rows["capture"] if row[4] != "done"}
    batch.must({name: [row for row in of if row[0] not in bad_ones] for name, of in rows.items()} == expected,
               "with Slurm rows differ")
    print(f"{len(list((work / 'results').glob('*.jsonl')))} jobs in {time.monotonic() - started:.1f} s: {text.strip()}")


def check_cancelled(folder, captures, expected):
    """A task is cancelled while it runs, as one that was preempted: what it did not do is left."""
    work = folder / "cancelled"
    slow = batch.program(folder / "slow-tshark", '#!/bin/sh\ncase "$*" in\n*-r\\ *) sleep 2 ;;\nesac\n'
                         f'exec {shutil.which("tshark")} "$@"\n')
    batch.run(work, "plan", captures, "--jobs", FILES, "--tshark", slow)
    script = write_script(work, "--tshark", slow)
    submitted = subprocess.Popen(["sbatch", "--wait", "--parsable", script], stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True)
    job = submitted.stdout.readline().strip()
    while not list((work / "results").glob("*.jsonl")):
        time.sleep(0.1)
    running = subprocess.run(["squeue", "--noheader", "--states=R", "--format=%i"], capture_output=True, text=True,
                             check=True).stdout.split()
    subprocess.run(["scancel", running[0]], check=True)
    submitted.communicate(timeout=300)
    done = len(list((work / "results").glob("*.jsonl")))
    batch.must(submitted.returncode != 0 and done == FILES - 1,
               f"job {job}, task {running[0]} cancelled: exit {submitted.returncode}, {done} of {FILES} done")
    text = batch.run(work, "merge", status=1)
    batch.must(text.count(": not judged: its job has no result yet") == 1, f"it is not said:\n{text}")
    status, text = submit(write_script(work, "--tshark", slow))
    batch.must(status == 0, f"sbatch: exit {status}: {text}")
    batch.run(work, "merge")
    batch.must(batch.rows(work) == expected, "after a cancelled task rows differ")
    print(f"one of {FILES} tasks cancelled: {done} done, then the rest")


def main():
    with batch.scratch() as folder:
        folder = pathlib.Path(folder)
        captures = batch.some_captures(folder, FILES)
        batch.run(folder / "here", "all", captures)
        expected = batch.rows(folder / "here")
        for check in (check_array, check_cancelled):
            check(folder, captures, expected)
    print("all as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
