#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the reports, -z interference,NAME, say about each sample.

  * Every line of JSON obeys docs/schema, and its numbers agree with each other.
  * The findings are those of the fields under `-2`, one for one.
  * One pass, `-2`, `-Y` and `-R` (where it drops nothing) write the same, byte for byte.
  * The tree counts what JSON holds, the plain report and the page name an end of each forged frame.
  * Flows are called what Wireshark's own Community ID calls them.
  * CSV holds the same findings with all their facts, reads back, and has no cell that a spreadsheet would run.
  * Findings stay in a file as comments, once each, if asked for; the Info column has tags on forged
    packets, on all or on none.
  * The tree has the strongest signs first, on the bytes that they speak of.
  * In the flow graph forged packets, and only these, come from a column for the injector.
  * For a few samples the JSON, without the version of the plugin, is what NAME.jsonl
    beside it says; `--update` rewrites these.
"""

import ast
import collections
import csv
import difflib
import io
import json
import os
import pathlib
import re
import sys

import pcap
import tshark

try:
    import jsonschema
except ImportError:
    print("SKIPPED: there is no python3-jsonschema")
    sys.exit(tshark.SKIPPED)

SCHEMAS = tshark.HERE.parent.parent / "docs" / "schema"
GOLDEN = ("gfw-triplet", "reset-over-ipv6", "dns-three-injectors", "dns-answer-of-a-closed-port",
          "sandvine-pair", "packets-cut-short", "port-scan")
NUMBER = re.compile(r"-?\d+").fullmatch
MODES = (("-2",), ("-Y", "frame.number == 1"), ("-2", "-R", "frame", "-Y", "interference"))


def schema(name):
    text = json.loads((SCHEMAS / name).read_text())
    jsonschema.Draft202012Validator.check_schema(text)
    return jsonschema.Draft202012Validator(text)


class Output:
    """What -z interference,NAME writes."""

    def __init__(self, program):
        self.program = program
        self.schemas = {name: schema(f"{name}.json") for name in ("capture", "finding", "end")}

    def texts(self, path, *options):
        """What one run writes, by name; to standard output what goes there best."""
        with tshark.working_directory() as directory:
            os.chmod(directory, 0o777)
            files = {name: pathlib.Path(directory, name) for name in ("csv", "report", "html")}
            text = self.program.output(
                ["-n", "-q", "-r", path, *options, "-o", f"interference.capture_name:{path.name}",
                 "-z", "interference,json", "-z", "interference,tree",
                 *(part for name, file in files.items()
                   for part in ("-z", f"interference,{name},{file}"))])
            return {"json": only(text, "{"), "tree": str(tree(text)),
                    **{name: file.read_bytes().decode() for name, file in files.items()}}

    def invalid(self, name, line):
        """Complaints of the schemas about one line."""
        validator = self.schemas[line["type"]]
        return [f"{name}: {line['type']} {line.get('frame', '')}: {error.message} in"
                f" {'/'.join(map(str, error.path)) or 'the line'}"
                for error in validator.iter_errors(line)]


def tree(text):
    """Branches of the tree of statistics: title to (name to count)."""
    branches, title = {}, None
    for line in text.splitlines():
        row = re.match(r"( ?)(\S.*?) {2,}(\d+) ", line)
        if row and not row[1]:
            title = row[2]
            branches[title] = {}
        elif row and title:
            branches[title][row[2]] = int(row[3])
    return {title: dict(sorted(names.items())) for title, names in branches.items()}


def miscounts(name, text, findings):
    """Complaints where the tree or a report does not say what JSON says."""
    odd = [line for line in findings if line["verdict"] in ("forged", "suspect", "silenced")]
    counted = ast.literal_eval(text["tree"])
    complaints = []
    for title, values in (("Frames by verdict", [line["verdict"] for line in findings]),
                          ("Forged, suspect and silenced packets by class", [line["class"] for line in odd]),
                          ("Forged, suspect and silenced packets by trigger", [line["trigger"] for line in odd])):
        wanted = dict(sorted(collections.Counter(filter(None, values)).items()))
        if counted.get(title) != wanted:
            complaints.append(f"{name}: the tree says {counted.get(title)} under '{title}',"
                              f" there are {wanted}")
    ends = {(line["source"]["address"], line["destination"]["address"]) for line in odd
            if line["verdict"] == "forged"}
    for report in ("report", "html"):
        left_out = [pair for pair in ends if not any(one in text[report] for one in pair)]
        told = sum(map(int, re.findall(r"Servers: .* and (\d+) more", text[report])))
        if len(left_out) > told:
            complaints.append(f"{name}: {left_out} are not in the {report}, which leaves out {told}")
    if not odd and "Nothing found" not in text["report"]:
        complaints.append(f"{name}: the report does not say that it found nothing")
    return complaints


def disagreements(name, capture, findings):
    """Complaints where the capture's line does not count what the others say."""
    complaints = []
    verdicts = collections.Counter(line["verdict"] for line in findings if line["verdict"])
    if verdicts != +collections.Counter(capture["findings"]):
        complaints.append(f"{name}: the capture's line counts {capture['findings']}, there are"
                          f" {dict(verdicts)}")
    classes = collections.Counter((line["class"], line["verdict"]) for line in findings
                                  if line["verdict"])
    told = {(one, verdict): count for one, counts in capture["classes"].items()
            for verdict, count in counts.items()}
    if told != classes:
        complaints.append(f"{name}: the capture's line counts classes {told}, there are {dict(classes)}")
    frames = [line["frame"] for line in findings]
    if frames != sorted(set(frames)):
        complaints.append(f"{name}: frames are not in order: {frames}")
    if frames and frames[-1] > capture["frames"]:
        complaints.append(f"{name}: a finding beyond the last frame")
    return complaints + [f"{name}: frame {line['frame']} has no time or no ends" for line in findings
                         if not line["time"] or not line["source"]]


