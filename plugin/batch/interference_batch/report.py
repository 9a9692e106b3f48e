# SPDX-License-Identifier: GPL-2.0-or-later
"""What was found, from the database: as values and as text.

Forged, silenced and suspect packets are told in this order and apart from each other, because who
is only suspect is accused of nothing.
"""

import os

from .words import many, plain

VERDICTS = "forged", "silenced", "suspect"
PER_VERDICT = {             # tables of their own for each verdict: view, what it is called, columns
    "servers": ("per_server", {
        "forged": "Forged: servers in whose name",
        "silenced": "Silenced: servers that did not answer",
        "suspect": "Only suspect: servers with odd packets, which may be theirs"},
        ("server", "server_port", "protocol", "class", "frames", "captures", "clients")),
    "triggers": ("per_trigger", {
        "forged": "Forged: what set it off",
        "silenced": "Silenced: what was asked for",
        "suspect": "Only suspect: what was asked for"},
        ("frames", "captures", "servers", "class", "trigger")),
}
TABLES = {                  # view, title, columns for people
    "injectors": ("per_injector",
                  "Forged: published injectors that the headers are consistent with",
                  ("injector", "class", "frames", "captures", "nearest", "farthest",
                   "confidence")),
    "devices": ("devices", "Forged: what looks like the work of one device",
                ("exchanges", "in_vain", "frames", "captures", "servers", "nearest", "farthest", "class",
                 "injector")),
    "names": ("names_kept_away",
              "Forged or silenced: what was asked for, and by what it was kept away",
              ("exchanges", "captures", "servers", "means", "sureness", "name")),
    "signatures": ("per_signature", "Signs", ("signature", "tier", *VERDICTS, "captures")),
    "days": ("per_day", "Over time", ("day", "class", *VERDICTS, "captures")),
}
VERDICT_COLUMNS = "verdict", "class", "frames", "captures"
CAPTURE_COLUMNS = *VERDICTS, "frames", "name"
FAILURE_COLUMNS = "status", "name", "reason"
GAP_COLUMNS = "count", "captures", "reason", "text"
NAMES = "server_port", "client_port"        # numbers that are names
WIDTH_MOST = 70                 # of a column


# ---- values ----

def rows_of(db, query, *parameters):
    cursor = db.execute(query, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor]


def number_of(db, query, *parameters):
    return db.execute(query, parameters).fetchone()[0]


def collect(db, limit):
    """Everything that a report says, as plain values; `limit` rows of each table, 0: all."""
    bound = f" LIMIT {limit}" if limit else ""
    data = {"totals": totals(db), "below": common_folder(db)}
    data["verdicts"] = rows_of(db, """
        SELECT verdict, class, count(*) AS frames, count(DISTINCT sha256) AS captures
        FROM reported GROUP BY verdict, class ORDER BY rank, frames DESC, class""")
    for name, (view, _, _) in PER_VERDICT.items():
        data[name], data[name + "_total"] = [], {}
        for verdict in VERDICTS:
            data[name] += rows_of(db, f"SELECT * FROM {view} WHERE verdict = ?{bound}", verdict)
            data[name + "_total"][verdict] = number_of(
                db, f"SELECT count(*) FROM {view} WHERE verdict = ?", verdict)
    for name, (view, _, _) in TABLES.items():
        data[name] = rows_of(db, f"SELECT * FROM {view}{bound}")
        data[name + "_total"] = number_of(db, f"SELECT count(*) FROM {view}")
    data["captures"] = rows_of(db, "SELECT * FROM per_capture" + bound)
    data["captures_total"] = data["totals"]["captures"]
    data["not_judged"] = rows_of(db, """
        SELECT reason, text, sum(count) AS count, count(*) AS captures
        FROM notice GROUP BY reason, text
        ORDER BY reason = 'limit' DESC, captures DESC, reason, text""" + bound)
    data["failures"] = rows_of(db, """
        SELECT name, status, reason FROM capture WHERE status != 'done' ORDER BY name""" + bound)
    data["failures_total"] = data["totals"]["partial"] + data["totals"]["failed"]
    data["analyses"] = rows_of(db, """
        SELECT plugin, options, count(*) AS captures FROM capture GROUP BY 1, 2 ORDER BY 1, 2""")
    return data


def totals(db):
    """with_forged, with_silenced, with_suspect: captures, each by the worst that it holds."""
    row, = rows_of(db, """
        SELECT count(*) AS captures, sum(status = 'done') AS done,
            sum(status = 'partial') AS partial, sum(status = 'failed') AS failed,
            sum(frames) AS frames, sum(tcp) AS tcp, sum(udp) AS udp,
            sum(connections) AS connections, sum(dns_transactions) AS dns_transactions
        FROM capture""")
    worst, = rows_of(db, """
        SELECT sum(forged > 0) AS with_forged, sum(forged = 0 AND silenced > 0) AS with_silenced,
            sum(forged = 0 AND silenced = 0 AND suspect > 0) AS with_suspect
        FROM per_capture""")
    return {name: value or 0 for name, value in {**row, **worst}.items()}


def common_folder(db):
    """The folder that all captures are below, with a slash; "" where there is none."""
    first, last = db.execute("SELECT min(name), max(name) FROM capture").fetchone()
    if not first:
        return ""
    common = os.path.commonprefix([first, last])
    return common[:common.rfind("/") + 1]


