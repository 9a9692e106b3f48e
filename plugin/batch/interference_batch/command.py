# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges thousands of captures: batch runs that finish, resume and add up.

  interference-batch [all] CAPTURES...    plan, run, merge and report in one go
  interference-batch plan CAPTURES...     list what there is to do; known captures are left out
  interference-batch run                  do it, with GNU parallel, here or on ssh hosts
  interference-batch merge                put results into the database
  interference-batch report               what was found, as text, --html FILE or --json

CAPTURES are files, folders (searched below) or quoted patterns, whatever tshark reads: pcap,
pcapng and others, also with .gz, .zst, .lz4. Everything is kept in one folder (--work). Any of
these may be interrupted at any moment and called again: what is done is not done again.

examples:
  interference-batch /data/captures
  interference-batch --work /shared/run1 --hosts 8/node1,8/node2 '/shared/2026-*/*.pcap.zst'
  interference-batch plan --work run1 --shard-packets 1000000 big.pcap
  interference-batch run --work run1 --slurm >array.sh && sbatch --wait array.sh
  interference-batch report --work run1 --html report.html

exit status: 0 all captures were judged to their end, 1 some were not (one line for each says why),
2 wrong usage, or a program or the plugin is missing
"""

import argparse
import difflib
import json
import os
import pathlib
import shlex
import shutil
import signal
import sys

from .database import database
from .files import must_be_no_link, must_be_replaceable, write_whole
from .hosts import must_be_hosts
from .merge import Merger
from .page import report_html
from .plan import (DEADLINE_BASE, DEADLINE_PER_MIB, NO_FILE, SHARD_PACKETS, Planner,
                   find_captures)
from .programs import plugin_version
from .report import collect, headline, report_text
from .run import must_have_parallel, run_tasks
from .slurm import slurm_script
from .words import MIB, NAME, Failure, Unusable, many, plain, put_out, say, told_status
from .work import only_one, pending, planned, prepare


COMMANDS = "all", "plan", "run", "merge", "report"


# ---- the commands ----

def names_of(arguments):
    """What the user called captures: arguments, and the lines of --list."""
    names = list(arguments.captures)
    if arguments.list:
        try:
            with open(0 if arguments.list == "-" else arguments.list, "rb") as file:
                names += [os.fsdecode(line.rstrip(b"\n")) for line in file if line.strip()]
        except OSError as problem:
            raise Unusable(f"{arguments.list}: {problem.strerror}") from None
    if not names:
        raise Unusable("which captures? See --help")
    return names


def find(arguments):
    """(paths, complaints) of all captures."""
    paths, complaints = find_captures(names_of(arguments))
    word = arguments.captures[0] if arguments.captures else ""
    if arguments.implied and (word, NO_FILE) in complaints:
        for command in difflib.get_close_matches(word, COMMANDS, 1):
            raise Unusable(f"there is neither a command nor a capture '{word}': did you mean"
                           f" {command}?")
    return paths, complaints


def do_plan(arguments):
    plugin = plugin_version(arguments.tshark)
    for program in ("capinfos", "editcap"):
        if not shutil.which(program):
            raise Unusable(f"there is no {program}: apt-get install wireshark-common")
    paths, complaints = arguments.found
    with database(arguments.db) as db:
        planner = Planner(arguments, db, plugin)
        captures = planner.look_at(paths, complaints)
        Merger(db, arguments.work).merge()
        todo, done = planner.plan(captures, complaints)
    for path, why in complaints:
        say(f"{path}: {why}")
    tasks, _ = pending(arguments.work)
    say(f"{many(len(paths), 'file')}; {many(len(todo), 'capture')} to judge, {len(done):,} known"
        f" already; {many(len(tasks), 'job')}, {sum(c['size'] for c in todo) / MIB:,.1f} MiB")
    tell_pieces([piece for _, task in tasks for piece in task["pieces"]])
    return 1 if complaints else 0


def tell_pieces(pieces):
    """Which captures were split, and how much memory the jobs need."""
    for piece in {piece["sha256"]: piece for piece in pieces if piece["shards"] > 1}.values():
        say(f"{piece['path']}: {many(piece['packets'], 'packet')} in {piece['shards']}"
            f" shards by {piece['group']} ({piece['shards'] - 1} and the rest)")
    if pieces:
        say(f"a job needs about {max(p['memory'] for p in pieces) // MIB:,} MiB of memory, and is"
            f" stopped at {max(p['memory_most'] for p in pieces) // MIB:,} MiB")


def do_run(arguments):
    tasks, damaged = pending(arguments.work)
    for complaint in damaged:
        say(f"{complaint}: plan again")
    must_be_expected(arguments, tasks)
    if arguments.slurm:
        put_out(slurm_script(arguments, tasks))
        return 1 if damaged else 0
    problems, reason = run_tasks(arguments, tasks) if tasks else ({}, "")
    left, _ = pending(arguments.work)
    for identity, task in left:
        for path in dict.fromkeys(piece["path"] for piece in task["pieces"]):
            say(f"{path}: not judged: {problems.get(identity, reason)}")
    return 1 if left or damaged else 0


def must_be_expected(arguments, tasks):
    """A plan may have come with somebody's archive: it does not choose which program runs."""
    for program in {task["tshark"] for _, task in tasks} - {"tshark", arguments.tshark}:
        raise Unusable(f"the plan wants {program} for tshark: if that is right, say --tshark"
                       f" {shlex.quote(program)}")


