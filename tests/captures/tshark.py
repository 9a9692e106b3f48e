# SPDX-License-Identifier: GPL-2.0-or-later
"""Running tshark over the sample captures, and reading what it says and what is true."""

import argparse
import concurrent.futures
import csv
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SAMPLES = ROOT / "captures" / "scripted"
NOBODY = 65534
SKIPPED = 77                     # exit status of a test that lacks what it needs

LINKS = ("interference.forged_frame", "interference.genuine_frame", "interference.trigger_frame")
FIELDS = ("frame.number", "interference.verdict", "interference.class",
          "interference.confidence", "interference.trigger", *LINKS, "interference.signature")


class Tshark:
    """The program under test, with the environment the test was started in."""

    def __init__(self, program):
        self.program = program

    def run(self, arguments, environment=None, timeout=120, program=None, feed=None):
        """Run with arguments; returns the finished process, output as text."""
        return subprocess.run([program or self.program, *map(str, arguments)], input=feed,
                              env={**os.environ, **(environment or {})}, timeout=timeout,
                              capture_output=True, text=True, errors="replace",
                              check=False, **unprivileged())

    def companion(self, name):
        """Path of a program that came with this tshark, or None."""
        directory, slash, file = self.program.rpartition("/")
        return shutil.which(directory + slash + file.replace("tshark", name))

    def output(self, arguments, **rest):
        """Standard output; anything but success is a failure of the test."""
        done = self.run(arguments, **rest)
        if done.returncode:
            raise TestFailure(f"{describe(arguments)}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    def findings(self, capture, *options, **rest):
        """Rows (field to text) of the frames for which the plugin has something to say."""
        text = self.output(["-r", capture, *options, *field_options()], **rest)
        return [row for row in parse(text) if any(row[name] for name in FIELDS[1:])]

    def must_have_plugin(self):
        """Fail at once and clearly where the plugin is not loaded."""
        if "\tinterference.verdict\t" not in self.output(["-G", "fields"]):
            raise TestFailure(f"{self.program} does not know interference.verdict: the plugin"
                              " is not where this tshark looks (WIRESHARK_PLUGIN_DIR?)")

    def must_be_of_this_tree(self):
        """Before anything is rewritten: fail unless the plugin was built from this checkout."""
        self.must_have_plugin()
        loaded = re.search(r"^interference\.so[ \t].*\t(.*)$", self.output(["-G", "plugins"]), re.M)
        must_be_of_this_tree(loaded[1])


class TestFailure(Exception):
    """What is wrong, in words for the reader of the test log."""


def must_be_of_this_tree(program):
    """Fail unless a file was built from the sources of this checkout, see plugin/build_id.cmake."""
    wanted = subprocess.run(["cmake", "-P", ROOT / "plugin" / "build_id.cmake"], check=True,
                            capture_output=True, text=True).stdout.strip()
    found = re.search(rb"interference-build-id:([0-9a-f]{64})\0", pathlib.Path(program).read_bytes())
    built = found[1].decode() if found else "unknown sources"
    if built != wanted:
        raise TestFailure(f"{program} was not built from {ROOT}, nothing is rewritten: its id is"
                          f" {built[:12]}, that of the sources {wanted[:12]}"
                          " (cmake --build build --target update)")


def unprivileged():
    """As root tshark ignores personal plugin folders, so give the privileges away."""
    if os.geteuid() or "WIRESHARK_PLUGIN_DIR" not in os.environ:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def field_options():
    return ["-T", "fields", "-E", "header=y", *(part for name in FIELDS for part in ("-e", name))]


def parse(text):
    """Rows of `-T fields` output that has a header row."""
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def called_forged(rows):
    """Numbers of the frames that were called forged."""
    return {int(row["frame.number"]) for row in rows if row["interference.verdict"] == "forged"}


def describe(arguments):
    return " ".join(pathlib.Path(str(part)).name for part in arguments)


class Truth:
    """The truth file of a sample: what is special about which frame."""

    def __init__(self, capture):
        self.name = capture.stem
        self.header, self.rows = {}, []
        lines = capture.with_suffix(".truth").read_text().splitlines()
        for line in lines:
            if line.startswith("#"):
                key, _, value = line[2:].partition(": ")
                self.header[key] = value
        self.rows = parse("\n".join(line for line in lines if not line.startswith("#")))

    @property
    def guilty(self):
        return self.header["kind"] == "guilty"

    def frames(self, truth):
        """Numbers of the frames with this truth."""
        return {int(row["frame"]) for row in self.rows if row["truth"] == truth}


TWIN = "-ipv6"      # ends the name of a sample that is another one over IPv6


def samples(wanted=(), twins=True):
    """Paths of the sample captures, all or those named. Without twins: each scenario once, for tests
    of what does not depend on the IP version."""
    paths = sorted(SAMPLES.glob("*/*.pcap"), key=lambda path: path.stem)
    if not paths:
        raise TestFailure(f"no captures in {SAMPLES}")
    names = {path.stem for path in paths}
    unknown = set(wanted) - names
    if unknown:
        raise TestFailure(f"no such sample: {', '.join(sorted(unknown))}")
    if wanted:
        return [path for path in paths if path.stem in wanted]
    return [path for path in paths if twins or path.stem.removesuffix(TWIN) not in names
            or not path.stem.endswith(TWIN)]


def sample(name):
    """Path of the sample capture of this name."""
    return samples([name])[0]


def working_directory():
    """A temporary directory that an unprivileged tshark can read."""
    directory = tempfile.TemporaryDirectory(prefix="interference-")
    os.chmod(directory.name, 0o755)
    return directory


def arguments(description, **extra):
    """The command line all tests share; `extra` maps a further flag to its help."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--tshark", default="tshark", help="the tshark to test")
    parser.add_argument("samples", nargs="*", help="only these samples")
    for flag, text in extra.items():
        parser.add_argument("--" + flag, action="store_true", help=text)
    return parser.parse_args()


def check_all(check, paths):
    """Run `check(path)`, which returns complaints, for all paths; the exit status."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda path: guarded(check, path), paths))
    complaints = [text for result in results for text in result]
    for text in complaints:
        print(text)
    failed = sum(1 for result in results if result)
    print(f"{len(paths)} captures, {failed} failed")
    return 1 if complaints else 0


def guarded(check, path):
    """A check whose failure or time-out is a complaint like any other."""
    try:
        return check(path)
    except (TestFailure, subprocess.TimeoutExpired) as problem:
        return [f"{path.stem}: {problem}"]


def main(test):
    """Run `test()` as a program."""
    try:
        sys.exit(test())
    except TestFailure as problem:
        sys.exit(f"FAILED: {problem}")
