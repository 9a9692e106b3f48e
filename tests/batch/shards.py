#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Merged shards are the unsharded capture, frame by frame and word by word.

The captures of the lab (a part of them; all with --full) become one large capture, which is judged
whole and in shards. Each scenario has its own addresses, so nothing but their number is made up.
Also: a capture that is merged twice, and one in shards of another number, gives the same rows; and
the command knows every fact that is a frame number."""

import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import batch    # noqa: E402    (its place is not on the path before)
from interference_batch import frames   # noqa: E402

# What a shard cannot know, as docs/batch.md says: where most handshakes of the whole capture were seen,
# and whether a client that gets no answer from one server gets one from others. A SYN is called
# silenced only with that; other silences are called so by themselves, and may have fewer signs.
NEEDS_OTHERS = {"syn-blackhole"}


def check_frame_facts():
    text = (batch.ROOT / "dissectors" / "verdict" / "finding.h").read_text()
    facts = set(re.findall(r'X\(\w+,\s+\w+,\s+FRAME,\s+"([a-z._]+)"', text))
    batch.must(facts and facts == set(frames.FRAME_FACTS),
               f"facts with frame numbers are {sorted(facts)}, the command knows"
               f" {sorted(frames.FRAME_FACTS)}")


def findings(tables):
    """{frame: finding} without the vantage point."""
    found = {}
    for row in tables["finding"]:
        item = json.loads(row[-1])
        found[item["frame"]] = {**item, "vantage": None}
    return found


def compare(whole, split, words):
    """Prints and counts differences between findings that are not explained."""
    left, right = findings(whole), findings(split)
    vantage = sum(row != other for row, other in zip(whole["finding"], split["finding"]))
    lost = {frame for frame in left.keys() - right.keys()
            if {s["id"] for s in left[frame]["signatures"]} <= NEEDS_OTHERS}
    fewer = {frame for frame in left.keys() & right.keys() if left[frame] != right[frame]
             and left[frame]["class"] == "silence" and left[frame]["verdict"] == right[frame]["verdict"]}
    wrong = [frame for frame in sorted(left.keys() | right.keys())
             if left.get(frame) != right.get(frame) and frame not in lost | fewer]
    for frame in wrong[:5]:
        for name, item in (("whole", left.get(frame)), ("shards", right.get(frame))):
            print(f"  frame {frame}, {name}: {json.dumps(item)[:600]}")
    print(f"{words}: {len(left)} findings, {len(wrong)} differ; as documented {len(lost)} lost,"
          f" {len(fewer)} with other evidence"
          + (f"; {vantage} with another vantage point" if not lost else ""))
    return len(wrong)


def main():
    full = "--full" in sys.argv
    batch.need("tshark", "editcap", "tcpdump", "parallel")
    check_frame_facts()
    captures = sorted(batch.LAB.glob("*/client.pcapng"))
    captures = captures if full else captures[::8]
    with batch.scratch() as folder:
        folder = pathlib.Path(folder)
        large = folder / "large.pcap"
        batch.concatenate(captures, large)
        # Small captures are not counted, so not split: let the large one be compressed, which is.
        packed = folder / "large.pcap.gz"
        import gzip
        packed.write_bytes(gzip.compress(large.read_bytes(), 1))
        large.unlink()
        batch.run(folder / "whole", "all", packed)
        whole = batch.rows(folder / "whole")
        frames = whole["capture"][0][6]
        batch.must(len(whole["finding"]) > (150 if full else 15), "the capture has hardly any finding")
        wrong = 0
        for group, shards in (("server", 3), ("pair", 2)) + ((("server", 7), ("pair", 5)) if full else ()):
            work = folder / f"{group}-{shards}"
            text = batch.run(work, "all", packed, "--group", group, "--shard-packets", -(-frames // shards))
            batch.must(f"in {shards + 1} shards" in text, f"it was not split: {text}")
            split = batch.rows(work)
            wrong += compare(whole, split, f"{frames} packets of {len(captures)} captures, {shards} shards by {group}")
            batch.must(split["capture"][0][6] == frames, "the number of frames changed")
            batch.run(work, "merge", "--again")
            batch.must(batch.rows(work) == split, "merging again changed rows")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
