#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing of a capture survives its closing: no memory, no knowledge.

  leaks      tshark under valgrind: with a frame of the plugin in the stack there is no invalid
             access, and no more memory is lost than with an empty capture (what registration
             allocates lasts as long as the program)
  growth     sharkd under valgrind opens captures once, and several times: what is still
             reachable through the plugin at the end is the same
  forgetting sharkd opens capture after capture; each looks as if it had been opened alone

What is not installed is skipped with a word about it.
"""

import collections
import concurrent.futures
import json
import pathlib
import shutil
import xml.etree.ElementTree

import pcap
import tshark

PLUGIN = "interference.so"
CHOSEN = ("gfw-triplet", "dns-three-injectors", "dns-over-tcp-reset")
SEPARATE_BLOCKS = {"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple", "G_SLICE": "always-malloc"}
# These call Wireshark's own dissector for the packet: what is allocated right below them is its.
PASSES_ON = ("observe_tcp", "observe_udp", "observe_icmp", "observe_icmpv6")
VALGRIND = ("--leak-check=full", "--show-leak-kinds=all", "--xml=yes",
            "--keep-debuginfo=yes", "--num-callers=40")


# -- valgrind -------------------------------------------------------------------------------


def under_valgrind(program, command, directory, feed=None):
    """Run a command; the errors in whose stack the plugin appears."""
    report = pathlib.Path(directory) / "valgrind.xml"
    report.unlink(missing_ok=True)
    done = program.run([*VALGRIND, f"--xml-file={report}", *command], program="valgrind",
                       environment=SEPARATE_BLOCKS, timeout=900, feed=feed)
    if done.returncode:
        raise tshark.TestFailure(f"{tshark.describe(command)} under valgrind: exit"
                                 f" {done.returncode}\n{done.stderr[-2000:]}")
    errors = xml.etree.ElementTree.parse(report).iter("error")
    return [error for error in errors if places(error) and places(error)[0] not in PASSES_ON]


def sizes(errors):
    """Bytes by kind of error and place in the plugin."""
    result = collections.Counter()
    for error in errors:
        result[describe(error)] += int(error.findtext("xwhat/leakedbytes") or 1)
    return result


def places(error):
    """The plugin's functions in the stack of an error, the innermost first."""
    return [frame.findtext("fn") or "?" for frame in error.iter("frame")
            if (frame.findtext("obj") or "").endswith(PLUGIN)]


def describe(error):
    """Kind of a valgrind error, and the plugin's functions in its stack."""
    functions = places(error)
    return f"{error.findtext('kind')} in {' < '.join(functions[:5])}"


def leaks(program, directory):
    """Complaints about blocks that tshark loses and about invalid accesses."""
    nothing, everything = (pathlib.Path(directory) / name
                           for name in ("nothing.pcap", "everything.pcap"))
    pcap.write(nothing, [])
    pcap.write(everything, one_after_the_other(tshark.samples(twins=False)))
    registration = lost(program, nothing, [], directory)
    complaints = []
    for options in ([], ["-2"]):
        found = lost(program, everything, options, directory)
        complaints += [f"tshark {' '.join(options)}: {size - registration[what]} bytes: {what}"
                       for what, size in sorted(found.items()) if size > registration[what]]
    return complaints


def lost(program, path, options, directory):
    """Bytes lost by place in the plugin; an invalid access counts as one byte."""
    command = [shutil.which(program.program), "-r", path, *options, *tshark.field_options()]
    return sizes(error for error in under_valgrind(program, command, directory)
                 if error.findtext("kind") != "Leak_StillReachable")


def one_after_the_other(paths):
    """The packets of all captures, each capture an hour after the one before."""
    return [(seconds + 3600 * number, *rest) for number, path in enumerate(paths)
            for seconds, *rest in pcap.read(path)]


def growth(program, directory):
    """Complaints about memory that grows with the number of captures opened."""
    once = reachable(program, directory, rounds=1)
    often = reachable(program, directory, rounds=3)
    return [f"sharkd keeps {size} bytes after three rounds, {once[where]} after one: {where}"
            for where, size in sorted(often.items()) if size > once[where]]


def reachable(program, directory, rounds):
    """Bytes still reachable at the end of sharkd, by place in the plugin."""
    requests = [load(path) for _ in range(rounds) for path in tshark.samples(CHOSEN)]
    return sizes(under_valgrind(program, [program.companion("sharkd"), "-"], directory,
                                feed=conversation(requests)))


# -- sharkd ---------------------------------------------------------------------------------


def load(path):
    return {"method": "load", "params": {"file": str(path)}}


def ask_findings(number):
    """Ask for all findings. sharkd keeps the result of a filter over a load, so no two alike."""
    columns = {f"column{index}": f"{name}:1"
               for index, name in enumerate(tshark.FIELDS)}
    condition = f"interference && frame.number != {10**6 + number}"
    return {"method": "frames", "params": {"filter": condition, **columns}}


def conversation(requests):
    """The requests as sharkd reads them, one a line."""
    return "".join(json.dumps({"jsonrpc": "2.0", "id": number, **request}) + "\n"
                   for number, request in enumerate(requests, start=1))


def sharkd(program, requests):
    """The results of a conversation with sharkd."""
    done = program.run(["-"], program=program.companion("sharkd"), feed=conversation(requests))
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    results = {answer["id"]: answer.get("result", answer.get("error")) for answer in answers}
    if done.returncode or len(results) < len(requests):
        raise tshark.TestFailure(f"sharkd: exit {done.returncode}, {len(results)} of"
                                 f" {len(requests)} answers\n{done.stderr}")
    return [results[number] for number in range(1, len(requests) + 1)]


def forgetting(program):
    """Complaints about captures that look different because of those opened before."""
    paths = tshark.samples(twins=False)
    requests = [request for number, path in enumerate([*paths, *reversed(paths)])
                for request in (load(path), ask_findings(number))]
    answers = sharkd(program, requests)[1::2]
    forwards, backwards = answers[:len(paths)], answers[len(paths):][::-1]
    complaints = [f"{path.stem}: sharkd shows something else the second time:\n"
                  f"  {first}\n  {second}"
                  for path, first, second in zip(paths, forwards, backwards)
                  if first != second]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        each_alone = list(pool.map(lambda path: program.findings(path, "-2"), paths))
    for path, seen, alone in zip(paths, forwards, each_alone):
        if [row["frame.number"] for row in alone] != [row["c"][0] for row in seen]:
            complaints.append(f"{path.stem}: sharkd shows frames"
                              f" {[row['c'][0] for row in seen]}, tshark"
                              f" {[row['frame.number'] for row in alone]}")
    return complaints


def test():
    program = tshark.Tshark(tshark.arguments(__doc__).tshark)
    program.must_have_plugin()
    complaints = []
    has = {"valgrind": shutil.which("valgrind"), "sharkd": program.companion("sharkd")}
    for name in sorted(name for name in has if not has[name]):
        print(f"{name} is not installed: skipped what needs it")
    if not any(has.values()):
        return tshark.SKIPPED
    with tshark.working_directory() as directory:
        pathlib.Path(directory).chmod(0o777)
        if has["valgrind"]:
            complaints += leaks(program, directory)
        if has["sharkd"]:
            complaints += forgetting(program)
        if all(has.values()):
            complaints += growth(program, directory)
    print("\n".join(complaints) or "nothing survives")
    return 1 if complaints else 0


if __name__ == "__main__":
    tshark.main(test)
