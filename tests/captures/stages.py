#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which frames say at which stage a connection broke off, in all sample captures.

Without being asked only frames that have a verdict may say it, and only in captures taken at a
server. With the vantage preference, and with all observations, the samples below show what is
written here; the verdicts are the same either way.
"""

import tshark

FIELDS = ("frame.number", "interference.verdict", "interference.confidence", "interference.stage",
          "interference.stage.sequence")
SERVER = ("-o", "interference.vantage:server")
CLIENT = ("-o", "interference.vantage:client")
ALL = ("-o", "interference.all_observations:TRUE")

# Sample -> frame -> id without "stage-", as the server sees it.
EXPECTED = {
    "client-reset-at-the-server": dict.fromkeys((20, 21, 22), "post-psh-rst-acks"),
    "port-scan": dict.fromkeys((17, 18, 19), "post-syn-rst"),
    "tab-closed-seen-at-the-server": dict.fromkeys(range(15, 20), "other"),
    "client-gone-seen-at-the-server": {21: "post-psh-none"},
}


def rows(program, path, *options):
    """The rows of frames that say anything of ours."""
    fields = [part for name in FIELDS for part in ("-e", name)]
    text = program.output(["-n", "-2", "-r", path, *options, "-Y", "interference", "-T", "fields",
                           "-E", "header=y", *fields])
    return tshark.parse(text)


def stages(found):
    return {int(row["frame.number"]): row["interference.stage"].removeprefix("stage-")
            for row in found if row["interference.stage"]}


def verdicts(found):
    return {row["frame.number"]: (row["interference.verdict"], row["interference.confidence"])
            for row in found if row["interference.verdict"]}


def check(program, path):
    """Complaints about one sample."""
    name = path.stem
    usual = rows(program, path)
    complaints = [f"{name}: frame {row['frame.number']} says a stage without a verdict"
                  for row in usual if row["interference.stage"] and not row["interference.verdict"]]
    if stages(rows(program, path, *CLIENT)):
        complaints.append(f"{name}: stages although it was taken at the client")
    if name not in EXPECTED:
        at_server = tshark.Truth(path).header["vantage"] == "server"
        if stages(usual) and not at_server:
            complaints.append(f"{name}: stages in a capture that was not taken at a server")
        return complaints
    asked = rows(program, path, *SERVER)
    for options, found in ((SERVER, asked), (ALL, rows(program, path, *ALL))):
        if stages(found) != EXPECTED[name]:
            complaints.append(f"{name} {options[1]}: {stages(found)}, expected {EXPECTED[name]}")
    if verdicts(asked) != verdicts(usual):
        complaints.append(f"{name}: the vantage changes {verdicts(usual)} to {verdicts(asked)}")
    return complaints


def test():
    options = tshark.arguments(__doc__)
    program = tshark.Tshark(options.tshark)
    program.must_have_plugin()
    paths = tshark.samples(options.samples, twins=False)
    missing = set(EXPECTED) - {path.stem for path in tshark.samples()}
    if missing:
        raise tshark.TestFailure(f"no such sample: {', '.join(sorted(missing))}")
    return tshark.check_all(lambda path: check(program, path), paths)


if __name__ == "__main__":
    tshark.main(test)