def as_fields(line):
    """A finding as the fields would say it."""
    def text(value):
        return "" if value is None else str(value)
    values = [text(line[name]) for name in ("frame", "verdict", "class", "confidence", "trigger",
                                            "forged_frame", "genuine_frame", "trigger_frame")]
    return [*values, ",".join(one["id"] for one in line["signatures"])]


def difference(name, what, before, now):
    """Complaint that shows how two texts differ; nothing if they do not."""
    if before == now:
        return []
    lines = difflib.unified_diff(before.splitlines(), now.splitlines(), lineterm="", n=0)
    return [f"{name}: {what}\n" + "\n".join(lines)]


def facts_of(row):
    """The facts of a row of CSV: what comes after the other columns."""
    names = list(row)
    return {name: row[name].lstrip("'") for name in names[names.index("vantage") + 1:] if row[name]}


def flow_complaints(program, path, findings):
    """Where a flow is called otherwise than Wireshark's own Community ID calls it."""
    rows = program.output(["-n", "-r", path, "--enable-protocol", "communityid", "-Y",
                           "communityid && (tcp || udp) && !icmp && !icmpv6", "-T", "fields", "-e",
                           "frame.number", "-e", "communityid"]).splitlines()
    theirs = dict(row.split("\t") for row in rows)
    return [f"{path.stem}: frame {line['frame']}: {line['community_id']}, Wireshark says {wanted}"
            for line in findings for wanted in [theirs.get(str(line["frame"]))]
            if wanted and "," not in wanted and wanted != line["community_id"]]


def table_complaints(name, text, findings):
    """What is wrong with the CSV."""
    if text.replace("\r\n", "").count("\n"):
        return [f"{name}: CSV has a line that does not end as RFC 4180 says"]
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    complaints = [f"{name}: a spreadsheet would run the cell {cell!r}" for row in rows
                  for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")
                  and not NUMBER(cell)]
    found = [(row["frame"], row["verdict"], row["source"], row["trigger"].lstrip("'"),
              row["community_id"], row["vantage"], row["hops_to_injector"], facts_of(row))
             for row in rows]
    wanted = [(str(line["frame"]), line["verdict"] or "", line["source"]["address"],
               line["trigger"] or "", line["community_id"] or "", line["vantage"],
               "" if line["hops_to_injector"] is None else str(line["hops_to_injector"]),
               {name: str(int(value) if isinstance(value, bool) else value)
                for name, value in line["facts"].items()}) for line in findings]
    if found != wanted:
        complaints.append(f"{name}: CSV has {found}, JSON {wanted}")
    return complaints


