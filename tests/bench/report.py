# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints the measurements as one table with a section per question."""
from measure import CAP, mebibytes

BYTES_PER_FLOW = 160
BYTES_PER_SEGMENT = 24
Y_BASELINE = ("* baseline: -Y bgp, a protocol that no packet has; "
              "without the plugin its name is unknown")


def print_rows(title, header, rows, note=""):
    """One section: the first column is text, the others are right-aligned."""
    table = [header, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    print(f"\n{title}")
    for row in table:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  " + "  ".join(cells).rstrip())
    if note:
        print(f"  {note}")


def within(value, limit):
    """The limit and whether it is kept, or nothing where there is none."""
    if limit is None:
        return "-"
    return f"<= {limit:g} {'ok' if value <= limit else 'OVER'}"


def print_instructions(rows, sizes):
    table = [(r["mode"], f"{r['without']:.0f}", f"{r['with_plugin']:.0f}",
              f"{r['with_plugin'] - r['without']:+.0f}", f"{r['extra_percent']:+.2f} %",
              f"{r['spread_percent']:.2f} %" if r["repeats"] > 1 else "-",
              within(r["extra_percent"], r["budget_percent"])) for r in rows]
    print_rows(f"Instructions per packet (callgrind, mixed, {sizes[1]} minus {sizes[0]} packets)",
               ("mode", "without", "with", "extra", "extra %", "spread", "budget %"), table,
               Y_BASELINE if any("*" in r["mode"] for r in rows) else "")


def print_cpu(rows):
    table = [(r["mode"], str(r["packets"]), str(r["pairs"]), f"{r['without']:.3f}",
              f"{r['with_plugin']:.3f}", f"{r['median_ratio']:.3f}",
              "{:.3f} .. {:.3f}".format(*r["quartiles"])) for r in rows]
    print_rows("CPU seconds, user and system, in alternating pairs (mixed)",
               ("mode", "packets", "pairs", "least without", "least with", "median ratio",
                "quartiles"), table, Y_BASELINE)


def per(extra, count):
    return f"{extra / count:.1f}" if count else "-"


def flows_of(row):
    return row["counts"]["tcp_flows"] + row["counts"]["dns_transactions"]


def print_memory(rows):
    table = []
    for r in rows:
        counts, extra = r["counts"], r["extra"]
        flows = flows_of(r)
        table.append((f"{r['mix']} {r['mode']}", str(counts["packets"]), str(flows),
                      str(counts["data_segments"]), f"{mebibytes(r['without']):.1f}",
                      f"{mebibytes(r['with_plugin']):.1f}", f"{mebibytes(extra):+.1f}",
                      per(extra, counts["packets"]), per(extra, flows),
                      per(extra, counts["data_segments"]),
                      within(mebibytes(extra), round(mebibytes(flows * BYTES_PER_FLOW), 1))))
    print_rows("Largest resident memory in MiB",
               ("capture", "packets", "flows", "segments", "without", "with", "extra", "B/packet",
                "B/flow", "B/segment", "budget MiB"), table,
               f"flows = TCP flows and DNS transactions; budget = {BYTES_PER_FLOW} B per flow, "
               f"without the {BYTES_PER_SEGMENT} B allowed per remembered data segment")


def print_flood(rows):
    table = [(r["cap"], str(r["packets"]), f"{mebibytes(r['extra']):+.1f}",
              per(r["extra"], r["packets"])) for r in rows]
    print_rows("Extra MiB of a SYN flood, by cap (above it, a longer flood costs no more)",
               (CAP, "SYNs", "extra", "B/SYN"), table)


def print_growth(rows):
    def power(value):
        return "-" if value is None else f"{value:.2f}"

    table = [(r["mix"], str(r["packets"]), f"{r['cpu_without']:.2f}", f"{r['cpu_with']:.2f}",
              power(r.get("cpu_without_exponent")), power(r.get("cpu_with_exponent")),
              f"{mebibytes(r['extra_memory']):+.1f}") for r in rows]
    print_rows("Growth of -r (exponent 1 = linear, from the line above, start-up subtracted)",
               ("capture", "packets", "CPU without", "CPU with", "exponent without",
                "exponent with", "extra MiB"), table)


def print_report(result):
    """The whole table; sections that were not measured are left out."""
    print(f"tshark {result['version']}, {result['plugin']}")
    if "instructions" in result:
        print_instructions(result["instructions"], result["sizes"])
    if "cpu" in result:
        print_cpu(result["cpu"])
    if "memory" in result:
        print_memory(result["memory"])
    if "flood" in result:
        print_flood(result["flood"])
    if "growth" in result:
        print_growth(result["growth"])
