# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as a page with pictures. The page around it: page.html."""

import collections
import datetime
import html
import pkgutil
import string

from .report import VERDICTS, cell, heading, headline, summary, tables
from .words import many

PAGE = string.Template(pkgutil.get_data(__package__, "page.html").decode())
BARS_MOST = 12
WITH_BARS = {"servers": "server", "triggers": "trigger", "injectors": "injector"}


def bars(counts, verdict, width=640):
    """Horizontal bars of (label, number), the largest first, as inline SVG."""
    height = 22 * len(counts) + 4
    out = [f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">']
    for i, (label, number) in enumerate(counts):
        y, length = 22 * i + 4, max(1, 300 * number / counts[0][1])
        text = html.escape(cell(label)[:40])
        out.append(f'<text x="270" y="{y + 13}" text-anchor="end">{text}</text>'
                   f'<rect class="{verdict}" x="276" y="{y}" width="{length:.1f}" height="17"/>'
                   f'<text x="{280 + length:.1f}" y="{y + 13}">{number:,}</text>')
    return "".join(out) + "</svg>"


def columns_over_time(rows):
    """Frames per day, one column each, forged ones at its foot; the days lie as far apart as they
    are."""
    days = collections.defaultdict(collections.Counter)
    for row in rows:
        for verdict in VERDICTS:
            days[datetime.date.fromisoformat(row["day"])][verdict] += row[verdict]
    first, last = min(days), max(days)
    span, most = (last - first).days + 1, max(sum(count.values()) for count in days.values())
    wide = max(1.0, min(40.0, 700 / span))
    out = ['<svg viewBox="0 0 760 170" width="760" height="170" role="img">'
           f'<text x="0" y="12">{most:,} a day</text>']
    for day, counts in sorted(days.items()):
        x, y = 20 + (day - first).days * 700 / span, 140.0
        for verdict in VERDICTS:
            high = 120 * counts[verdict] / most
            y -= high
            out.append(f'<rect class="{verdict}" x="{x:.1f}" y="{y:.1f}" width="{wide * 0.9:.1f}"'
                       f' height="{high:.1f}"><title>{day}: {counts[verdict]:,} {verdict}</title>'
                       "</rect>")
    out.append(f'<text x="20" y="160">{first}</text>'
               f'<text x="740" y="160" text-anchor="end">{last}</text></svg>')
    return "".join(out)


def picture(table):
    if table.name == "days":
        return columns_over_time(table.rows)
    if table.name not in WITH_BARS:
        return ""
    counts = collections.Counter()
    for row in table.rows:
        counts[row[WITH_BARS[table.name]]] += row["frames"]
    return bars(counts.most_common(BARS_MOST), table.verdict)


def table_html(rows, columns):
    yield "<table><tr>" + "".join(f"<th>{html.escape(heading(c))}</th>" for c in columns) + "</tr>"
    for row in rows:
        cells = []
        for column in columns:
            kind = " class=n" if isinstance(row[column], (int, float)) else ""
            cells.append(f"<td{kind}>{html.escape(cell(row[column], column))}</td>")
        yield "<tr>" + "".join(cells) + "</tr>"
    yield "</table>"


def report_html(data):
    out = [f"<p class=sum>{html.escape(headline(data['totals']))}</p>",
           "<p>" + "<br>".join(html.escape(line) for line in summary(data)) + "</p>"]
    for table in tables(data):
        kind = f" class={table.verdict}" if table.verdict else ""
        out.append(f"<h2{kind}>{html.escape(table.title)}</h2>")
        if table.rows:
            out += [picture(table), *table_html(table.rows, table.columns)]
        if table.rest:
            out.append(f"<p>{html.escape(table.rest)}</p>")
    return PAGE.substitute(title=many(data["totals"]["captures"], "capture"), body="\n".join(out))
