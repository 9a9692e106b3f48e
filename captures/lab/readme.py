# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of scenarios as captures/recorded/README.md; made from scenarios.py, never by hand."""

HEAD = """# Captures of the lab

Every capture here was made by `captures/lab/run`: real programs on a small network of namespaces
with an interferer at its border (see `captures/lab/README.md`). This file is made from
`captures/lab/scenarios.py` by `captures/lab/run --readme`.

| in a scenario's directory | what it is |
|---|---|
| `client.pcapng`, `border.pcapng`, `server.pcapng` | the same traffic at three points; `border` is the side of the interferer that faces the client. Only points that differ are kept |
| `client.truth`, … | what is known about the frames of that capture, one row each: `forged`, `genuine` (the real packet of a race), `trigger`, `silenced` (a request that was dropped or kept from being answered). A frame without a row is an ordinary packet |
| `record.tsv` | what the interferer wrote down while it sent, dropped or passed packets, octet by octet. The truth is this record matched with the frames; `tests/lab/agreement.py` proves that they agree |

Server packets reach the client with a TTL of 52 (64 less 12 hops); the interferer is 3 hops from
the client. The delay is 3 ms between client and border and 40 ms between border and server.
Durations of residual blocking are cut short. The trigger of a keyword is given as the Host of the
request that held it.

"""

COLUMNS = "| scenario | what happens | how it is made | what the plugin should say | what must not be called interference | captures |\n" \
          "|---|---|---|---|---|---|\n"


def how(s):
    """Behaviours, command and circumstances of a scenario in a few words."""
    programs = sorted({word for c in s.client for word in
                       ("curl", "openssl s_client", "dig", "gtlsclient", "{actor}") if word in c})
    parts = [", ".join(p.replace("{actor}", "own client") for p in programs)]
    if getattr(s, "package", ""):
        parts.append("package `%s`" % s.package)
    if s.rows:
        parts.append("rows " + ", ".join("`%s`" % r for r in s.rows))
    if s.servers:
        parts.append("own server `%s`" % s.servers[0][1].split()[1])
    if s.cable:
        parts.append("cable `%s`" % s.cable)
    if s.setup:
        parts.append("set-up on " + ", ".join(sorted({where for where, _ in s.setup})))
    if s.transform:
        parts.append("capture `%s`" % getattr(s.transform, "__qualname__", "").split(".")[0])
    if s.taps:
        parts.append("tapped at " + " and ".join(i for _, i in s.taps))
    if s.snaplen != 65535:
        parts.append("snaplen %d" % s.snaplen)
    return "; ".join(parts)


def rows(scenarios):
    return "".join("| `%s` | %s | %s | %s | %s | %s |\n" % (
        s.name, s.about, how(s), s.expect, s.never, ", ".join(s.vantages)) for s in scenarios)


def write(path, scenarios, head=HEAD):
    guilty = [s for s in scenarios if s.kind == "guilty"]
    innocent = [s for s in scenarios if s.kind == "innocent"]
    with open(path, "w", encoding="utf-8") as f:
        f.write(head)
        f.write("## Guilty: %d scenarios\n\n%s%s\n" % (len(guilty), COLUMNS, rows(guilty)))
        f.write("## Innocent: %d scenarios\n\n%s%s" % (len(innocent), COLUMNS, rows(innocent)))
