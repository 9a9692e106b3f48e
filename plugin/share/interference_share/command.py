# SPDX-License-Identifier: GPL-2.0-or-later
"""The command: what is called, with which options, and the way from reading to refusing."""

import argparse
import json
import os
import pathlib
import secrets
import shutil
import sys
import tempfile

from . import files, proof
from .files import SECOND
from .words import NAME, Failure, Refused, many, plain, say

try:
    from .packets import Capture
    from .pseudonyms import KEY_BYTES, Pseudonyms
except ImportError as problem:          # cryptography is a package of its own
    MISSING = str(problem)
else:
    MISSING = None

BEGINNING = 946_684_800 * SECOND        # 2000-01-01: when shared captures begin
STEP = 1 << 20                          # ns: shifts are in steps of this, because times are judged in powers of two
AROUND = 8                              # packets of its conversation beside each of one incident
TRIES = 4                               # keys, until no pseudonym happens to be somebody's name

DESCRIPTION = """Writes of a capture what may be handed to a stranger: the incidents in it, with other addresses,
names and contents, and the findings as comments. It is written only if interference-scan finds the same in it, and
if nothing is left of what was replaced; else the reason is told."""
ENDING = "Exit status: 0 written; 1 refused, the reason is told; 2 the call makes no sense, or something is missing."


def arguments(argv):
    parser = argparse.ArgumentParser(prog=NAME, description=DESCRIPTION, epilog=ENDING)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--all", action="store_true", help="all packets that are understood, not only those of incidents")
    what.add_argument("--incident", type=int, metavar="N", help="one incident, by its number in interference.incident")
    parser.add_argument("--key", metavar="FILE", help="32 bytes, made if not there: the same addresses and names get"
                        " the same pseudonyms in several captures (keep it secret)")
    parser.add_argument("--keep", action="append", default=[], metavar="ADDRESS|NAME",
                        help="leave this as it is, because it is public: the address of a block page, say")
    parser.add_argument("--same-time", action="store_true", help="leave the time of day as it is; without it captures"
                        " begin in 2000")
    parser.add_argument("-o", action="append", default=[], metavar="interference.NAME:VALUE", dest="preferences",
                        help="as in interference-scan")
    parser.add_argument("--scan", metavar="PROGRAM", help="another interference-scan")
    parser.add_argument("capture", metavar="IN")
    parser.add_argument("target", metavar="OUT.pcapng")
    return parser.parse_args(argv)


def find_scan(wanted):
    beside = pathlib.Path(sys.argv[0]).resolve().with_name("interference-scan")
    found = wanted or (str(beside) if beside.exists() else shutil.which("interference-scan"))
    if not found:
        raise Failure("there is no interference-scan; it comes with the plugin")
    return found


def read_key(path):
    """The key of a file, which is made where there is none; without one, one that nobody keeps."""
    if not path:
        return secrets.token_bytes(KEY_BYTES)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(secrets.token_bytes(KEY_BYTES))
    except FileExistsError:
        pass
    key = pathlib.Path(path).read_bytes()
    if len(key) != KEY_BYTES:
        raise Failure(f"{path}: a key has {KEY_BYTES} bytes, not {len(key)}")
    return key


# ---- which frames ----

def conversations(capture, numbers):
    units = (capture.of_frame.get(number - 1) for number in numbers)
    return {unit.conversation for unit in units if unit and unit.conversation}


def of_conversations(capture, wanted):
    return [number + 1 for number, unit in sorted(capture.of_frame.items()) if unit.conversation in wanted]


def of_hosts(capture, wanted):
    hosts = {end[0] for _, *ends in wanted for end in ends}
    return [number + 1 for number, unit in sorted(capture.of_frame.items()) if unit.src in hosts or unit.dst in hosts]


def around(capture, numbers):
    """These frames, and a few before and behind each in its conversation."""
    chosen = set()
    for conversation in conversations(capture, numbers):
        inside = of_conversations(capture, {conversation})
        for place, number in enumerate(inside):
            if number in numbers:
                chosen.update(inside[max(0, place - AROUND):place + AROUND + 1])
    return sorted(chosen)


def selections(capture, findings, options):
    """What to share, the least first: each is tried until one has all the evidence."""
    everything = [number + 1 for number in sorted(capture.of_frame)]
    if not options.all:
        wanted = [finding for finding in findings if options.incident in (None, finding["incident"])]
        numbers = {finding["frame"] for finding in wanted}
        numbers |= {finding[link] for finding in wanted for link in proof.LINKS if finding[link]}
        exchanges = conversations(capture, numbers)
        if options.incident:
            yield around(capture, numbers)
        yield of_conversations(capture, exchanges)
        yield of_hosts(capture, exchanges)
    yield everything


# ---- the way of a capture ----

