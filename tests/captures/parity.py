#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin says the same however tshark is asked.

The reference is `-2 -T fields`. Every other mode must show the same values on the same frames.
In one pass a frame is printed before later packets are known, so there, and only there, a row
may be missing or weaker: same class or "ttl" (from elsewhere, and what it is shows later), no
higher confidence, no worse verdict. What is called forged in the end must still be told in one
pass: on the frame itself, on a later frame that is linked with it, directly or through others, or
on one of another connection that is forged for the same trigger by the very sign that was missing
before (one name is cut, all others pass: only repetition shows that).
"""

import json
import xml.etree.ElementTree

import tshark

VALUES = tshark.FIELDS[1:]
RANK = {"suspect": 1, "forged": 2}
SUMMARY_COLUMNS = 'gui.column.format:"No.","%m"'


# -- the modes: each returns frame number -> {field: value} ---------------------------------


def by_frame(rows):
    return {int(row["frame.number"]): {name: row[name] for name in VALUES} for row in rows}


def from_fields(program, path, *options):
    return by_frame(program.findings(path, *options))


def from_json(program, path, *options):
    text = program.output(["-r", path, *options, "-T", "json"])
    packets = json.loads(text, object_pairs_hook=list)
    return from_trees(packets, "interference.", "frame.number")


def from_ek(program, path, *options):
    text = program.output(["-r", path, *options, "-T", "ek"])
    packets = [json.loads(line, object_pairs_hook=list) for line in text.splitlines()]
    packets = [packet for packet in packets if packet and packet[0][0] != "index"]
    return from_trees(packets, "interference_", "frame_frame_number")


def from_trees(packets, prefix, number):
    """Collect our fields from nested [key, value] lists."""
    found = {}
    for packet in packets:
        values = {name: [] for name in VALUES}
        frame = []
        for key, value in leaves(packet):
            for name in VALUES:
                if key == name or key.endswith("_" + name.replace(".", "_")):
                    values[name].append(value)
            if key == number:
                frame.append(int(value))
        if any(values.values()):
            found[frame[0]] = {name: ",".join(map(str, texts))
                               for name, texts in values.items()}
    return found


def leaves(tree):
    """All (key, text) pairs in nested lists of pairs."""
    for pair in tree:
        if not isinstance(pair, (list, tuple)):
            continue
        if len(pair) == 2 and isinstance(pair[0], str):
            key, value = pair
            if isinstance(value, list) and not all(isinstance(part, str) for part in value):
                yield from leaves(value)
            elif isinstance(value, list):
                yield from ((key, part) for part in value)
            else:
                yield key, value
        else:
            yield from leaves(pair)


def from_pdml(program, path, *options):
    text = program.output(["-r", path, *options, "-T", "pdml"])
    found = {}
    for packet in xml.etree.ElementTree.fromstring(text.encode()).iter("packet"):
        fields = [(node.get("name"), node.get("show")) for node in packet.iter("field")]
        values = {name: ",".join(show for key, show in fields if key == name)
                  for name in VALUES}
        if any(values.values()):
            frame = next(int(show) for key, show in fields if key == "frame.number")
            found[frame] = values
    return found


def summary_frames(program, path, *options):
    """Frame numbers of the plain summary lines under a filter; no field is asked for."""
    text = program.output(["-r", path, *options, "-Y", "interference", "-o", SUMMARY_COLUMNS])
    return {int(line) for line in text.split()}


# -- comparing ------------------------------------------------------------------------------


def same(name, mode, reference, found):
    """Complaints where a mode differs from the reference."""
    return [f"{name}: frame {frame} in {mode}: {show(found.get(frame))}\n"
            f"  with -2: {show(reference.get(frame))}"
            for frame in sorted(reference.keys() | found.keys())
            if reference.get(frame) != found.get(frame)]


def show(values):
    return " ".join(f"{name.split('.')[-1]}={text}"
                    for name, text in values.items() if text) if values else "nothing"


def linked(reference, frame):
    """All frames that are linked with `frame`, directly or through others."""
    pairs = [(one, int(other)) for one, values in reference.items()
             for name in tshark.LINKS for other in values[name].split(",") if other]
    group = {frame}
    while True:
        more = {one for pair in pairs for one in pair if group & set(pair)} - group
        if not more:
            return group
        group |= more


def weaker(one_pass, reference):
    """True if a row of one pass is what could be known before the rest of the capture."""
    if one_pass is None or reference is None:
        return one_pass is None
    ranks, confidences = zip(*((RANK.get(values["interference.verdict"], 0),
                                int(values["interference.confidence"] or 0))
                               for values in (one_pass, reference)))
    return (one_pass["interference.class"] in (reference["interference.class"], "ttl")
            and ranks[0] <= ranks[1] and confidences[0] <= confidences[1])


def told(frame, reference, one_pass):
    """True if one pass tells that a frame is forged, there or on a later linked frame."""
    if reference[frame]["interference.verdict"] != "forged":
        return True
    if one_pass.get(frame, {}).get("interference.verdict") == "forged":
        return True
    return (any(other > frame and other in one_pass for other in linked(reference, frame))
            or any(alike(reference[frame], one_pass.get(frame, {}), later)
                   for other, later in one_pass.items() if other > frame))


def alike(after, before, later):
    """True if a later frame is forged for the same trigger by a sign that came too late here."""
    signs, early, there = (set(values.get("interference.signature", "").split(","))
                           for values in (after, before, later))
    return (later["interference.verdict"] == "forged" and (signs - early) & there != set()
            and later["interference.trigger"] == after["interference.trigger"] != "")


def earlier_knowledge(name, reference, one_pass):
    """Complaints about one pass that are not explained by what comes later."""
    complaints = []
    for frame in sorted(reference.keys() | one_pass.keys()):
        before, after = one_pass.get(frame), reference.get(frame)
        if before == after:
            continue
        if not weaker(before, after):
            reason = "says something else than with -2"
        elif not told(frame, reference, one_pass):
            reason = "is not called forged, nor does a later linked frame tell it"
        else:
            continue
        complaints.append(f"{name}: frame {frame} in one pass {reason}: {show(before)}\n"
                          f"  with -2: {show(after)}")
    return complaints


def check(program, path):
    """Complaints about one sample."""
    name = path.stem
    reference = from_fields(program, path, "-2")
    one_pass = from_fields(program, path)
    complaints = earlier_knowledge(name, reference, one_pass)
    filtered = ("-Y", "interference")
    for mode, expected, found in (
            ("-2 -Y", reference, from_fields(program, path, "-2", *filtered)),
            ("-Y", one_pass, from_fields(program, path, *filtered)),
            ("-T json", one_pass, from_json(program, path)),
            ("-2 -T ek", reference, from_ek(program, path, "-2")),
            ("-2 -T pdml", reference, from_pdml(program, path, "-2"))):
        complaints += same(name, mode, expected, found)
    frames = summary_frames(program, path)
    if frames != set(one_pass):
        complaints.append(f"{name}: summary lines show frames {sorted(frames)}, the fields"
                          f" {sorted(one_pass)}")
    return complaints


def test():
    options = tshark.arguments(__doc__)
    program = tshark.Tshark(options.tshark)
    program.must_have_plugin()
    return tshark.check_all(lambda path: check(program, path),
                            tshark.samples(options.samples, twins=False))


if __name__ == "__main__":
    tshark.main(test)