def do_merge(arguments):
    with database(arguments.db) as db:
        before = count_captures(db)
        Merger(db, arguments.work).merge(arguments.again)
        after = count_captures(db)
        say(f"{arguments.db}: {many(after, 'capture')} in the database, {after - before:,} new")
        tell_failures(arguments.work, db)
    return 0


def count_captures(db):
    return db.execute("SELECT count(*) FROM capture").fetchone()[0]


def tell_failures(work, db):
    """A line for each capture of the plan that has no result, or not one of all of it."""
    inputs = planned(work)
    if not inputs:
        return
    tasks, damaged = pending(work)
    for complaint in damaged:
        say(f"{complaint}: plan again")
    waiting = {piece["path"]: piece["sha256"] for _, task in tasks for piece in task["pieces"]}
    for path in sorted(waiting):
        say(f"{path}: not judged: its job has no result yet")
    told = set(inputs["captures"]) - set(waiting.values())
    for sha256, path, status, reason in db.execute(
            "SELECT sha256, name, status, reason FROM capture WHERE status != 'done'"
            " AND plugin = ? AND options = ? ORDER BY name",
            (inputs["plugin"], inputs["options"])):
        if sha256 in told:
            say(f"{path}: {told_status(status)}: {reason}")


def wanting(arguments):
    """How many of the planned captures were not judged to their end."""
    inputs = planned(arguments.work)
    if not inputs:
        return 0
    with database(arguments.db) as db:
        done = {row[0] for row in db.execute(
            "SELECT sha256 FROM capture WHERE status = 'done' AND plugin = ? AND options = ?",
            (inputs["plugin"], inputs["options"]))}
    return len(set(inputs["captures"]) - done) + len(inputs["complaints"])


def do_report(arguments):
    if not os.path.exists(arguments.db):
        raise Unusable(f"there is no database {arguments.db}")
    with database(arguments.db) as db:
        data = collect(db, 0 if arguments.json else arguments.limit)
    if arguments.html:
        write_whole(arguments.html, report_html(data))
        say(f"{headline(data['totals'])}; {arguments.db}")
        say(f"{arguments.html} is written")
    if arguments.json:
        put_out(json.dumps(data, indent=1, default=plain) + "\n")  # ASCII: names are not ours
    elif not arguments.html:
        put_out(report_text(data))
    return 0


def do_all(arguments):
    do_plan(arguments)
    do_run(arguments)
    if not arguments.slurm:
        merge_only(arguments)
        do_report(arguments)
    return 0


def merge_only(arguments):
    """What has failed was told when it happened."""
    with database(arguments.db) as db:
        Merger(db, arguments.work).merge()


# ---- options ----

def add_planning(one):
    add = one.add_argument
    add("captures", nargs="*", metavar="CAPTURES", help="files, folders, quoted patterns")
    add("--list", metavar="FILE", help="more of them, one a line; - is standard input")
    add("--again", action="store_true", help="judge known captures again, too")
    add("-o", dest="preferences", action="append", default=[], metavar="NAME:VALUE",
        help="a preference for tshark; part of what makes a capture known")
    add("-d", dest="decode_as", action="append", default=[], metavar="RULE",
        help="as in tshark: decode as")
    add("--shard-packets", type=int, default=SHARD_PACKETS, metavar="N",
        help="split captures of more packets (%(default)s)")
    add("--group", choices=("server", "pair"), default="server",
        help="what a shard keeps whole: all of one server, or of two addresses (%(default)s)")
    add("--memory", type=int, metavar="MIB", help="stop a tshark that wants more")
    add("--deadline", type=int, metavar="SECONDS",
        help=f"stop a tshark that takes longer ({DEADLINE_BASE} and {DEADLINE_PER_MIB} a MiB)")


def add_programs(one, workers):
    one.add_argument("--tshark", default="tshark", metavar="PROGRAM")
    one.add_argument("--jobs", type=int, dest="workers", metavar="N", help=workers)


def add_running(one):
    add = one.add_argument
    add_programs(one, "at a time on each host (its processors)")
    add("--hosts", metavar="LIST",
        help="ssh hosts, each with jobs at a time: 8/node1,4/user@node2; : is this machine."
             " FOLDER, the captures and this command have the same paths there")
    add("--ssh", metavar="COMMAND", help="instead of ssh with short time-outs")
    add("--job-deadline", type=int, metavar="SECONDS",
        help="give up a job, and try it elsewhere (from its captures' deadlines)")
    add("--slurm", action="store_true", help="run nothing: print a script for sbatch")


