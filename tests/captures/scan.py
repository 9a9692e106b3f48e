#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""interference-scan says what tshark says.

  * Of every committed capture the lines of JSON are the same, byte for byte: in one pass of tshark, and
    (scripted scenarios, each once) with -2.
  * The same for the other outputs, for preferences and detectors, for pipes, and for captures cut short.
  * Many captures in one call are judged as each by itself, and are told apart by their names.
  * What is wrong with a file is said in tshark's words, with its exit status; the others are judged.
  * What it does not read is handed over, and it says so; or it leaves a notice.
  * --follow tells every finding, in the end as the whole has it.
"""

import json
import os
import pathlib
import struct
import subprocess
import sys

import pcap
import tshark

SCAN = "interference-scan"
RECORDED = tshark.SAMPLES.parent / "recorded"
FRAME_RELAY = 107
OUTPUTS = ("json", "csv", "report", "html")
OPTIONS = (("-o", "interference.max_flows:2"), ("-o", "interference.all_observations:TRUE"),
           ("-o", "interference.vantage:server"), ("--disable-protocol", "interference.reset"),
           ("--disable-protocol", "interference"))


def run(*arguments, program=SCAN, feed=None):
    return subprocess.run([program, *map(str, arguments)], input=feed, capture_output=True, check=False)


def by_scan(*arguments, feed=None, status=0):
    """What it writes to standard output, as bytes."""
    done = run(*arguments, feed=feed)
    if done.returncode != status:
        raise tshark.TestFailure(f"{tshark.describe(arguments)}: exit {done.returncode}, not {status}\n"
                                 + done.stderr.decode(errors="replace"))
    return done.stdout


def by_tshark(*arguments):
    return run("-n", "-q", *arguments, program="tshark")


def lines(text):
    return [json.loads(line) for line in text.decode().splitlines()]


def show(theirs, ours):
    """Where two texts part."""
    pairs = list(zip(theirs.splitlines(), ours.splitlines()))
    one, other = next(((a, b) for a, b in pairs if a != b), (b"", b""))
    at = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), 0)
    return (f"{len(theirs.splitlines())} and {len(ours.splitlines())} lines\n"
            f"  tshark: ...{one[max(0, at - 40):at + 80]!r}\n  scan:   ...{other[max(0, at - 40):at + 80]!r}")


def same(what, theirs, ours):
    return [] if theirs == ours else [f"{what}: {show(theirs, ours)}"]


# -- the same lines ---------------------------------------------------------------------------


def check_lines(path):
    """One capture, in one pass and, where it is a scripted scenario, in two."""
    ours = by_scan("-z", "json", path)
    modes = [()] if path.suffix != ".pcap" or path.stem.endswith(tshark.TWIN) else [(), ("-2",)]
    return [text for mode in modes
            for text in same(" ".join((path.stem, *mode)),
                             by_tshark("-r", path, *mode, "-z", "interference,json").stdout, ours)]


def check_outputs(path, folder):
    """All outputs at once, and the same preferences."""
    files = {name: [folder / f"{name}.{who}" for who in ("scan", "tshark")] for name in OUTPUTS}
    by_scan(*(part for name, (file, _) in files.items() for part in ("-z", f"{name},{file}")), path)
    by_tshark("-r", path, *(part for name, (_, file) in files.items()
                            for part in ("-z", f"interference,{name},{file}")))
    complaints = [text for name, (ours, theirs) in files.items()
                  for text in same(f"{path.stem}: {name}", theirs.read_bytes(), ours.read_bytes())]
    for option in OPTIONS:
        complaints += same(f"{path.stem} {' '.join(option)}",
                           by_tshark("-r", path, *option, "-z", "interference,json").stdout,
                           by_scan(*option, "-z", "json", path))
    return complaints


def check_pipes(path, folder):
    """Standard input, and a named pipe."""
    whole, data = by_scan("-z", "json", path), path.read_bytes()
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([SCAN, "-z", "json", str(pipe)], stdout=subprocess.PIPE) as process:
        pipe.write_bytes(data)
        from_pipe = process.communicate()[0]
    return same("standard input", whole, by_scan("-z", "json", "-", feed=data)) + same("pipe", whole, from_pipe)


def check_cut(path, folder):
    """Packets cut short, and a file cut short at several places."""
    complaints, short = [], folder / "short.pcap"
    for size in (30, 54, 66, 90):
        pcap.write(short, [(*packet[:3], packet[3][:size]) for packet in pcap.read(path)])
        complaints += same(f"{path.stem}, {size} bytes of each packet",
                           by_tshark("-r", short, "-z", "interference,json").stdout,
                           by_scan("-z", "json", short))
    data = path.read_bytes()
    for end in (len(data) // 3, len(data) // 2, len(data) - 1):
        short.write_bytes(data[:end])
        theirs, ours = by_tshark("-r", short, "-z", "interference,json"), run("-z", "json", short)
        gaps = lines(ours.stdout)[0]["not_judged"]
        complaints += same(f"{path.stem}, cut after {end} bytes",
                           b"".join(theirs.stdout.splitlines(True)[1:]),
                           b"".join(ours.stdout.splitlines(True)[1:]))
        if [gap["reason"] for gap in gaps][-1:] != ["incomplete"] or ours.returncode != 2:
            complaints.append(f"{path.stem}, cut after {end} bytes: exit {ours.returncode}, {gaps}")
    return complaints


# -- many captures ----------------------------------------------------------------------------


def check_many(paths, folder):
    """Several in one call, by arguments and from a list; a damaged one in between."""
    bad = folder / "bad.pcap"
    bad.write_text("this is not a capture\n")
    expected = b"".join(by_scan("-z", "json", "-o", f"interference.capture_name:{path}", path)
                        for path in paths)
    complaints = same("several captures", expected, by_scan("-z", "json", *paths))
    listing = folder / "list"
    listing.write_bytes(b"".join(bytes(path) + b"\0" for path in (*paths[:2], bad, *paths[2:])))
    complaints += same("a list", expected, by_scan("-z", "json", "--files0-from", listing, status=2))
    complaints += same("a list on standard input", expected,
                       by_scan("-z", "json", "--files0-from", "-", feed=listing.read_bytes(), status=2))
    rows = by_scan("-z", "csv", *paths).decode().splitlines()
    if len([row for row in rows if row.startswith("capture,frame,")]) != 1:
        complaints.append("csv of several captures: not one heading")
    return complaints


# -- what is wrong with files -------------------------------------------------------------------


def last_line(done):
    """What was said last, without the program's name."""
    text = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return text.partition(": ")[2].replace("TShark", SCAN)