class Sharing:
    """One capture on its way. folder: for what is written in between."""

    def __init__(self, options, folder):
        self.options, self.folder, self.scan = options, pathlib.Path(folder), find_scan(options.scan)
        self.judging = [part for preference in options.preferences for part in ("-o", preference)]

    def judge(self, path):
        return proof.judge(self.scan, str(path), self.judging)

    def read(self):
        normal = self.folder / "normal.pcap"
        files.normalise(self.options.capture, normal)
        self.link, self.frames = files.read(normal)
        self.head, self.findings = self.judge(normal)
        whole, _ = self.judge(self.options.capture)
        if whole["frames"] != self.head["frames"]:
            raise Refused(f"it has {whole['frames'] - self.head['frames']} records that are no packets")
        if not self.options.all and not self.wanted():
            raise Refused(f"there is no incident {self.options.incident}" if self.options.incident
                          else "nothing is found in it (--all shares it all the same)")

    def wanted(self):
        return [finding for finding in self.findings if finding["verdict"]
                and self.options.incident in (None, finding["incident"])]

    def rewrite(self, key):
        self.pseudonyms = Pseudonyms(key, self.options.keep)
        self.capture = Capture(self.link, self.frames)
        self.capture.rewrite(self.pseudonyms)
        if len(set(self.pseudonyms.seen["address"].values())) < len(self.pseudonyms.seen["address"]):
            raise Refused("two addresses would become one")

    def chosen(self, numbers):
        """These frames as they are shared."""
        first = self.frames[numbers[0] - 1].time if numbers else 0
        shift = 0 if self.options.same_time else -((first - BEGINNING) // STEP) * STEP
        return [self.frames[number - 1]._replace(data=bytes(self.capture.out[number - 1]),
                                                 time=self.frames[number - 1].time + shift) for number in numbers]

    def attempt(self, numbers):
        """Writes these frames; what is found in them, and what differs."""
        path = self.folder / "attempt.pcapng"
        files.write(path, self.link, self.chosen(numbers))
        _, after = self.judge(path)
        return after, proof.differences(self.findings, after, numbers, self.pseudonyms)

    def must_keep_evidence(self):
        """Refuses where even all frames together do not keep it."""
        everything = [number + 1 for number in sorted(self.capture.of_frame)]
        lost = next((finding["frame"] for finding in self.findings if finding["frame"] - 1 in self.capture.why), None)
        if lost:
            raise Refused(f"frame {lost} has evidence and cannot be rewritten: {self.capture.why[lost - 1]}")
        _, differences = self.attempt(everything)
        if differences:
            worst = next((text for text in differences if "rests on a list" in text), differences[0])
            more = f", and {many(len(differences) - 1, 'frame')} more" if len(differences) > 1 else ""
            raise Refused(f"its evidence would change: {worst}{more}")

    def least(self):
        """The fewest frames that have all the evidence, and what is found in them."""
        for numbers in selections(self.capture, self.wanted(), self.options):
            after, differences = self.attempt(numbers)
            if not differences:
                return numbers, after
        raise Refused("its evidence needs packets that cannot be rewritten")

    def comments(self, after):
        return {finding["frame"]: comment(finding) for finding in after if finding["verdict"]}

    def about(self, numbers, after):
        left_out = len(self.frames) - len(numbers)
        return (f"Shared by {NAME}: addresses, names, contents and times are pseudonyms; {len(numbers)} of"
                f" {many(len(self.frames), 'frame')}, {left_out} left out. interference-scan found"
                f" {many(len(after), 'frame')} with findings before and after, with the same verdicts, signatures and"
                f" confidences.")

    def write(self):
        numbers, after = self.least()
        path = self.folder / "shared.pcapng"
        files.write(path, self.link, self.chosen(numbers), self.about(numbers, after), self.comments(after))
        # Comments are made from what is shared already, but of the words of this program.
        original = proof.leftover(self.pseudonyms, (self.folder / "attempt.pcapng").read_bytes())
        if original is not None:
            return original
        shutil.copyfile(path, self.options.target)
        print(f"{self.options.target}: {len(numbers)} of {many(len(self.frames), 'frame')},"
              f" {many(len(after), 'finding')}; {many(len(self.pseudonyms.seen['address']), 'address')},"
              f" {many(len(self.pseudonyms.seen['text']), 'word')} replaced".replace("addresss", "addresses"))
        return None


def comment(finding):
    """The finding in words, from the capture that is shared."""
    confidence = "" if finding["confidence"] is None else f", confidence {finding['confidence']} ({finding['level']})"
    lines = [f"Interference: {finding['verdict']} {finding['class']}{confidence}"]
    lines += [f"Trigger: {finding['trigger']}"] if finding["trigger"] else []
    lines += [f"{sign['id']}: {sign['evidence']}" for sign in finding["signatures"]]
    lines += [f"Innocent explanation: {finding['explanation']}"] if finding["explanation"] else []
    return "\n".join(lines)


def share(options):
    key = read_key(options.key)
    with tempfile.TemporaryDirectory(prefix="interference-") as folder:
        sharing = Sharing(options, folder)
        sharing.read()
        for attempt in range(1 if options.key else TRIES):
            sharing.rewrite(bytes(c ^ attempt for c in key))
            sharing.must_keep_evidence()
            original = sharing.write()
            if original is None:
                return
    raise Refused(f"something is left of the original: {original!r}")


def main(argv):
    options = arguments(argv)
    try:
        if MISSING:
            raise Failure(f"{MISSING} (Debian: apt-get install python3-cryptography)")
        share(options)
    except Refused as problem:
        say(f"{options.capture}: refused: {problem}")
        return 1
    except (Failure, OSError) as problem:
        say(problem)
        return 2
    return 0
