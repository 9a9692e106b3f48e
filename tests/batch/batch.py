# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of interference-batch share: running it, reading its database, making captures."""

import atexit
import os
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PARTS = ROOT / "plugin" / "batch"
LAB = ROOT / "captures" / "recorded"
SKIPPED = 77
TABLES = ("capture", "finding", "evidence", "notice")


sys.path.insert(0, str(PARTS))      # for tests that import them


def installed():
    """The command as it is installed: one file."""
    folder = tempfile.mkdtemp(prefix="interference-batch-test-")
    atexit.register(shutil.rmtree, folder)
    target = pathlib.Path(folder) / "interference-batch"
    subprocess.run([sys.executable, "-B", PARTS / "zipped", target], check=True)
    return target


COMMAND = installed()


def need(*programs):
    """Ends the test as skipped where one is missing."""
    for program in programs:
        if not shutil.which(program):
            print(f"SKIPPED: there is no {program}")
            sys.exit(SKIPPED)


def run(work, *arguments, status=0, environment=None, limit=None):
    """Runs the command; what it wrote to standard error and output."""
    words = list(map(str, arguments))
    done = subprocess.run([sys.executable, "-B", str(COMMAND), words[0], "--work", str(work), *words[1:]],
                          capture_output=True, text=True, errors="surrogateescape", timeout=1800, check=False,
                          env={**os.environ, **(environment or {})}, preexec_fn=limit)
    if done.returncode != status:
        sys.exit(f"FAILED: {' '.join(words[:1])}: exit {done.returncode}, not {status}\n{done.stdout}{done.stderr}")
    return done.stderr + done.stdout


def rows(work, tables=TABLES):
    """{table: its rows, in order}."""
    with sqlite3.connect(pathlib.Path(work) / "findings.sqlite") as db:
        return {table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


def some_captures(folder, count):
    """A folder with so many of the lab's captures, each of another scenario."""
    captures = folder / "captures"
    captures.mkdir()
    for number, path in enumerate(sorted(LAB.glob("*/client.pcapng"))[::14][:count]):
        shutil.copy(path, captures / f"{number:02}.pcapng")
    return captures


def must(condition, text):
    if not condition:
        sys.exit(f"FAILED: {text}")


def program(path, text):
    """A script that others start."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def scratch():
    return tempfile.TemporaryDirectory(prefix="interference-batch-test-")


# ---- one large capture of many small ones ----

PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)   # ns, Ethernet
RECORD = struct.Struct("<IIII")
HOUR = 3600


def packets(path):
    """(time in ns, captured, length, bytes) of each packet of any capture."""
    data = subprocess.run(["editcap", "-F", "nsecpcap", path, "-"], capture_output=True, check=True).stdout
    at = 24
    while at < len(data):
        second, nano, captured, length = RECORD.unpack_from(data, at)
        yield second * 10**9 + nano, length, data[at + 16:at + 16 + captured]
        at += 16 + captured


def addresses(frames):
    """Addresses of IP headers directly on Ethernet (those in tunnels and VLANs stay as they are)."""
    found = set()
    for frame in frames:
        if frame[12:14] == b"\x08\x00":
            found |= {frame[26:30], frame[30:34]}
        elif frame[12:14] == b"\x86\xdd":
            found |= {frame[22:38], frame[38:54]}
    return found


def concatenate(captures, target):
    """One capture of many: each an hour after the one before, and with addresses of its own, wherever
    they stand (headers, quoted headers, DNS answers). Checksums are not made anew; nobody reads them."""
    with open(target, "wb") as out:
        out.write(PCAP_HEADER)
        for number, capture in enumerate(captures, 60):     # not 51, which is there already
            taken = list(packets(capture))
            first = min((time for time, _, _ in taken), default=0)
            change = {}
            for old in addresses(frame for _, _, frame in taken):
                new = bytearray(old)
                # IPv4: the second octet; IPv6: the last two of the prefix.
                if len(old) == 4:
                    new[1] = number
                else:
                    new[6:8] = struct.pack(">H", 0x4000 + number)
                change[old] = bytes(new)
            for time, length, frame in taken:
                for old, new in change.items():
                    frame = frame.replace(old, new)
                time = time - first + (1_700_000_000 + number * HOUR) * 10**9
                out.write(RECORD.pack(time // 10**9, time % 10**9, len(frame), length) + frame)