def check_bad_files(sample, folder):
    """tshark's words and exit status, for each kind of file that cannot be read."""
    text, empty = folder / "text.pcap", folder / "empty.pcap"
    damaged, closed = folder / "damaged.pcap", folder / "closed.pcap"
    text.write_text("this is not a capture\n")
    empty.write_bytes(b"")
    data = bytearray(sample.read_bytes())
    struct.pack_into("<I", data, 24 + 8, 0x7FFFFFFF)
    damaged.write_bytes(data)
    closed.write_bytes(data)
    closed.chmod(0)
    complaints = []
    for path in (folder / "missing.pcap", folder, text, empty, damaged, closed):
        if path == closed and not os.geteuid():
            continue
        theirs, ours = by_tshark("-r", path, "-z", "interference,json"), run("-z", "json", path)
        # tshark's status for a file that cannot be read is 2, since 4.6 another one for each reason.
        if (theirs.returncode and 2) != ours.returncode:
            complaints.append(f"{path.name}: exit {ours.returncode}, tshark {theirs.returncode}")
        # A damaged file has a second line with the reason.
        if theirs.returncode and last_line(theirs) != last_line(ours):
            complaints.append(f"{path.name}: {last_line(ours)!r}, tshark {last_line(theirs)!r}")
    done = run("-z", "json", "-o", "interference.none:1", sample)
    if done.returncode != 1 or b"unknown preference" not in done.stderr:
        complaints.append(f"unknown preference: exit {done.returncode}, {done.stderr}")
    return complaints


# -- what only tshark reads ---------------------------------------------------------------------