def check(output, path, update):
    """Complaints about one sample."""
    name = path.stem
    texts = output.texts(path)
    text = texts["json"]
    lines = [json.loads(line) for line in text.splitlines()]
    complaints = [text for line in lines for text in output.invalid(name, line)]
    if [line["type"] for line in lines] != ["capture"] + ["finding"] * (len(lines) - 2) + ["end"]:
        return [*complaints, f"{name}: not one capture, then findings, then the end"]
    capture, findings, end = lines[0], lines[1:-1], lines[-1]
    if end["findings"] != len(findings):
        complaints.append(f"{name}: the end counts {end['findings']} findings, there are {len(findings)}")
    complaints += disagreements(name, capture, findings)

    rows = output.program.findings(path, "-2")
    complaints += difference(name, "fields and JSON differ",
                             "\n".join(" ".join(row[key] for key in tshark.FIELDS) for row in rows),
                             "\n".join(" ".join(as_fields(line)) for line in findings
                                       if line["verdict"]))
    complaints += miscounts(name, texts, findings)
    complaints += table_complaints(name, texts["csv"], findings)
    complaints += flow_complaints(output.program, path, findings)
    for mode in MODES:
        for what, now in output.texts(path, *mode).items():
            complaints += difference(name, f"other {what} with {' '.join(mode)}", texts[what], now)
    return complaints + golden(path, text, update)


def only(text, begin):
    """The lines that begin like this: `-Y` also prints packets."""
    return "".join(line for line in text.splitlines(True) if line.startswith(begin))


def golden(path, text, update):
    """Complaints where the expected file says something else."""
    file = path.with_suffix(".jsonl")
    if path.stem not in GOLDEN:
        return []
    text = re.sub('"plugin":"[^"]*",', "", text)        # it rises with every release
    if update:
        file.write_text(text)
    before = file.read_text() if file.exists() else ""
    return difference(path.stem, f"not as {file.name} says (cmake --build build --target update)", before, text)


def refuses(program):
    """Complaints where a report that cannot be written is lost without a word, or with status 0."""
    path = tshark.samples(["gfw-triplet"])[0]
    complaints = []
    with tshark.working_directory() as directory:
        sealed = pathlib.Path(directory, "sealed")
        sealed.touch(mode=0o444)
        for file in ("/nonexistent/file", "/dev/full", str(sealed)):
            for name in ("json", "csv", "report", "html"):
                done = program.run(["-q", "-r", path, "-z", f"interference,{name},{file}"])
                if not done.returncode or file not in done.stderr:
                    complaints.append(f"{name} to {file}: exit {done.returncode}, {done.stderr!r}")
    for name in ("json", "csv", "report"):
        done = program.run(["-c", 'exec "$0" "$@" >/dev/full', program.program, "-q", "-r", path,
                            "-z", f"interference,{name}"], program="/bin/sh")
        if not done.returncode or "standard output: No space left" not in done.stderr:
            complaints.append(f"{name} to a full disk: exit {done.returncode}, {done.stderr!r}")
    return complaints


def draws(program):
    """Complaints where the flow graph does not let forged packets, and only these, come from the
    injector."""
    path = tshark.samples(["gfw-triplet"])[0]
    verdicts = [row["interference.verdict"] for row in program.findings(path, "-2")]
    lines = program.output(["-2", "-n", "-q", "-r", path, "-z", "flow,interference,network"]).splitlines()
    if not lines or not re.search(r"192\.168\.1\.10 .* injector \(suspected\)", lines[0]):
        return [f"the flow graph has no column for the injector: {lines[:2]}"]
    drawn = [("(0)" in below, line.split("|")[2].split()[0][:13])
             for line, below in zip(lines, lines[1:]) if re.match(r"\|\d", line)]
    wanted = [(verdict == "forged", {"trigger": "www.forbidden"}.get(verdict, verdict))
              for verdict in verdicts]
    return [] if drawn == wanted else [f"the flow graph has {drawn}, findings are {wanted}"]


