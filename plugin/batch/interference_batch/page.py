# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as a page with pictures. The page around it: page.html."""

import collections
import datetime
import html
import pkgutil
import string

from .report import ORDER, TITLES, TOLD, cell, heading, more_rows, summary
from .words import many

PAGE = string.Template(pkgutil.get_data(__package__, "page.html").decode())
BARS_MOST = 12
WITH_BARS = ("servers", "triggers", "injectors", "signatures")


def bars(counts, width=640):
    """Horizontal bars of (label, number), the largest first, as inline SVG."""
    if not counts:
        return ""
    height = 22 * len(counts) + 4
    out = [f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">']
    for i, (label, number) in enumerate(counts):
        y, length = 22 * i + 4, max(1, 300 * number / counts[0][1])
        text = html.escape(cell(label)[:40])
        out.append(f'<text x="270" y="{y + 13}" text-anchor="end">{text}</text>'
                   f'<rect x="276" y="{y}" width="{length:.1f}" height="17"/>'
                   f'<text x="{280 + length:.1f}" y="{y + 13}">{number:,}</text>')
    return "".join(out) + "</svg>"


def columns_over_time(rows):
    """Frames per day, one column each; the days lie as far apart as they are."""
    days = collections.Counter()
    for row in rows:
        days[datetime.date.fromisoformat(row["day"])] += row["frames"]
    if not days:
        return ""
    first, last = min(days), max(days)
    span, most = (last - first).days + 1, max(days.values())
    wide = max(1.0, min(40.0, 700 / span))
    out = ['<svg viewBox="0 0 760 170" width="760" height="170" role="img">'
           f'<text x="0" y="12">{most:,} a day</text>']
    for day, count in sorted(days.items()):
        x, high = 20 + (day - first).days * 700 / span, 120 * count / most
        out.append(f'<rect x="{x:.1f}" y="{140 - high:.1f}" width="{wide * 0.9:.1f}"'
                   f' height="{high:.1f}"><title>{day}: {count:,}</title></rect>')
    out.append(f'<text x="20" y="160">{first}</text>'
               f'<text x="740" y="160" text-anchor="end">{last}</text></svg>')
    return "".join(out)


def picture(name, rows):
    if name == "days":
        return columns_over_time(rows)
    if name not in WITH_BARS:
        return ""
    totals = collections.Counter()
    for row in rows:
        totals[row[TOLD[name][0]]] += row["frames"]
    return bars(totals.most_common(BARS_MOST))


def table_html(rows, columns):
    yield "<table><tr>" + "".join(f"<th>{html.escape(heading(c))}</th>" for c in columns) + "</tr>"
    for row in rows:
        cells = []
        for column in columns:
            kind = " class=n" if isinstance(row[column], (int, float)) else ""
            cells.append(f"<td{kind}>{html.escape(cell(row[column]))}</td>")
        yield "<tr>" + "".join(cells) + "</tr>"
    yield "</table>"


def report_html(data):
    out = ["<p>" + "<br>".join(html.escape(line) for line in summary(data)) + "</p>"]
    for name in ORDER:
        if not data[name]:
            continue
        out += [f"<h2>{html.escape(TITLES[name])}</h2>", picture(name, data[name]),
                *table_html(data[name], TOLD[name])]
        if more_rows(data, name):
            out.append(f"<p>and {more_rows(data, name):,} more</p>")
    return PAGE.substitute(title=many(data["totals"]["captures"], "capture"), body="\n".join(out))
