# SPDX-License-Identifier: GPL-2.0-or-later
"""That the evidence is the same, and that nothing is left of what was replaced."""

import json
import re
import subprocess

from .pseudonyms import FRAMING, RUN
from .words import Failure, Refused, last_line

FRAMING_WORDS = frozenset(RUN.findall(FRAMING.pattern.lower()))
LINKS = "forged_frame", "genuine_frame", "trigger_frame"
# Signs that ask a list of what is known in public.
LISTED = "dns-bogus-ip", "dns-ir-1010", "http-blockpage-match", "http-iran-403", "tls-interception-root"
SHORTEST = 6            # letters of what is searched for: shorter words come about by chance


def judge(program, capture, options):
    """What interference-scan says: the line about the capture, and the findings."""
    try:
        done = subprocess.run([program, "-z", "json", *options, capture], capture_output=True, text=True,
                              errors="replace", check=False)
    except OSError as problem:
        raise Failure(f"{program}: {problem.strerror}") from None
    if done.returncode == 1:
        raise Failure(last_line(done.stderr))
    if done.returncode:
        raise Refused(last_line(done.stderr).removeprefix("interference-scan: "))
    lines = list(map(json.loads, done.stdout.splitlines()))
    if not lines or lines[-1]["type"] != "end":
        raise Failure(f"{program}: it did not write to the end")
    return lines[0], lines[1:-1]


# ---- the same evidence ----

def said(finding, number=None):
    """What must be the same, by name; number: that of a frame in the other capture."""
    number = number or (lambda frame: frame)
    return {"verdict": finding["verdict"], "class": finding["class"], "confidence": finding["confidence"],
            "signatures": [sign["id"] for sign in finding["signatures"]],
            **{link: finding[link] and number(finding[link]) for link in LINKS}}


def words_for_name(text):
    """What a trigger has that is no name: "with ECH", "first data (68 bytes)"."""
    return text is None or re.match(r"first data \(|TLS (?:without|ClientHello)|(?:WireGuard|OpenVPN) handshake$", text)


def same_trigger(before, after, pseudonyms):
    """Is the one the other's pseudonym? Where text was shown in part or escaped: does it have its form?"""
    if words_for_name(before) or words_for_name(after):
        return before == after
    name, other = (text.removesuffix(" (with ECH)") for text in (before, after))
    if before.endswith(" (with ECH)") != after.endswith(" (with ECH)"):
        return False
    if "\\" in name or any(ord(c) > 126 for c in name):
        return bool(other)
    parts, others = (RUN.split(text.encode()) for text in (name, other))
    runs, theirs = (RUN.findall(text.encode()) for text in (name, other))
    mapped = RUN.findall(pseudonyms.text(name.encode()))
    return parts == others and mapped[:-1] == theirs[:-1] and list(map(len, runs)) == list(map(len, theirs))


def lost_words(signs):
    """What it means that these signs are gone."""
    listed = " and ".join(sign for sign in signs if sign in LISTED)
    words = [f"loses {', '.join(signs)}"] if signs else []
    if listed:
        words.append(f"{listed} rests on a list of public addresses, pages or names (--keep leaves one as it is)")
    return words


def difference(before, after, place, pseudonyms):
    """What differs between two findings of a frame, None where there is none; a list of words."""
    if not after:
        signs = [sign["id"] for sign in before["signatures"]]
        return [f"{before['verdict'] or 'a notice'} would be nothing", *lost_words(signs)]
    if not before:
        return [f"nothing would be {after['verdict'] or 'a notice'}"]
    one, two = said(before, lambda frame: place.get(frame, 0)), said(after)
    gained = [sign for sign in two["signatures"] if sign not in one["signatures"]]
    words = [f"{name} {one[name]} would be {two[name]}" for name in one
             if name != "signatures" and one[name] != two[name]]
    words += lost_words([sign for sign in one["signatures"] if sign not in two["signatures"]])
    words += [f"gets {', '.join(gained)}"] if gained else []
    if not words and one != two:
        words.append("the order of its signs changes")
    if not same_trigger(before["trigger"], after["trigger"], pseudonyms):
        words.append("its trigger would not be that name's pseudonym")
    return words


def differences(before, after, numbers, pseudonyms):
    """One text for each frame; numbers: of the frames of the new capture, those in the old one."""
    place = {old: new for new, old in enumerate(numbers, 1)}
    wanted = {place[finding["frame"]]: finding for finding in before if finding["frame"] in place}
    found = {finding["frame"]: finding for finding in after}
    told = ((new, difference(wanted.get(new), found.get(new), place, pseudonyms)) for new in sorted({*wanted, *found}))
    return [f"frame {numbers[new - 1]}: {'; '.join(words)}" for new, words in told if words]


# ---- nothing left ----

def address_texts(packed):
    """An address as people write it."""
    if len(packed) == 4:
        return [".".join(map(str, packed)).encode()]
    groups = [f"{packed[i] << 8 | packed[i + 1]:x}" for i in range(0, 16, 2)]
    return [":".join(groups).encode()]


def originals(pseudonyms):
    """Bytes that must not be in the new file."""
    for packed, other in pseudonyms.seen["address"].items():
        if packed != other:
            yield from (packed, *address_texts(packed))
    yield from (packed for packed in pseudonyms.seen["mac"] if len(set(packed)) > 3)
    yield from (run for run in pseudonyms.seen["text"]
                if len(run) >= SHORTEST and not run.isdigit() and run.lower() not in FRAMING_WORDS)


def leftover(pseudonyms, data):
    """The first of them that is, or None. Four bytes are somewhere in many megabytes by chance."""
    small = len(data) * len(pseudonyms.seen["address"]) < 1 << 26
    for original in originals(pseudonyms):
        if original in data and (small or len(original) > 4):
            return original
    return None
