#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What people meet: a word that is no command, a program that is missing, what is said in the end."""

import os
import pathlib
import re
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import batch    # noqa: E402    (its place is not on the path before)
import failures     # noqa: E402

DEFAULT = "interference-batch.d"        # where all is kept if nobody says where


def called(folder, *words, path=None):
    """(exit status, lines of standard output, lines of standard error), called in that folder."""
    done = failures.started(*words, cwd=folder, environment={"PATH": path} if path else {})
    batch.must("Traceback" not in done.stderr, done.stderr)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def check_words(folder):
    """Nothing is made and nothing reported where nothing can be meant."""
    status, out, said = called(folder)
    batch.must((status, out) == (2, []) and "which captures?" in said[-1], f"no word: {status} {said}")
    for word, command in (("repotr", "report"), ("plann", "plan"), ("merg", "merge"), ("Run", "run")):
        status, out, said = called(folder, word)
        batch.must((status, out, said) == (2, [], [
            f"interference-batch: there is neither a command nor a capture '{word}': did you mean"
            f" {command}?"]), f"{word}: {status} {out} {said}")
    status, out, said = called(folder, "none.pcap", "nor-this.pcap")
    batch.must((status, out) == (1, []) and said == [
        "interference-batch: none.pcap: there is no such file",
        "interference-batch: nor-this.pcap: there is no such file"], f"{status} {out} {said}")
    batch.must(os.listdir(folder) == ["captures"], f"something was made: {os.listdir(folder)}")
    shutil.copytree(folder / "captures", folder / "merg")       # a folder may be called so
    status, _, said = called(folder, "merg")
    batch.must(status == 0, f"{status} {said}")
    shutil.rmtree(folder / "merg")
    shutil.rmtree(folder / DEFAULT)


def check_parallel(folder):
    """It is looked for before anything is read; without it one can still plan and print a script."""
    programs = folder / "programs"
    programs.mkdir()
    for name in ("tshark", "capinfos", "editcap", "sh", "python3"):
        (programs / name).symlink_to(shutil.which(name))
    for words in (["captures"], ["run"]):
        status, out, said = called(folder, *words, path=str(programs))
        batch.must((status, out, said) == (2, [], ["interference-batch: there is no parallel:"
                                                   " apt-get install parallel"]), f"{status} {said}")
    batch.must(not (folder / DEFAULT).exists(), "it was looked for too late")
    batch.must(called(folder, "plan", "captures", path=str(programs))[0] == 0, "no plan without it")
    status, out, _ = called(folder, "run", "--slurm", path=str(programs))
    batch.must(status == 0 and out[0] == "#!/bin/sh", "no script for Slurm without it")
    batch.program(programs / "parallel", "#!/bin/sh\necho \"parallel: invalid option -- '-'\" >&2\nexit 1\n")
    status, out, said = called(folder, "run", path=str(programs))
    batch.must(status == 2 and "is not GNU parallel" in said[0], f"{status} {said}")
    shutil.rmtree(folder / DEFAULT)


def check_result(folder):
    """Two lines in the end, where the report is a page; the number of new captures after a merge."""
    status, out, said = called(folder, "captures", "--html", "report.html")
    batch.must((status, out) == (0, []), f"{status} {out} {said}")
    headline, written = said[-2:]
    batch.must(" of 6 captures hold" in headline and headline.endswith(f"{DEFAULT}/findings.sqlite"),
               f"no headline: {headline}")
    batch.must(written == "interference-batch: report.html is written", f"not said: {written}")
    batch.must((folder / "report.html").exists(), "there is no page")
    status, out, said = called(folder, "report")
    batch.must(status == 0 and not said and out[0] in headline, f"another headline: {out[:1]}")
    status, _, said = called(folder, "merge")
    batch.must(said == [f"interference-batch: {folder}/{DEFAULT}/findings.sqlite: 6 captures in the"
                        " database, 0 new"], f"{said}")
    (folder / DEFAULT / "findings.sqlite").unlink()
    _, _, said = called(folder, "merge")
    batch.must(said[0].endswith(": 6 captures in the database, 6 new"), f"{said}")
    cut = folder / "captures" / "cut.pcapng"
    cut.write_bytes(next((folder / "captures").iterdir()).read_bytes()[:-9])
    (folder / "captures" / "text.pcap").write_text("no capture\n")
    status, out, said = called(folder, "captures")
    batch.must(status == 1 and any("1 failed, 1 in part, finished" in line for line in said),
               f"what is cut short is called failed: {said}")
    forged, captures, *others = map(int, re.findall(r"\d+", out[0]))
    without = captures - forged - sum(others)
    batch.must(captures == 8 and forged and without and out[1].startswith("8 captures: 6 judged, 1 in part"),
               f"{out[:2]}")
    table = out[out.index(f"Captures, below {folder}/captures/") + 2:]
    batch.must(table[captures - without].startswith(f"  {without} capture"),
               f"not one line for all without findings: {table[:captures]}")
    batch.must(all(line.split()[:3] != ["0"] * 3 for line in table[:captures - without]), "a row of zeros")


def main():
    batch.need("tshark", "capinfos", "editcap", "parallel")
    with batch.scratch() as folder:
        folder = pathlib.Path(folder).resolve()
        batch.some_captures(folder, 6)
        failures.timed(folder, check_words, check_parallel, check_result)
    print("all as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