# ---- words ----

def headline(totals):
    """`49 of 293 captures hold forged packets, 3 more silenced ones, 20 more only suspect ones`."""
    n = totals
    forged = f"{n['with_forged']:,} of {many(n['captures'], 'capture')}"
    parts = [f"{forged} {'holds' if n['with_forged'] == 1 else 'hold'} forged packets"]
    if n["with_silenced"]:
        parts.append(f"{n['with_silenced']:,} more silenced ones")
    if n["with_suspect"]:
        parts.append(f"{n['with_suspect']:,} more only suspect ones")
    return ", ".join(parts)


def summary(data):
    n = data["totals"]
    lines = [f"{many(n['captures'], 'capture')}: {n['done']:,} judged, {n['partial']:,} in part,"
             f" {n['failed']:,} not",
             f"{many(n['frames'], 'frame')}, {many(n['connections'], 'TCP connection')},"
             f" {many(n['dns_transactions'], 'DNS transaction')}"]
    for analysis in data["analyses"]:
        options = " " + plain(analysis["options"]) if analysis["options"] else ""
        lines.append(f"plugin {analysis['plugin']}{options}:"
                     f" {many(analysis['captures'], 'capture')}")
    if len(data["analyses"]) > 1:
        lines.append("captures judged more than once, by other versions or options, count more"
                     " than once")
    if not any(n["with_" + verdict] for verdict in VERDICTS):
        lines.append("Nothing found. That does not say that there was no interference: see what"
                     " could not be judged.")
    return lines


class Table:
    """`verdict`: all rows are of this one; `more`: rows that are not shown, `rest`: in words."""

    def __init__(self, name, title, columns, rows, more=0, verdict=None, rest=None):
        self.name, self.title, self.columns, self.rows = name, title, columns, rows
        self.more, self.verdict = more, verdict
        self.rest = rest or (f"and {more:,} more (--limit)" if more > 0 else "")


def tables(data):
    """What a report shows to people, in this order; none without rows."""
    return [table for table in all_tables(data) if table.rows or table.rest]


def all_tables(data):
    below = f", below {plain(data['below'])}" if data["below"] else ""
    failures = [shortened(row, data["below"]) for row in data["failures"]]
    yield Table("failures", f"Captures that were not judged to their end{below}", FAILURE_COLUMNS,
                failures, data["failures_total"] - len(failures))
    yield Table("verdicts", "Findings by class", VERDICT_COLUMNS, data["verdicts"])
    for name in ("devices", "names"):
        yield plain_table(data, name)
    for verdict in VERDICTS:
        yield from verdict_tables(data, verdict)
    for name in ("signatures", "days"):
        yield plain_table(data, name)
    yield capture_table(data, below)
    yield Table("not_judged", "What could not be judged, and limits that were reached",
                GAP_COLUMNS, data["not_judged"])


def verdict_tables(data, verdict):
    for name, (_, titles, columns) in PER_VERDICT.items():
        rows = [row for row in data[name] if row["verdict"] == verdict]
        yield Table(name, titles[verdict], columns, rows,
                    data[name + "_total"][verdict] - len(rows), verdict)
    if verdict == "forged":
        yield plain_table(data, "injectors", verdict)


def plain_table(data, name, verdict=None):
    _, title, columns = TABLES[name]
    return Table(name, title, columns, data[name], data[name + "_total"] - len(data[name]), verdict)


def capture_table(data, below):
    """Only those with something to show: the others are a number."""
    rows = [shortened(row, data["below"]) for row in data["captures"]
            if any(row[verdict] for verdict in VERDICTS)]
    found = sum(data["totals"]["with_" + verdict] for verdict in VERDICTS)
    more, none = found - len(rows), data["totals"]["captures"] - found
    rest = [f"and {more:,} more (--limit)"] if more > 0 else []
    rest += [f"{many(none, 'capture')} without any of these"] if none else []
    return Table("captures", f"Captures{below}", CAPTURE_COLUMNS, rows, more,
                 rest="; ".join(rest))


def shortened(row, below):
    return {**row, "name": row["name"] and row["name"][len(below):]}


def cell(value, column=None):
    if value is None:
        return "-"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int) and column not in NAMES else plain(value)


def heading(column):
    return {"server_port": "port"}.get(column, column.replace("_", " "))


# ---- text ----

def table_text(rows, columns):
    """Lines of a table; numbers stand on the right."""
    table = [[heading(column) for column in columns]]
    table += [[cell(row[column], column) for column in columns] for row in rows]
    right = [all(isinstance(row[c], (int, float, type(None))) for row in rows) for c in columns]
    widths = [min(WIDTH_MOST, max(len(line[i]) for line in table)) for i in range(len(columns))]
    for line in table:
        yield "  " + "  ".join(text.rjust(w) if r else text.ljust(w)
                               for text, w, r in zip(line, widths, right)).rstrip()


def report_text(data):
    out = [headline(data["totals"]), *summary(data)]
    for table in tables(data):
        out += ["", table.title]
        if table.rows:
            out += table_text(table.rows, table.columns)
        if table.rest:
            out.append("  " + table.rest)
    return "\n".join(out) + "\n"
