#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged captures: no crash, no dissector bug, no new accusation.

Each sample is written many times into one file, each copy between other hosts and an hour later
than the one before, and each copy is damaged in another way:

  cut      every packet is cut after 0 to 120 bytes, as a snapshot length does (121 copies), or
           was 0 to 80 bytes short on the wire already (81); and in the last 50 copies every
           packet is cut at a place of its own, or not at all (fixed seed)
  mutated  60 copies go through `editcap -E`, half with few errors, half with many (fixed seeds)

A cut packet says less, never something else. So among the first a frame may be called forged
only where the truth file lists the frame it was made from.

A mutated packet does say something else: when a byte of an id, an address or an answer
changes, two packets may well contradict each other, and a plugin that says so is right about
what it was given. So a new accusation fails the test only if the packets between the two
hosts of the accused packet are all as they were; any other is counted and reported.
"""

import random

import pcap
import tshark

CUT, SHORT, RAGGED = 121, 81, 50           # copies of each kind: fewer than 256, see pcap.moved
MUTATIONS = (("0.002", 7), ("0.03", 11))   # probability of an error per byte, seed
MUTATED_COPIES = 30                        # of each
STRICT = {"WIRESHARK_ABORT_ON_DISSECTOR_BUG": "1"}
PASSES = ((), ("-2",))
# Where a fragment is cut, Wireshark finishes the forged packet with a later, genuine fragment.
NOT_CUT = ("fragments",)
# Innocent by its addresses, which copies do not have: the answer is of the company's own network.
NOT_COPIED = ("dns-network-of-a-block-page",)


# -- writing --------------------------------------------------------------------------------


def copies(packets, numbers, damage):
    """Copies of a capture; damage(number, length, bytes) gives new length and bytes."""
    result = []
    for number in numbers:
        for seconds, micros, length, data in packets:
            length, data = damage(number, length, pcap.moved(data, number))
            result.append((seconds + 3600 * number, micros, length, data))
    return result


def cutter(chance):
    """Damage for the copies of a file: cut, then short, then ragged ones."""
    def damage(number, length, data):
        if number < CUT:
            return length, data[:number]
        if number < CUT + SHORT:
            kept = data[:number - CUT]
            return len(kept), kept
        return length, data[:chance.choice((len(data), chance.randrange(CUT)))]
    return damage


def whole(_number, length, data):
    return length, data


# -- judging --------------------------------------------------------------------------------


def findings(program, path, options):
    """What the plugin says about a damaged capture, and complaints about how it ended."""
    fields = tshark.field_options()
    done = program.run(["-r", path, *options, *fields], environment=STRICT)
    problem = trouble(done)
    if problem and of_wireshark(program, path, options, problem):
        done = program.run(["-r", path, *options, *fields])
        problem = "" if done.returncode == 0 else trouble(done)
    if problem:
        return [], [f"{path.stem} {' '.join(options)}: {problem}"]
    return tshark.parse(done.stdout), []


def without_tree(program, path):
    """Complaints about a run in which no field is asked for."""
    problem = trouble(program.run(["-r", path], environment=STRICT))
    if not problem or of_wireshark(program, path, (), problem):
        return []
    return [f"{path.stem} without fields: {problem}"]


def trouble(done):
    """What went wrong in a run: exit status and the line about a dissector bug, or nothing."""
    bugs = [line.partition("Dissector bug")[2] for line in done.stderr.splitlines()
            + done.stdout.splitlines() if "Dissector bug" in line]
    if done.returncode == 0 and not bugs:
        return ""
    return f"exit {done.returncode} {bugs[0] if bugs else done.stderr.strip()[-300:]}"


def of_wireshark(program, path, options, problem):
    """True, with a word about it, if the same happens with the plugin switched off."""
    without = program.run(["--disable-protocol", "interference", "-r", path, *options, "-V"],
                          environment=STRICT)
    if trouble(without) != problem:
        return False
    print(f"{path.stem}: not of our making, happens with the plugin switched off too: {problem}")
    return True


def origin(frame, size):
    """Copy number and frame number in the sample from which a frame was made."""
    return (frame - 1) // size, (frame - 1) % size + 1


def truncated(program, path, directory):
    """Complaints about the copies that were cut."""
    if path.stem in NOT_CUT:
        return []
    packets, truth = pcap.read(path), tshark.Truth(path)
    damaged = directory / f"{path.stem}.cut.pcap"
    damage = cutter(random.Random(path.stem))
    pcap.write(damaged, copies(packets, range(CUT + SHORT + RAGGED), damage))
    complaints = without_tree(program, damaged)
    for options in PASSES:
        rows, problems = findings(program, damaged, options)
        complaints += problems + new_accusations(
            f"{damaged.stem} {' '.join(options)}", rows, len(packets), truth.frames("forged"))
    return complaints


def new_accusations(name, rows, size, forged):
    """Complaints about frames that are called forged though the whole ones are not."""
    copies_of = {}
    for frame in sorted(tshark.called_forged(rows)):
        copy, number = origin(frame, size)
        if number not in forged:
            copies_of.setdefault(number, []).append(copy)
    return [f"{name}: what became of frame {number} is called forged in {len(where)} copies,"
            f" first in copy {where[0]} (frame {where[0] * size + number} there)"
            for number, where in copies_of.items()]


def mutated(program, path, directory, reports):
    """Complaints about the copies that editcap damaged; explained accusations go to reports."""
    packets, truth = pcap.read(path), tshark.Truth(path)
    damaged = directory / f"{path.stem}.mutated.pcap"
    untouched = mutate(program, packets, damaged)
    complaints = []
    for options in PASSES:
        rows, problems = findings(program, damaged, options)
        complaints += problems
        unexplained = [row for row in rows if untouched[int(row["frame.number"]) - 1]]
        explained = [row for row in rows if row not in unexplained]
        for chosen, texts in ((unexplained, complaints), (explained, reports)):
            texts += new_accusations(f"{damaged.stem} {' '.join(options)}", chosen,
                                     len(packets), truth.frames("forged"))
    return complaints


def mutate(program, packets, damaged):
    """Write the mutated copies; tells of each packet whether its pair of hosts was spared."""
    before, after = [], []
    for index, (probability, seed) in enumerate(MUTATIONS):
        first = index * MUTATED_COPIES
        healthy = copies(packets, range(first, first + MUTATED_COPIES), whole)
        pcap.write(damaged.with_suffix(".healthy"), healthy)
        done = program.run(["-F", "pcap", "-E", probability, "--seed", seed,
                            damaged.with_suffix(".healthy"), damaged],
                           program=program.companion("editcap"))
        if done.returncode:
            raise tshark.TestFailure(f"editcap: {done.stderr}")
        before += healthy
        after += pcap.read(damaged)
    damaged.unlink()
    pcap.write(damaged, after)
    return unchanged_pairs(before, after)


def unchanged_pairs(before, after):
    """Per packet: are all packets between its two hosts as they were?"""
    hosts = [pcap.hosts(packet[3]) for packet in before]
    changed = {pair for pair, old, new in zip(hosts, before, after) if old[3] != new[3]}
    return [pair not in changed for pair in hosts]


def must_start(program):
    """Fail at once where not even a healthy capture can be read this strictly."""
    program.output(["-r", tshark.samples()[0]], environment=STRICT)


def test():
    options = tshark.arguments(__doc__)
    program = tshark.Tshark(options.tshark)
    program.must_have_plugin()
    must_start(program)
    if not program.companion("editcap"):
        print("editcap is not there: no mutations")
    reports = []
    with tshark.working_directory() as name:
        directory = tshark.pathlib.Path(name)
        directory.chmod(0o777)

        def check(path):
            if path.stem in NOT_COPIED:
                return []
            complaints = truncated(program, path, directory)
            if program.companion("editcap"):
                complaints += mutated(program, path, directory, reports)
            return complaints
        status = tshark.check_all(check, tshark.samples(options.samples, twins=False))
    if reports:
        print(f"{len(reports)} frames accused where a mutation changed what was said, as in")
        print("".join(f"  {text}\n" for text in sorted(reports)[:20]), end="")
    return status


if __name__ == "__main__":
    tshark.main(test)
