# SPDX-License-Identifier: GPL-2.0-or-later
"""The measurements: each returns plain dictionaries that report.py prints and --json stores.

tshark always prints to /dev/null: with -q and no tap it would dissect nothing.
"""
import math
import os
import re
import statistics
from dataclasses import dataclass

from environment import BenchError, fixed_seed

CALLGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
MIB = 1024 * 1024
LEAST_CPU = 0.3     # seconds; shorter runs say nothing about growth


@dataclass(frozen=True)
class Mode:
    """One way of reading a capture. Without the plugin its filter name is unknown, so the
    baseline may need other arguments."""
    name: str
    with_plugin: tuple = ()
    without: tuple = ()
    budget: float = None    # allowed extra instructions in percent

    def arguments(self, environment, path):
        extra = self.with_plugin if environment.name == "with" else self.without
        return ["-n", *extra, "-r", str(path)]


NO_MATCH = ("-Y", "bgp")
FIELDS = ("-T", "fields", "-e", "frame.number")
MODES = (
    Mode("-r", budget=3.0),
    Mode("-2 -r", ("-2",), ("-2",), budget=3.0),
    Mode("-Y interference *", ("-Y", "interference"), NO_MATCH),
    Mode("-T fields", FIELDS, FIELDS),
)


CAP = "interference.max_half_open"


@dataclass(frozen=True)
class Usage:
    """What one run cost."""
    cpu: float              # user and system seconds
    memory: int             # largest resident set in bytes


def finish(process):
    """Waits for a run; returns its resource usage and what it wrote to stderr."""
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise BenchError(f"{' '.join(map(str, process.args))}: exit {process.returncode}\n{errors}")
    return usage, errors


