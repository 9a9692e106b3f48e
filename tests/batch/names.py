#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""No name is ever a program. Folders and captures that are called as somebody would call them who
wants parallel, a shell, ssh, Slurm, SQL, a browser or a terminal to take a name for more than a name
go through every command: they are judged, or one line names them. What each would do if it were
taken for a program is to make a file MARKER, somewhere below."""

import html
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unicodedata

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import batch    # noqa: E402    (its place is not on the path before)
import failures     # noqa: E402

NAMES = [name if isinstance(name, bytes) else name.encode() for name in (
    "{}", "{.}{}{#}{%}{1}{2}{3}", "h{=system q(touch MARKER)=}", "{= $_ = q(x) =}",
    b"\xaf<system q(touch MARKER)\xaf>",        # what parallel makes of {= =} inside
    "$(touch MARKER)", "`touch MARKER`", "; touch MARKER;", "| touch MARKER", "& touch MARKER #",
    "it's", 'a "quote"', "back\\slash\\n", "two\ntouch MARKER\n", "#SBATCH --wrap=x", "100%a%j",
    "-rf", "--html", "*?[a-z]", "~", " blank ", "tab\ttab", "!x", "%s%n",
    b"not \xff\xfe utf8", b"half \xc3", "\u202egnp.exe\u2066", "C1 \u009b31m \u0085", "\x1b[31mred\x07",
    "'); DROP TABLE finding; --", "<script>alert(1)", "a&amp;b", "$title ${body}", "name,1,2",
    "COM1:", "file:x?mode=memory", ":memory:", "@", "=cmd()", "x" * 200)]
CONTROL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def fs(name):
    return os.fsdecode(name)


def must_be_plain(text, words):
    """Nothing in it moves a terminal or turns its text round."""
    bad = {c for c in text if unicodedata.category(c) in CONTROL and c != "\n"}
    batch.must(not bad, f"{words}: it says {bad}")


def must_be_unmarked(folder):
    found = [os.path.join(where, "MARKER") for where, folders, files in os.walk(folder)
             if "MARKER" in folders + files]
    batch.must(not found, f"a name was run: {found}")


class Tried:
    def __init__(self, folder):
        self.folder = folder
        self.one = folder / "one.pcapng"        # it has a forged answer
        shutil.copy(batch.LAB / "dns-a" / "client.pcapng", self.one)

    def run(self, work, *words, status=0, **more):
        """What is said, which is plain; and nothing was run."""
        text = batch.run(work, *words, status=status, **more)
        must_be_plain(text, words[0])
        must_be_unmarked(self.folder)
        return text

    def captures(self, folder):
        """So many different captures, one of each name, in folders of these names."""
        packets = list(batch.packets(self.one))
        for number, name in enumerate(NAMES):
            below = os.path.join(os.fsencode(folder), NAMES[-1 - number])
            os.makedirs(below)
            with open(os.path.join(below, name[:200] + b".pcap"), "wb") as file:
                file.write(batch.PCAP_HEADER)
                for when, length, frame in packets:
                    when += number * batch.HOUR * 10**9
                    file.write(batch.RECORD.pack(when // 10**9, when % 10**9, len(frame), length)
                               + frame)
        return folder

    def deep_folders(self):
        """Paths with many of these names in each; SQLite opens none of more than 512 bytes."""
        parts = [[]]
        for name in NAMES:
            if len(b"/".join([*parts[-1], name])) > 230:
                parts.append([])
            parts[-1].append(name)
        for number, names in enumerate(parts):
            path = self.folder / str(number) / fs(b"/".join(names))
            path.mkdir(parents=True)
            yield path


def check_captures(tried):
    """Hostile names of captures, in a folder that is called as usual."""
    captures, work = tried.captures(tried.folder / "set"), tried.folder / "work"
    page, listed = tried.folder / "report.html", tried.folder / "list"
    tried.run(work, "all", captures, "--html", page)
    rows = batch.rows(work, ("capture", "finding"))
    batch.must({row[4] for row in rows["capture"]} == {"done"} and len(rows["capture"]) == len(NAMES),
               f"not all were judged: {[(row[3], row[4]) for row in rows['capture']]}")
    batch.must(len(rows["finding"]) >= len(NAMES), "hardly any finding")
    text = page.read_text()
    must_be_plain(text, "the page")
    batch.must("<script" not in text and html.escape("<script>alert(1).pcap") in text,
               "a name is markup")
    tried.run(work, "report", "--limit", 0)
    data = json.loads(tried.run(work, "report", "--json"))
    names = {capture["name"] for capture in data["captures"]}
    for name in NAMES:
        told = f"{name[:200].decode()}.pcap" if is_utf8(name) else None
        batch.must(not told or any(one.endswith("/" + told) for one in names),
                   f"the report has no capture {name}")
    batch.must(any(one.endswith(r"/not \xff\xfe utf8.pcap") for one in names), "no name in bytes")
    # Known by all their names, from a list, too. A list has a name a line.
    listed.write_bytes(b"\n".join(os.fsencode(path) for path in captures.rglob("*.pcap")
                                  if "\n" not in str(path)))
    text = tried.run(work, "all", "--list", listed, "--json")
    batch.must("0 captures to judge" in text, f"names are not known again:\n{text[:400]}")


def is_utf8(name):
    try:
        return bool(name.decode())
    except UnicodeDecodeError:
        return False


def check_work(tried):
    """Hostile names in the path of --work, --db and --html; here, on hosts, in steps."""
    for folder in tried.deep_folders():
        check_one_work(tried, folder / "work")


def check_one_work(tried, work):
    page = work.parent / fs(NAMES[2] + b".html")
    tried.run(work, "all", tried.one, "--html", page)
    expected = batch.rows(work)
    batch.must(expected["capture"][0][4] == "done" and expected["finding"], "it was not judged")
    batch.must("<h1>" in page.read_text(), "there is no page")
    elsewhere, hosted = work.parent / fs(NAMES[5] + b".db"), work.parent / fs(NAMES[2])
    options = "--db", elsewhere
    ssh = failures.fake_ssh(tried.folder, "ssh", "")
    for words in (("plan", tried.one), ("run", "--hosts", "2/one,1/two", "--ssh", ssh),
                  ("merge", "--again"), ("report",), ("report", "--json")):
        tried.run(hosted, words[0], *options, *words[1:])
    shutil.copy(elsewhere, hosted / "findings.sqlite")
    batch.must(batch.rows(hosted) == expected, "on hosts rows differ")
    text = tried.run(work, "run", "--slurm", status=2)
    batch.must(text.count("\n") == 1 and "not for --slurm" in text, f"Slurm: {text}")
    text = tried.run(work, "all", work.parent, status=1)        # no capture in there
    batch.must(text.count("there is no capture in this folder") == 1, f"not named:\n{text}")


def check_each_work(tried):
    """Each of these as a folder for itself, so that none is safe only beside the others."""
    for name in (*NAMES[:6], b"two\ntouch MARKER\n", b"-rf", b"not \xff\xfe utf8"):
        work = tried.folder / "each" / fs(name)
        tried.run(work, "all", tried.one)
        batch.must(batch.rows(work)["capture"][0][4] == "done", f"{name} was not judged")


def check_arguments(tried):
    """As a shell's pattern gives them: without a folder before them."""
    folder = tried.folder / "args"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(tried.one, os.path.join(os.fsencode(folder), name + b".pcap"))
    names = sorted(os.listdir(folder))
    os.chdir(folder)
    text = tried.run(tried.folder / "w1", "all", *names, status=2)
    batch.must("unrecognized arguments: -rf.pcap" in text or "-rf.pcap" in text,
               f"it is not said which is an option:\n{text}")
    text = tried.run(tried.folder / "w1", "plan", "--", *names)
    batch.must(f"{len(names)} files; 1 capture to judge" in text, f"not all are there:\n{text}")
    text = tried.run(tried.folder / "w1", "plan", "--", fs(b"no \xff\x1b[31m.pcap"), status=1)
    batch.must(r"no \xff\x1b[31m.pcap: there is no such file" in text, f"not named:\n{text}")
    os.chdir(tried.folder)


