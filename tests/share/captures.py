#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""interference-share on every committed capture.

    tests/share/captures.py --scan PROGRAM

Each is shared twice: its incidents, and all of it. What this file reads of captures it reads itself.

  * Verdicts, classes, confidences and signatures are the same lines before and after, each link leads to the
    frame that it led to, and a capture whose evidence rests on what cannot stay is refused with that reason.
  * No address, name, path or cookie of the original is left, searched byte by byte; nor its times.
  * As many checksums are wrong as before.
  * Comments say what is found.
  * One incident has its trigger, its forged and its genuine packet, and fewer frames than the whole.
  * With --keep a list finds what it found; without a key nobody gets the same twice.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "captures"))
import tshark                                                               # noqa: E402

PROGRAM = tshark.ROOT / "plugin" / "share"
RECORDED = tshark.SAMPLES.parent / "recorded"
KEY = bytes(range(32))
REFUSALS = {
    "a list of public addresses, pages or names": re.compile(r"(?:dns|http|tls)-[a-z0-9-]+.* rests on a list of "),
    "in a tunnel": re.compile(r"frame \d+ has evidence and cannot be rewritten: GRE$"),
    "a name that breaks the rules of DNS": re.compile(r"frame 1: trigger would be nothing"),
}
LINK = re.compile(r"(forged_frame|genuine_frame|trigger_frame)=(\d+)")
# The end of most names as DNS has them; hosts, paths and cookies as HTTP has them.
LAST_LABEL = b"\x07example\x00"
HOSTS = re.compile(rb"(?:[a-z0-9][a-z0-9-]{0,62}\.){1,6}(?:example|com|net|org|go\.id|or\.kr)(?![a-z0-9.-])", re.I)
REQUESTS = re.compile(rb"(?:GET|POST|HEAD|PUT) (/[^ \r\n]{4,}) HTTP/")
COOKIES = re.compile(rb"Cookie: ([^\r\n]+)\r\n")
PLAIN = {b"www", b"com", b"net", b"org", b"example", b"local"}
NOBODYS = re.compile(rb"\A(?:\x00{4}|\x7f...|\xff{4}|[\xe0-\xef]...|\x00{15}[\x00\x01]|\xff.{15})\Z", re.S)