def add_reporting(one):
    add = one.add_argument
    add("--html", metavar="FILE", help="as a page with pictures")
    add("--json", action="store_true", help="for programs, without a limit")
    add("--limit", type=int, default=25, metavar="N",
        help="rows of a table (%(default)s; 0: all)")


def add_command(commands, name, function, text, example):
    one = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".",
        epilog=f"example:\n  {NAME} {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    one.set_defaults(function=function)
    one.add_argument("--work", type=pathlib.Path, default=pathlib.Path(NAME + ".d"),
                     metavar="FOLDER",
                     help="where jobs, results and the database are (./%(default)s)")
    one.add_argument("--db", metavar="FILE", help="the database (FOLDER/findings.sqlite)")
    return one


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """Its words may be names of files, from a pattern that the shell resolved."""
        self.print_usage(sys.stderr)
        say(message)
        sys.exit(2)


def parse(words):
    parser = Parser(
        prog=NAME, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=f"{NAME} [all | plan | run | merge | report] [OPTIONS] [CAPTURES...]")
    parser.set_defaults(implied=not words or words[0] not in COMMANDS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    one = add_command(commands, "all", do_all, "plan, run, merge and report in one go",
                      "all /data/captures --html report.html")
    add_running(one)
    add_planning(one)
    add_reporting(one)
    one = add_command(commands, "plan", do_plan,
                      "list what there is to do; known captures are left out",
                      "plan --work run1 '/data/*.pcap.gz'")
    add_planning(one)
    add_programs(one, "workers (processors)")
    one = add_command(commands, "run", do_run, "judge what was planned and has no result yet",
                      "run --work run1 --hosts 8/node1,8/node2")
    add_running(one)
    one = add_command(commands, "merge", do_merge, "put results into the database",
                      "merge --work run1")
    one.add_argument("--again", action="store_true", help="results that are in it already, too")
    one = add_command(commands, "report", do_report, "what was found",
                      "report --work run1 --json")
    add_reporting(one)

    if not words:
        parser.error("which captures? See --help")
    if words[0] not in (*COMMANDS, "-h", "--help"):
        words = ["all", *words]
    return parser.parse_args(words)


# ---- main ----

def own_path():
    """The one path that calls this program: the zip application, or __main__.py of a checkout."""
    main_file = os.path.abspath(sys.modules["__main__"].__file__)
    return main_file if os.path.exists(main_file) else os.path.dirname(main_file)


def complete(arguments):
    """What follows from the options."""
    arguments.program = own_path()
    arguments.work = pathlib.Path(os.path.abspath(arguments.work))
    arguments.own_db = not arguments.db
    arguments.db = os.path.abspath(arguments.db or arguments.work / "findings.sqlite")
    if os.sep in getattr(arguments, "tshark", ""):
        arguments.tshark = os.path.abspath(arguments.tshark)
    arguments.tshark_options = [
        word for flag, values in (("-o", getattr(arguments, "preferences", [])),
                                  ("-d", getattr(arguments, "decode_as", [])))
        for value in values for word in (flag, value)]


def check(arguments):
    """What would only be found out at the end otherwise."""
    if getattr(arguments, "shard_packets", 1) < 1:
        raise Unusable("--shard-packets is at least 1")
    for option in arguments.tshark_options:
        if not option.isprintable():
            raise Unusable(f"{option}: no option for tshark")
    if getattr(arguments, "html", None):
        must_be_replaceable(arguments.html)
    if arguments.own_db:
        must_be_no_link(arguments.db)
    if getattr(arguments, "hosts", None):
        must_be_hosts(arguments.hosts)
    if not getattr(arguments, "slurm", True):       # before hours of planning
        must_have_parallel()


def perform(arguments):
    """Exit status."""
    check(arguments)
    if arguments.function is do_report:
        return do_report(arguments)
    if hasattr(arguments, "captures"):
        arguments.found = find(arguments)
        if not arguments.found[0]:
            for path, why in arguments.found[1]:
                say(f"{path}: {why}")
            return 1
    prepare(arguments.work)
    with only_one(arguments.work):
        status = arguments.function(arguments)
        if arguments.function is do_plan or getattr(arguments, "slurm", False):
            return status
        if arguments.function is do_run:
            merge_only(arguments)       # so that the exit status tells all
        return 1 if status or wanting(arguments) else 0


def main(words):
    """Exit status."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)       # `report | head` has read enough
    arguments = parse(words)
    try:
        complete(arguments)
        return perform(arguments)
    except Unusable as problem:
        say(problem)
        return 2
    except Failure as problem:
        say(problem)
        return 1
    except OSError as problem:
        say(f"{problem.filename or ''}: {problem.strerror}".lstrip(": "))
        return 1
    except KeyboardInterrupt:
        say("interrupted; call it again to go on")
        return 130
