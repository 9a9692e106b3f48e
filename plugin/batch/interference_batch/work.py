# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder --work: who may write there, what is planned, what is done.

It may lie in a folder that somebody else has made, and any of its files may be damaged: a damaged
one costs what it tells of, and no more.
"""

import contextlib
import fcntl
import os
import re

from .files import must_be_no_link, read_state
from .words import FORMAT, NAME, Failure, Unusable

NONE = type(None)
PIECE = {"path": str, "size": int, "sha256": str, "packets": int, "shard": int, "shards": int,
         "group": (str, NONE), "memory": int, "memory_most": int, "deadline": int}
TASK = {"format": int, "plugin": str, "options": [str], "tshark": str, "pieces": [PIECE]}
INPUTS = {"captures": [str], "complaints": [[str]], "plugin": str, "options": str}
IDENTITY = re.compile(r"[0-9a-f]{20}")
OPTIONS = "-o", "-d"            # of tshark, each with a value


def prepare(work):
    for folder in ("jobs", "results"):
        os.makedirs(work / folder, exist_ok=True)
    for name in ("jobs", "results", "lock"):
        must_be_no_link(work / name)


@contextlib.contextmanager
def only_one(work):
    """Whoever plans, runs or merges holds the lock; the system gives it back when he is killed."""
    with open(work / "lock", "a+", encoding="utf-8", errors="replace") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.readline(100).strip()
            raise Failure(f"somebody works in {work} already (process {owner})") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} on {os.uname().nodename}\n")
        lock.flush()
        yield


def task_file(work, identity):
    return work / "jobs" / f"{identity}.json"


def result_file(work, identity):
    return work / "results" / f"{identity}.jsonl"


def read_task(work, identity):
    path = task_file(work, identity)
    task = read_state(path, TASK)
    if task["format"] != FORMAT:
        raise Failure(f"{path}: of another version")
    flags = task["options"][0::2]
    if not task["pieces"] or len(task["options"]) % 2 or not set(flags) <= set(OPTIONS):
        raise Failure(f"{path}: damaged")
    return task


def pending(work):
    """([(id, task)] of the jobs without a result, in the order of the plan, complaints about those
    whose file is damaged)."""
    try:
        order = (work / "order").read_text(errors="replace").split()
    except FileNotFoundError:
        raise Unusable(f"nothing is planned in {work}: {NAME} plan CAPTURES...") from None
    tasks, complaints = [], []
    if not all(map(IDENTITY.fullmatch, order)):
        complaints.append(f"{work / 'order'}: damaged")
    for identity in filter(IDENTITY.fullmatch, order):
        if result_file(work, identity).exists():
            continue
        try:
            tasks.append((identity, read_task(work, identity)))
        except FileNotFoundError:
            complaints.append(f"{task_file(work, identity)}: there is no such file")
        except Failure as problem:
            complaints.append(str(problem))
    return tasks, complaints


def planned(work):
    """What the last plan was asked for: captures, complaints, plugin, options; None without one."""
    with contextlib.suppress(FileNotFoundError):
        return read_state(work / "inputs.json", INPUTS)
    return None