def check_handing_over(sample, folder):
    """A link layer that is not known here: an IPv4 packet in frame relay."""
    path = folder / "relay.pcap"
    pcap.write(path, [(seconds, micros, length - 10, b"\x18\x41\x03\xcc" + data[14:])
                      for seconds, micros, length, data in pcap.read(sample)], FRAME_RELAY)
    theirs = by_tshark("-r", path, "-z", "interference,json").stdout
    handed = lines(by_scan("-z", "json", path))
    reasons = [(why["reason"], why["count"]) for why in handed[0].pop("handed_over", [])]
    frames = len(pcap.read(sample))
    complaints = []
    if reasons != [("unread-link", frames)] or handed != lines(theirs) or not handed[0]["findings"]["forged"]:
        complaints.append(f"handed over: {reasons}, {len(handed)} lines; tshark {len(lines(theirs))}")
    if b"Judged by tshark, because of:\n- " not in by_scan(path):
        complaints.append("the report does not say that it was handed over")
    for how in (("--no-tshark", path), ("-",)):
        gaps = lines(by_scan("-z", "json", *how, feed=path.read_bytes()))[0]["not_judged"]
        if [(gap["reason"], gap["count"]) for gap in gaps] != [("unread-link", frames)]:
            complaints.append(f"{how[0]}: no notice of what was not read: {gaps}")
    return complaints


# -- what cannot be written ---------------------------------------------------------------------


def check_lost(path, folder):
    """A line and a status, and no half of a file."""
    sealed = folder / "sealed"
    sealed.touch(mode=0o444)
    complaints = []
    for name in OUTPUTS:
        for file in ("/dev/full", "/nonexistent/file", sealed):
            done = run("-z", f"{name},{file}", path)
            if done.returncode != 2 or done.stderr.count(b"\n") != 1 or str(file).encode() not in done.stderr:
                complaints.append(f"{name} to {file}: exit {done.returncode}, {done.stderr}")
    for name in ("json", "csv", "report"):
        for where, words in ((">/dev/full", b"No space left"), ("| true", b"Broken pipe")):
            script = f'(sleep 0.2; "$0" -z {name} "$1"; echo $? >&2) {where}'
            done = subprocess.run(["sh", "-c", script, SCAN, path], capture_output=True, check=False)
            if not done.stderr.endswith(b"\n2\n") or words not in done.stderr or done.stderr.count(b"\n") != 2:
                complaints.append(f"{name} {where}: {done.stderr}")
    return complaints


# -- following ----------------------------------------------------------------------------------


def check_follow(path):
    """Each finding when it is made, and again only when its verdict rises."""
    *told, summary, end = lines(by_scan("--follow", "-", feed=path.read_bytes()))
    whole = lines(by_scan("-z", "json", path))
    verdicts = {}
    for line in told:
        verdicts.setdefault(line["frame"], []).append(line["verdict"])
    wanted = {line["frame"]: line["verdict"] for line in whole[1:-1]}
    complaints = []
    if {frame: said[-1] for frame, said in verdicts.items()} != wanted:
        complaints.append(f"{path.stem}: following ends with other verdicts")
    if any(len(set(said)) != len(said) for said in verdicts.values()):
        complaints.append(f"{path.stem}: the same verdict was told twice")
    if summary != whole[0] or end["type"] != "end" or end["findings"] != len(told):
        complaints.append(f"{path.stem}: following ends with another summary, or not with its end")
    return complaints


def test():
    captures = sorted([*tshark.samples(), *RECORDED.rglob("*.pcap*")])
    first = tshark.sample("gfw-triplet")
    few = [tshark.sample(name) for name in ("gfw-triplet", "dns-three-injectors", "quic-initial-dropped",
                                            "resets-in-tunnels", "packets-cut-short")]
    tshark.Tshark("tshark").must_have_plugin()
    with tshark.working_directory() as name:
        folder = pathlib.Path(name)
        complaints = check_outputs(first, folder) + check_pipes(first, folder)
        complaints += [text for path in few for text in check_cut(path, folder)]
        complaints += check_many(few, folder) + check_bad_files(first, folder)
        complaints += check_handing_over(first, folder)
        complaints += check_lost(first, folder)
        complaints += [text for path in few for text in check_follow(path)]
    for text in complaints:
        print(text)
    return max(tshark.check_all(check_lines, captures), bool(complaints))


if __name__ == "__main__":
    tshark.main(test)