def marks(program):
    """Complaints where the strongest signs do not come first, or not on the bytes that they speak of."""
    path = tshark.samples(["gfw-triplet"])[0]
    text = program.output(["-2", "-n", "-r", path, "-Y", "frame.number == 18", "-T", "pdml"])
    found = [(show.split()[0], value) for show, value in
             re.findall(r'<field name="interference.because"[^>]* show="([^"]*)"(?: value="([0-9a-f]*)")?', text)]
    fields = dict(re.findall(r'<field name="((?:ip|tcp)[a-z._]*)"[^>]* value="([0-9a-f]*)"', text))
    wanted = [("window", fields["tcp.window_size_value"]), ("3", ""), ("the", fields["ip.id"])]
    return [] if found == wanted else [f"the tree gives as reasons {found}, not {wanted}"]


def has_room(program):
    """Complaints where a flow graph of more addresses than Wireshark has room for is broken, or does not say so."""
    source, server = tshark.samples(["gfw-triplet"])[0], bytes((203, 0, 113, 80))
    packets = [(seconds + 60 * k, micros, length, data.replace(server, bytes((203, k, 113, 80 - k))))   # the same sum
               for k in range(60) for seconds, micros, length, data in pcap.read(source)]
    with tshark.working_directory() as directory:
        os.chmod(directory, 0o777)
        path = pathlib.Path(directory, "many.pcap")
        pcap.write(path, packets, pcap.link_type(source))
        done = program.run(["-2", "-n", "-q", "-r", path, "-z", "flow,interference,network"])
    told = done.stdout.count("More than 40 addresses: not all that follows is drawn.")
    return [] if not done.stderr and told == 1 \
        else [f"60 servers in a flow graph: told {told} times; {done.stderr[:200]}"]


def comments(program, path):
    """Packet comments of a capture: number of the frame to text."""
    rows = program.output(["-r", path, "-Y", "frame.comment", "-T", "fields", "-e", "frame.number",
                           "-e", "frame.comment"]).splitlines()
    return dict(row.split("\t", 1) for row in rows)


def stays(program):
    """Complaints where findings do not stay in a file, or in the Info column, as they should."""
    path = tshark.samples(["gfw-triplet"])[0]
    wanted = [row["frame.number"] for row in program.findings(path, "-2")]
    keep = ("-o", "interference.write_comments:TRUE")
    complaints = []
    with tshark.working_directory() as directory:
        os.chmod(directory, 0o777)
        once, twice = (pathlib.Path(directory, name) for name in ("once.pcapng", "twice.pcapng"))
        program.output(["-2", "-r", path, "-Y", "frame", *keep, "-w", once])
        program.output(["-2", "-r", once, "-Y", "frame", *keep, "-w", twice])
        kept = comments(program, once)
        if list(kept) != wanted or not all("Interference: " in text for text in kept.values()):
            complaints.append(f"comments on {list(kept)}, findings on {wanted}")
        if comments(program, twice) != kept:
            complaints.append("a capture with comments gets them again")
        program.output(["-2", "-r", path, "-Y", "frame", "-w", once])
        if comments(program, once):
            complaints.append("comments are written although nobody asked")
    columns = ("-o", 'gui.column.format:"No.","%m","Info","%i"')
    forged = [row["frame.number"] for row in program.findings(path, "-2")
              if row["interference.verdict"] == "forged"]
    for options, expected in (((), forged), (("-o", "interference.tag_info:all"), wanted),
                              (("-o", "interference.tag_info:none"), [])):
        tagged = [line.split()[0] for line in program.output(
            ["-2", "-r", path, *columns, *options]).splitlines()
            if re.search(r" \[(forged reset \d+|genuine|trigger)\]$", line)]
        if tagged != expected:
            complaints.append(f"with {options} the Info column has tags on {tagged}, not {expected}")
    return complaints


def test():
    options = tshark.arguments(__doc__, update="rewrite the expected files")
    program = tshark.Tshark(options.tshark)
    program.must_have_plugin()
    if options.update:
        program.must_be_of_this_tree()
    output = Output(program)
    paths = [path for path in tshark.samples(options.samples, twins=False)
             if path.stem in GOLDEN or not options.update]
    status = tshark.check_all(lambda path: check(output, path, options.update), paths)
    problems = refuses(program) + stays(program) + draws(program) + marks(program) + has_room(program)
    print("".join(line + "\n" for line in problems), end="")
    return 1 if problems else status


if __name__ == "__main__":
    tshark.main(test)