def run(environment, mode, path):
    """One plain run."""
    usage, _ = finish(environment.start(mode.arguments(environment, path)))
    return Usage(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def count_instructions(environment, mode, path, seeding):
    """Instructions of one run, counted by callgrind."""
    _, errors = finish(environment.start(mode.arguments(environment, path), CALLGRIND, variables=seeding))
    match = re.search(r"Collected : (\d+)", errors)
    if not match:
        raise BenchError(f"callgrind printed no count:\n{errors}")
    return int(match.group(1))


def instructions_per_packet(environment, mode, captures, sizes, seeding):
    """The difference of two lengths of one capture, so that start-up cancels out."""
    few, many = (count_instructions(environment, mode, captures.get(size)[0], seeding) for size in sizes)
    return (many - few) / (sizes[1] - sizes[0])


def percent(part, whole):
    return 100.0 * part / whole


def instructions(environments, captures, modes, sizes, repeats, progress):
    """Instructions per packet in these modes; the spread is over the repeats. Each repeat has a seed of its
    own for Wireshark's hash tables, the same on both sides."""
    library, rows = fixed_seed(captures.work), []
    for mode in modes:
        pairs = []
        for i in range(repeats):
            progress(f"instructions {mode.name} {i + 1}/{repeats}")
            seeding = {"LD_PRELOAD": str(library), "BENCH_SEED": str(i + 1)}
            pairs.append([instructions_per_packet(e, mode, captures, sizes, seeding) for e in environments])
        extra = [percent(b - a, a) for a, b in pairs]
        without, with_plugin = (statistics.median(side) for side in zip(*pairs))
        noise = [percent(max(side) - min(side), without) for side in zip(*pairs)]
        rows.append(dict(mode=mode.name, without=without, with_plugin=with_plugin,
                         extra_percent=statistics.median(extra), spread_percent=max(noise),
                         budget_percent=mode.budget, repeats=repeats))
    return rows


def pair_ratios(first, second, mode, path, pairs):
    """CPU seconds of alternating runs, and the ratio second/first of each pair."""
    times = [(run(first, mode, path).cpu, run(second, mode, path).cpu) for _ in range(pairs)]
    return times, sorted(b / a for a, b in times)


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def cpu_row(name, first, second, mode, path, packets, pairs):
    times, ratios = pair_ratios(first, second, mode, path, pairs)
    low, high = quartiles(ratios)
    return dict(mode=name, packets=packets, pairs=pairs,
                without=min(a for a, _ in times), with_plugin=min(b for _, b in times),
                median_ratio=statistics.median(ratios), quartiles=[low, high])


def cpu(environments, captures, packets, pairs, progress):
    """Paired CPU time in every mode, after a control that pairs 'without' with itself."""
    without, with_plugin = environments
    path, _ = captures.get(packets)
    progress("CPU control")
    rows = [cpu_row("control: -r, twice without", without, without, MODES[0], path, packets, pairs)]
    for mode in MODES:
        progress(f"CPU {mode.name}")
        rows.append(cpu_row(mode.name, without, with_plugin, mode, path, packets, pairs))
    return rows


def median_usage(environment, mode, path, repeats):
    """The least CPU time and the median memory of some runs."""
    runs = [run(environment, mode, path) for _ in range(repeats)]
    return Usage(min(r.cpu for r in runs), int(statistics.median(r.memory for r in runs)))


def memory(environments, captures, packets, repeats, progress):
    """Extra resident memory on captures that each stress another kind of state."""
    rows = []
    for mix, mode in (("mixed", MODES[0]), ("mixed", MODES[1]), ("web", MODES[0]),
                      ("bulk", MODES[0]), ("dns", MODES[0]), ("flood", MODES[0])):
        progress(f"memory {mix} {mode.name}")
        path, counts = captures.get(packets, mix)
        before, after = (median_usage(e, mode, path, repeats).memory for e in environments)
        rows.append(dict(mix=mix, mode=mode.name, counts=counts, without=before, with_plugin=after,
                         extra=after - before))
        if mix != "mixed":
            captures.forget(packets, mix)
    return rows


def has_preference(environment, name):
    return f"{name}:" in environment.output(["-G", "currentprefs"])


def flood(environments, captures, packets, repeats, progress):
    """Extra memory of a SYN flood that grows, with the default cap and with a low one: above the
    cap it must not grow any more."""
    low = packets // 16
    modes = {"default": MODES[0]}
    if has_preference(environments[1], CAP):
        modes[f"{low}"] = Mode("-r", ("-o", f"{CAP}:{low}"))
    rows = []
    for size in (packets // 4, packets // 2, packets):
        path, _ = captures.get(size, "flood")
        progress(f"flood {size}")
        before = median_usage(environments[0], MODES[0], path, repeats).memory
        for cap, mode in modes.items():
            after = median_usage(environments[1], mode, path, repeats).memory
            rows.append(dict(cap=cap, packets=size, extra=after - before))
        captures.forget(size, "flood")
    return sorted(rows, key=lambda row: row["cap"], reverse=True)


def exponent(small, large, factor):
    """p where the cost grows with the p-th power of the length; None where noise would decide."""
    return math.log(large / small) / math.log(factor) if small > LEAST_CPU else None


def growth_rows(environments, captures, mix, sizes, repeats):
    rows = []
    for packets in sizes:
        path, _ = captures.get(packets, mix)
        before, after = (median_usage(e, MODES[0], path, repeats) for e in environments)
        rows.append(dict(mix=mix, packets=packets, cpu_without=before.cpu, cpu_with=after.cpu,
                         extra_memory=after.memory - before.memory))
        if mix != "mixed":
            captures.forget(packets, mix)
    return rows


def growth(environments, captures, sizes, repeats, progress):
    """CPU time and extra memory against the length. Exponents are taken after subtracting the
    start-up, which a capture of one packet shows."""
    rows = []
    empty, _ = captures.get(1)
    start = [median_usage(e, MODES[0], empty, 5).cpu for e in environments]
    for mix in ("mixed", "rst", "dnsflood"):
        progress(f"growth {mix}")
        mine = growth_rows(environments, captures, mix, sizes, repeats)
        for last, row in zip(mine, mine[1:]):
            factor = row["packets"] / last["packets"]
            for side, key in zip(start, ("cpu_without", "cpu_with")):
                row[f"{key}_exponent"] = exponent(last[key] - side, row[key] - side, factor)
        rows += mine
    return rows


def mebibytes(size):
    return size / MIB