class Program:
    def __init__(self, scan, folder):
        self.scan, self.folder = scan, folder
        self.key = folder / "key"
        self.key.write_bytes(KEY)

    def share(self, path, target, *options, key=True):
        """Status and words."""
        with_key = ("--key", self.key) if key else ()
        done = subprocess.run([sys.executable, "-B", PROGRAM, "--scan", self.scan, *with_key, *options, path, target],
                              capture_output=True, text=True, check=False)
        return done.returncode, (done.stdout + done.stderr).strip()

    def lines(self, path):
        done = subprocess.run([self.scan, "-z", "expect", path], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[1:]

    def findings(self, path):
        done = subprocess.run([self.scan, "-z", "json", path], capture_output=True, text=True, check=True)
        return [line for line in map(json.loads, done.stdout.splitlines()) if line["type"] == "finding"]


# ---- reading, apart from the program under test ----

def frames(path):
    """(time, bytes) of a pcap or pcapng file of ours."""
    data = path.read_bytes()
    if data[:4] != b"\n\r\r\n":
        order = "<" if data[0] in (0xd4, 0x4d) else ">"
        scale = 1 if 0x4d in (data[0], data[3]) else 1000
        at = 24
        while at < len(data):
            seconds, part, caught, _ = struct.unpack_from(order + "4I", data, at)
            yield seconds * 10**9 + part * scale, data[at + 16:at + 16 + caught]
            at += 16 + caught
        return
    at, scale = 0, 1000
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 1 and b"\x09\x00\x01\x00\x09" in data[at:at + length]:
            scale = 1
        if kind == 6:
            _, high, low, caught, _ = struct.unpack_from("<5I", data, at + 8)
            yield (high << 32 | low) * scale, data[at + 28:at + 28 + caught]
        at += length


def ip_of(frame):
    """(addresses, protocol, payload) of plain IP on Ethernet; None for others and for fragments."""
    at = 14
    while frame[at - 2:at] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    if frame[at - 2:at] == b"\x08\x00":
        end = at + struct.unpack_from(">H", frame, at + 2)[0]
        if struct.unpack_from(">H", frame, at + 6)[0] & 0x3fff or end > len(frame):
            return None
        return frame[at + 12:at + 20], frame[at + 9], frame[at + ((frame[at] & 15) << 2):end]
    if frame[at - 2:at] == b"\x86\xdd":
        end = at + 40 + struct.unpack_from(">H", frame, at + 4)[0]
        return (frame[at + 8:at + 40], frame[at + 6], frame[at + 40:end]) if end <= len(frame) else None
    return None


def wrong_checksums(path):
    """How many of TCP, UDP and ICMP are."""
    wrong = 0
    for _, frame in frames(path):
        addresses, protocol, payload = ip_of(frame) or (b"", 0, b"")
        if protocol not in (1, 6, 17, 58) or (protocol == 17 and payload[6:8] == b"\0\0"):
            continue
        pseudo = addresses + struct.pack(">II", len(payload), protocol) if protocol != 1 else b""
        data = pseudo + payload + b"\0" * (len(payload) % 2)
        wrong += sum(struct.unpack(f">{len(data) // 2}H", data)) % 0xffff != 0
    return wrong


def names_of(data):
    """What stands in front of last labels, as DNS has it."""
    end = data.find(LAST_LABEL)
    while end >= 0:
        start = end
        while True:
            size = next((n for n in range(1, 64) if start > n and data[start - n - 1] == n
                         and data[start - n:start].replace(b"-", b"").isalnum()), 0)
            if not size:
                break
            start -= size + 1
        if start < end:
            yield data[start:end]
        end = data.find(LAST_LABEL, end + 1)


def tells(secret):
    """Not what stays of names by design, nor a letter or two, which may be their own pseudonym."""
    return any(len(part) > 2 and part not in PLAIN for part in re.split(rb"[.\x01-\x1f]", secret.lower()))


def secrets_of(path):
    """What must not be in what is shared."""
    found = set()
    for _, frame in frames(path):
        found.update(mac for mac in (frame[:6], frame[6:12]) if not mac[0] & 1 and len(set(mac)) > 3)
        addresses = (ip_of(frame) or (b"",))[0]
        half = len(addresses) // 2
        found.update(address for address in (addresses[:half], addresses[half:])
                     if address and not NOBODYS.match(address))
    data = path.read_bytes()
    found.update(names_of(data))
    found.update(HOSTS.findall(data))
    found.update(REQUESTS.findall(data))
    found.update(COOKIES.findall(data))
    return {secret for secret in found if tells(secret)}


# ---- what must hold ----

def plain_lines(lines):
    """Lines without what the other capture has otherwise: frames and names; links as places in the list."""
    place = {int(line.split()[0]): i for i, line in enumerate(lines)}
    out = []
    for line in lines:
        line = re.sub(r" trigger=.*", " trigger", line)
        out.append(LINK.sub(lambda m: f"{m[1]}->{place.get(int(m[2]))}", line).split(" ", 1)[1])
    return out


def check_shared(program, path, target):
    complaints = []
    before, after = program.lines(path), program.lines(target)
    if plain_lines(before) != plain_lines(after):
        complaints.append(f"other lines:\n  {before}\n  {after}")
    data = target.read_bytes()
    complaints += [f"{secret!r} is left" for secret in sorted(secrets_of(path)) if secret in data]
    if data.count(b"Interference: ") != sum(not re.match(r"\d+ notice", line) for line in before):
        complaints.append("comments are not as many as findings")
    old, new = list(frames(path)), list(frames(target))
    if len(old) == len(new):
        shift = new[0][0] - old[0][0] if old else 0
        if any(b[0] - a[0] != shift for a, b in zip(old, new)):
            complaints.append("times are not all shifted by the same")
        if wrong_checksums(path) != wrong_checksums(target):
            complaints.append(f"{wrong_checksums(path)} checksums were wrong, {wrong_checksums(target)} are")
    if new and not 0 <= new[0][0] - 946_684_800 * 10**9 < 10**9:
        complaints.append(f"begins at {new[0][0]}")
    return complaints


def check(program, path):
    """Complaints about a capture, and what became of it, of all of it and of its incidents, if there are any: the
    reason, "" where it was shared."""
    complaints, reasons = [], []
    for options in (("--all",), ()) if program.lines(path) else (("--all",),):
        target = program.folder / f"{path.parent.name}-{path.stem}{''.join(options)}.pcapng"
        status, words = program.share(path, target, *options)
        if status == 0:
            reasons.append("")
            complaints += [f"{' '.join(options)}: {text}" for text in check_shared(program, path, target)]
            target.unlink()
            continue
        reason = next((name for name, pattern in REFUSALS.items() if pattern.search(words)), None)
        reasons.append(reason)
        if status != 1 or not reason or "\n" in words or target.exists():
            complaints.append(f"{' '.join(options)}: exit {status}: {words}")
    return [f"{path.parent.name}/{path.stem}: {text}" for text in complaints], reasons


def check_incidents(program):
    """Each incident by itself: all that is said of it, and no more frames than that takes."""
    complaints, fewer = [], 0
    for path in map(tshark.sample, ("gfw-triplet", "tcpkill-storm")):
        findings, whole = program.findings(path), len(list(frames(path)))
        for incident in sorted({finding["incident"] for finding in findings}):
            target = program.folder / "one.pcapng"
            status, words = program.share(path, target, "--incident", str(incident))
            mine = [finding["verdict"] for finding in findings if finding["incident"] == incident]
            got = [finding["verdict"] for finding in program.findings(target)] if not status else words
            if collections.Counter(mine) - collections.Counter(got):
                complaints.append(f"{path.stem}, incident {incident}: {mine}, but {got}")
            fewer += not status and len(list(frames(target))) < whole
    if not fewer:
        complaints.append("an incident takes all frames everywhere")
    status, words = program.share(path, program.folder / "none.pcapng", "--incident", "5")
    if status != 1 or "there is no incident 5" not in words:
        complaints.append(f"no such incident: exit {status}: {words}")
    return complaints


def check_options(program):
    complaints = []
    path, target = tshark.sample("dns-three-injectors"), program.folder / "x.pcapng"
    kept = [part for address in re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", " ".join(
        sign["evidence"] for finding in program.findings(path) for sign in finding["signatures"]
        if sign["id"] == "dns-bogus-ip")) for part in ("--keep", address)]
    status, words = program.share(path, target, *kept)
    if not kept or status or "dns-bogus-ip" not in " ".join(program.lines(target)):
        complaints.append(f"kept addresses {kept}: exit {status}: {words}")
    one, other = (program.folder / f"{n}.pcapng" for n in (1, 2))
    path = tshark.sample("gfw-triplet")
    program.share(path, one, key=False)
    program.share(path, other, key=False)
    if one.read_bytes() == other.read_bytes():
        complaints.append("twice the same without a key")
    program.share(path, one)
    program.share(path, other)
    if one.read_bytes() != other.read_bytes():
        complaints.append("not the same with the same key")
    made = program.folder / "made"
    program.share(path, one, "--key", made, key=False)
    if len(made.read_bytes()) != 32 or made.stat().st_mode & 0o77:
        complaints.append("a key that was made is not 32 bytes for its owner alone")
    for bad, options in (("no capture", (program.key, target)), ("no file", (program.folder / "none", target)),
                         ("nothing found", (tshark.sample("closed-ports"), target))):
        status, words = program.share(*options)
        if status != 1 or "refused" not in words or "\n" in words:
            complaints.append(f"{bad}: exit {status}: {words}")
    program.key.write_bytes(b"short")
    status, words = program.share(path, target)
    if status != 2 or "a key has 32 bytes, not 5" not in words:
        complaints.append(f"a short key: exit {status}: {words}")
    return complaints


def print_table(results):
    for title, n in (("all of it (--all)", 0), ("its incidents", 1)):
        counts = collections.Counter(reasons[n] for _, reasons in results if n < len(reasons))
        print(f"{title}: {counts['']} of {counts.total()} captures shared")
        del counts[""]
        for reason, count in counts.most_common():
            print(f"  {count:4} refused: {reason}")


def test():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scan", required=True, help="interference-scan")

    options = parser.parse_args()
    if subprocess.run([sys.executable, "-c", "import cryptography"], capture_output=True, check=False).returncode:
        print("SKIPPED: there is no cryptography")
        return tshark.SKIPPED
    paths = [*tshark.samples(), *sorted(RECORDED.rglob("*.pcapng"))]
    with tshark.working_directory() as name:
        program = Program(options.scan, pathlib.Path(name))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda path: check(program, path), paths))
        complaints = [text for found, _ in results for text in found]
        complaints += check_incidents(program) + check_options(program)
    for text in complaints:
        print(text)
    print_table(results)
    return 1 if complaints else 0


if __name__ == "__main__":
    tshark.main(test)