def check_archive(tried):
    """A folder --work that came with somebody's archive runs nothing of what it brings."""
    work = tried.folder / "archive"
    program = batch.program(tried.folder / "program", f"#!/bin/sh\ntouch {tried.folder}/MARKER\n"
                            'exec tshark "$@"\n')
    tried.run(work, "plan", tried.one)
    job, = (work / "jobs").iterdir()
    job.write_text(job.read_text().replace('"tshark": "tshark"', f'"tshark": "{program}"'))
    text = tried.run(work, "run", status=2)
    batch.must(f"--tshark {program}" in text, f"it is not asked for:\n{text}")
    (work / ".parallel").mkdir()
    (work / ".parallel" / "config").write_text("--dry-run\n")
    cache = work / ".parallel" / "tmp" / "sshlogin" / os.uname().nodename
    cache.mkdir(parents=True)
    (cache / "setpgrp_func").write_text(f"system q(touch {tried.folder}/MARKER); 1")
    (tried.folder / "mine").write_text("mine")
    for name in ("order", "inputs.json", "run.log", "pending"):
        (work / name).unlink(missing_ok=True)
        (work / name).symlink_to(tried.folder / "mine")
    tried.run(work, "all", tried.one)
    batch.must((tried.folder / "mine").read_text() == "mine", "a link was followed")
    batch.must(batch.rows(work)["capture"][0][4] == "done", "it was not judged")
    linked = tried.folder / "linked"
    linked.mkdir()
    (linked / "findings.sqlite").symlink_to(tried.folder / "mine")
    text = tried.run(linked, "all", tried.one, status=2)
    batch.must("it is a link" in text and (tried.folder / "mine").read_text() == "mine",
               f"the database is somebody's file:\n{text}")


def check_slurm(tried):
    """Hostile captures, a folder with a blank; run as Slurm does."""
    work = tried.folder / "for Slurm"
    tried.run(work, "plan", tried.folder / "set")
    script = batch.program(tried.folder / "array.sh", tried.run(work, "run", "--slurm"))
    cut = batch.program(tried.folder / "cut.sh", script.read_text()[:-100])
    for number in range(1, int(script.read_text().split("--array=1-")[1].split()[0]) + 1):
        task = {**os.environ, "SLURM_ARRAY_TASK_ID": str(number)}
        subprocess.run([cut], env=task, check=False, capture_output=True)
        batch.must(not list((work / "results").iterdir()) or number > 1, "a cut script does something")
        subprocess.run([script], env=task, check=True, stdout=subprocess.DEVNULL)
    tried.run(work, "merge")
    batch.must(len(batch.rows(work)["capture"]) == len(NAMES), "not all were judged")


def main():
    batch.need("tshark", "capinfos", "parallel")
    with batch.scratch() as folder:
        os.chdir(folder)        # where a name that is run makes its MARKER
        tried = Tried(pathlib.Path(folder))
        failures.timed(tried, check_captures, check_work, check_each_work, check_arguments,
                       check_archive, check_slurm)
    print("all as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
