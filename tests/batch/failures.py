#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes wrong, done on purpose: killed runs, crashing workers, bad files, a full disk, a lost host,
two runs at once. Nothing is lost, nothing is there twice, and each failed file has its line."""

import functools
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import batch    # noqa: E402    (its place is not on the path before)

FILES = 12


def line_about(text, name):
    lines = [line for line in text.splitlines() if f"/{name}: " in line]
    batch.must(len(lines) == 1, f"{name} has {len(lines)} lines, not one:\n{text}")
    return lines[0]


def check_kill(folder, captures, expected):
    """kill -9 at random moments, then once to the end."""
    work, seed = folder / "killed", random.randrange(10**6)
    moments = random.Random(seed)
    for _ in range(3):
        run = subprocess.Popen([sys.executable, str(batch.COMMAND), "--work", work, captures],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.2, 4))
        run.send_signal(signal.SIGKILL)
        run.wait()
    batch.run(work, "all", captures)
    batch.must(batch.rows(work) == expected, f"killed and resumed is not the same (seed {seed})")
    batch.must(not list((work / "results").glob("*.part")), "something was left behind")
    text = batch.run(work, "all", captures)
    batch.must("0 captures to judge" in text and batch.rows(work) == expected, "what is done is done again")


def check_workers(folder, captures, expected):
    batch.run(folder / "one", "all", captures, "--jobs", 1)
    batch.must(batch.rows(folder / "one") == expected, "the number of workers changes rows")


def check_bad_files(folder, captures):
    """Each bad file has one line that says why; the others are judged."""
    bad, work = folder / "bad", folder / "bad-work"
    bad.mkdir()
    good = sorted(captures.iterdir())[0]
    shutil.copy(good, bad / "good.pcapng")
    (bad / "cut.pcapng").write_bytes(sorted(captures.iterdir())[1].read_bytes()[:-9])
    (bad / "crash.pcapng").write_bytes(sorted(captures.iterdir())[2].read_bytes())
    (bad / "slow.pcapng").write_bytes(sorted(captures.iterdir())[3].read_bytes())
    (bad / "empty.pcap").touch()
    (bad / "text.pcap").write_text("no capture\n")
    shutil.copy(good, bad / "closed.pcap")
    (bad / "closed.pcap").chmod(0)
    tshark = batch.program(folder / "tshark", '#!/bin/sh\ncase "$*" in\n*crash.pcapng*) kill -SEGV $$ ;;\n'
                     '*slow.pcapng*) exec sleep 60 ;;\nesac\nexec tshark "$@"\n')
    options = ("--tshark", tshark, "--deadline", 15)
    text = batch.run(work, "all", bad, folder / "none.pcap", *options, status=1)
    told = text.split("captures:")[0]       # the report repeats it
    for name, why in (("cut.pcapng", "cut short"), ("crash.pcapng", "SIGSEGV"), ("slow.pcapng", "no end after 15 s"),
                      ("empty.pcap", "it is empty"), ("text.pcap", "a capture file"), ("none.pcap", "no such file"),
                      ("closed.pcap", "Permission denied")):
        if name == "closed.pcap" and not os.geteuid():
            continue
        batch.must(why in line_about(told, name), f"{name}: {why} is not said: {line_about(told, name)}")
    status = {row[3].rpartition("/")[2]: row[4] for row in batch.rows(work)["capture"]}
    batch.must(status["good.pcapng"] == "done" and status["cut.pcapng"] == "partial"
               and status["crash.pcapng"] == "failed", f"states are {status}")
    # Mended: the failed ones are tried again, and only these.
    for name in ("cut.pcapng", "text.pcap", "closed.pcap", "empty.pcap"):
        (bad / name).unlink()
    text = batch.run(work, "all", bad)
    batch.must("2 captures to judge, 1 known" in text, f"not the failed ones alone:\n{text}")


def fake_ssh(folder, name, text):
    """An ssh that runs everything here, after `text`, which knows $host."""
    return batch.program(folder / name, '#!/bin/sh\nwhile :; do case $1 in -*) shift ;; *) break ;; esac; done\n'
                   f'host=$1; shift; [ "$1" != -- ] || shift\n{text}\nexec sh -c "$*"\n')


def check_full_disk(folder, captures, expected):
    """A host on which no file may grow beyond 4 KiB: results do not fit, and say so."""
    work = folder / "full"
    batch.run(work, "plan", captures)
    ssh = fake_ssh(folder, "ssh-full", "ulimit -f 8")
    text = batch.run(work, "run", "--hosts", "2/full", "--ssh", ssh, status=1)
    batch.must("File too large" in text, f"nothing is said about it:\n{text}")
    batch.must(not list((work / "results").glob("*.part")), "half a result was left")
    batch.run(work, "run")
    batch.run(work, "merge")
    batch.must(batch.rows(work) == expected, "after a full disk rows differ")


def check_hosts(folder, captures, expected):
    """One of two hosts is lost: the other one does its work."""
    work = folder / "hosts"
    ssh = fake_ssh(folder, "ssh", f'echo $host >>{folder}/hosts-asked\ncase $host in lost)'
                   ' echo "ssh: connect to host lost: No route to host" >&2; exit 255 ;; esac')
    batch.run(work, "all", captures, "--hosts", "1/good,1/lost", "--ssh", ssh)
    batch.must(batch.rows(work) == expected, "with a lost host rows differ")
    asked = (folder / "hosts-asked").read_text().split()
    batch.must("lost" in asked and "good" in asked, f"asked were {set(asked)}")
    work = folder / "no-hosts"
    text = batch.run(work, "all", captures, "--hosts", "2/lost", "--ssh", ssh, status=1)
    batch.must(text.count("not judged") >= FILES, f"not every file has its line:\n{text}")
    batch.run(work, "all", captures)
    batch.must(batch.rows(work) == expected, "after losing all hosts rows differ")


def check_together(folder, captures, expected):
    """Two runs: in one folder the second one goes; on one database they wait for each other."""
    work = folder / "together"
    first = subprocess.Popen([sys.executable, str(batch.COMMAND), "--work", work, captures],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (work / "order").exists() and first.poll() is None:
        time.sleep(0.02)
    batch.must("somebody works in" in batch.run(work, "all", captures, status=1), "two runs in one folder")
    batch.must(first.wait() == 0 and batch.rows(work) == expected, "the first of two runs failed")
    shared, names = folder / "shared", sorted(captures.iterdir())
    shared.mkdir()
    both = [subprocess.Popen([sys.executable, str(batch.COMMAND), "--work", folder / f"part-{i}", "--db",
                              shared / "findings.sqlite", *names[i * 4:i * 4 + 8]],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for i in (0, 1)]
    for run in both:
        text = run.communicate()[1]
        batch.must(run.returncode == 0, f"two runs on one database: {text}")
    batch.must(batch.rows(shared) == expected, "two runs on one database: rows differ")


def check_slurm(folder, captures, expected):
    """The script for Slurm, run as Slurm does: one task after the other."""
    work = folder / "slurm"
    batch.run(work, "plan", captures)
    script = batch.program(folder / "array.sh", batch.run(work, "run", "--slurm"))
    tasks = int(script.read_text().split("--array=1-")[1].split()[0])
    for number in range(1, tasks + 1):
        subprocess.run([script], env={**os.environ, "SLURM_ARRAY_TASK_ID": str(number)}, check=True,
                       stdout=subprocess.DEVNULL)
    batch.run(work, "merge")
    batch.must(batch.rows(work) == expected, "with Slurm rows differ")


def one_line(text, words):
    lines = [line for line in text.splitlines() if words in line]
    batch.must(len(lines) == 1, f"'{words}' is in {len(lines)} lines, not one:\n{text}")
    batch.must("Traceback" not in text, text)


def check_damaged(folder, captures, expected):
    """A damaged file of --work costs what it tells of, which is done again; nothing else."""
    work = folder / "damaged"
    batch.run(work, "plan", captures)
    first, second, *_ = sorted((work / "jobs").iterdir())
    first.write_bytes(first.read_bytes()[:100])
    one_line(batch.run(work, "run", status=1), f"{first}: damaged: plan again")
    results = list((work / "results").iterdir())
    batch.must(len(results) == len(list((work / "jobs").iterdir())) - 1, "not all others were run")
    shutil.rmtree(work)

    batch.run(work, "plan", captures)
    batch.run(work, "run")
    (work / "findings.sqlite").unlink()         # as if merge were still to come
    result = work / "results" / f"{second.stem}.jsonl"
    result.write_bytes(result.read_bytes()[:-50])
    (work / "inputs.json").write_bytes((work / "inputs.json").read_bytes()[:-50])
    text = batch.run(work, "merge", status=1)
    one_line(text, f"{result}: damaged")
    one_line(text, f"{work / 'inputs.json'}: damaged")
    lost = len(expected["capture"]) - len(batch.rows(work)["capture"])
    batch.must(0 < lost < FILES, f"{lost} captures are lost")
    text = batch.run(work, "all", captures)
    batch.must(f"{lost} capture" in text and batch.rows(work) == expected,
               f"after damage rows differ:\n{text}")

    base = work / "findings.sqlite"
    base.write_bytes(b"no database" * 1000)
    for command in (("all", captures), ("merge",), ("report",)):
        one_line(batch.run(work, *command, status=1), f"{base}: file is not a database")
    base.rename(folder / "no-database")
    text = batch.run(work, "all", captures)
    batch.must("0 captures to judge" in text and batch.rows(work) == expected,
               f"with a new database rows differ:\n{text}")


def check_outputs(folder, captures, expected):
    """What cannot be written is told, by a line and by the status; no half file looks whole."""
    work, page = folder / "all", folder / "page.html"
    batch.run(folder / "planned", "plan", captures)
    with open("/dev/full", "w", encoding="utf-8") as full:
        for where, command in ((work, ["report"]), (work, ["report", "--json"]),
                               (folder / "planned", ["run", "--slurm"])):
            done = start(command[0], "--work", where, *command[1:], stdout=full)
            batch.must(done == (1, "interference-batch: standard output: No space left on device\n"),
                       f"{command}: {done}")
        done = start("report", "--work", folder / "none", stderr=full, stdout=full)
        batch.must(done[0] == 2, f"standard error is full: {done}")
    reader, writer = os.pipe()
    os.close(reader)
    for command in (["report"], ["report", "--json"]):
        done = start(*command, "--work", work, stdout=writer)
        batch.must(done == (-signal.SIGPIPE, ""), f"nobody reads any more: {done}")
    os.close(writer)

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    one_line(batch.run(work, "report", "--html", page, status=1, limit=small_files), "File too large")
    page.symlink_to(folder / "mine")
    one_line(batch.run(work, "report", "--html", page, status=2), f"{page}: it is there, and no file")
    one_line(batch.run(folder / "new", "all", captures, "--html", folder / "none" / "x", status=2),
             "there is no folder")
    batch.must(not (folder / "new").exists() and not (folder / "mine").exists()
               and not list(folder.glob("*.part")), "something was left behind")
    page.unlink()
    batch.run(work, "report", "--html", page)
    batch.must(page.read_text().endswith("</html>\n"), "the page is not whole")


def started(*words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, cwd=None, environment=None):
    """The finished command."""
    return subprocess.run([sys.executable, "-B", batch.COMMAND, *words], stdout=stdout, stderr=stderr,
                          stdin=subprocess.DEVNULL, text=True, check=False, cwd=cwd,
                          env={**os.environ, **(environment or {})})


def start(*words, **streams):
    """(exit status, standard error)."""
    done = started(*words, **streams)
    return done.returncode, done.stderr


def timed(first, *checks):
    for check in checks:
        started = time.monotonic()
        check(first)
        name = getattr(check, "func", check).__name__
        print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)


def main():
    batch.need("tshark", "capinfos", "parallel")
    with batch.scratch() as folder:
        folder = pathlib.Path(folder)
        captures = batch.some_captures(folder, FILES)
        batch.run(folder / "all", "all", captures)
        expected = batch.rows(folder / "all")
        batch.must(len(expected["finding"]) > 5, "these captures have hardly any finding")
        timed(folder, *(functools.partial(check, captures=captures, expected=expected) for check in (
            check_workers, check_damaged, check_outputs, check_kill, check_full_disk, check_hosts,
            check_together, check_slurm)))
        check_bad_files(folder, captures)
        text = batch.run(folder / "all", "plan", status=2)
        batch.must("which captures?" in text, "no captures, and no word about it")
    print("all as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
