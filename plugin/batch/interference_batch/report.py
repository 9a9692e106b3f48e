# SPDX-License-Identifier: GPL-2.0-or-later
"""What was found, from the database: as values and as text."""

from .words import many, plain

REPORTS = (
    ("servers", "Servers in whose name, or towards whom, packets were forged or silenced",
     "per_server"),
    ("triggers", "What set it off", "per_trigger"),
    ("injectors", "Published injectors that the headers of forged packets are consistent with",
     "per_injector"),
    ("signatures", "Signs", "per_signature"),
    ("days", "Over time", "per_day"),
    ("captures", "Captures", "per_capture"),
)
TOLD = {        # columns of each table, for people
    "verdicts": ("class", "verdict", "frames", "captures"),
    "servers": ("server", "server_port", "protocol", "class", "verdict", "frames", "captures",
                "clients"),
    "triggers": ("trigger", "class", "verdict", "frames", "captures", "servers"),
    "injectors": ("injector", "class", "frames", "captures", "nearest", "farthest", "confidence"),
    "signatures": ("signature", "tier", "frames", "captures"),
    "days": ("day", "class", "verdict", "frames", "captures"),
    "captures": ("name", "status", "frames", "forged", "suspect", "silenced"),
    "not_judged": ("reason", "text", "count", "captures"),
    "failures": ("name", "status", "reason"),
}
TITLES = {"verdicts": "Findings by class",
          "not_judged": "What could not be judged, and limits that were reached",
          "failures": "Captures that were not judged to their end",
          **{name: title for name, title, _ in REPORTS}}
ORDER = ("failures", "verdicts", "servers", "triggers", "injectors", "signatures", "days",
         "captures", "not_judged")
WIDTH_MOST = 70                 # of a column


def rows_of(db, query):
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor]


def collect(db, limit):
    """Everything that a report says, as plain values."""
    bound = f" LIMIT {limit}" if limit else ""
    data = {"totals": rows_of(db, """
        SELECT count(*) AS captures, sum(status = 'done') AS done,
            sum(status = 'partial') AS partial, sum(status = 'failed') AS failed,
            sum(frames) AS frames, sum(tcp) AS tcp, sum(udp) AS udp,
            sum(connections) AS connections, sum(dns_transactions) AS dns_transactions
        FROM capture""")[0]}
    data["verdicts"] = rows_of(db, """
        SELECT class, verdict, count(*) AS frames, count(DISTINCT sha256) AS captures
        FROM forged GROUP BY class, verdict ORDER BY frames DESC, class, verdict""")
    for name, _, view in REPORTS:
        data[name] = rows_of(db, f"SELECT * FROM {view}{bound}")
        data[name + "_total"] = db.execute(f"SELECT count(*) FROM {view}").fetchone()[0]
    data["not_judged"] = rows_of(db, """
        SELECT reason, text, sum(count) AS count, count(*) AS captures
        FROM notice GROUP BY reason, text
        ORDER BY reason = 'limit' DESC, captures DESC, reason, text""" + bound)
    data["failures"] = rows_of(db, """
        SELECT name, status, reason FROM capture WHERE status != 'done' ORDER BY name""" + bound)
    data["analyses"] = rows_of(db, """
        SELECT plugin, options, count(*) AS captures FROM capture GROUP BY 1, 2 ORDER BY 1, 2""")
    return data


def cell(value):
    if value is None:
        return "-"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int) else plain(value)


def heading(column):
    return column.replace("_", " ")


def summary(data):
    n = {name: value or 0 for name, value in data["totals"].items()}
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
    return lines


def table_text(rows, columns):
    """Lines of a table; numbers stand on the right."""
    table = [[heading(column) for column in columns]]
    table += [[cell(row[column]) for column in columns] for row in rows]
    right = [all(isinstance(row[c], (int, float, type(None))) for row in rows) for c in columns]
    widths = [min(WIDTH_MOST, max(len(line[i]) for line in table)) for i in range(len(columns))]
    for line in table:
        yield "  " + "  ".join(text.rjust(w) if r else text.ljust(w)
                               for text, w, r in zip(line, widths, right)).rstrip()


def more_rows(data, name):
    """How many rows of a table are not shown."""
    return max(0, data.get(name + "_total", 0) - len(data[name]))


def report_text(data):
    out = summary(data)
    for name in ORDER:
        if not data[name]:
            continue
        out += ["", TITLES[name], *table_text(data[name], TOLD[name])]
        if more_rows(data, name):
            out.append(f"  and {more_rows(data, name):,} more (--limit)")
    return "\n".join(out) + "\n"
