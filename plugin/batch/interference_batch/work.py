# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder --work: who may write there, what is planned, what is done."""

import contextlib
import fcntl
import json
import os

from .words import NAME, Failure, Unusable


@contextlib.contextmanager
def only_one(work):
    """Whoever plans, runs or merges holds the lock; the system gives it back when he is killed."""
    with open(work / "lock", "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip()
            raise Failure(f"somebody works in {work} already (process {owner})") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} on {os.uname().nodename}\n")
        lock.flush()
        yield


def read_task(work, identity):
    return json.loads((work / "jobs" / f"{identity}.json").read_text())


def pending(work):
    """(id, task) of the jobs without a result, in the order of the plan."""
    try:
        order = (work / "order").read_text().split()
    except FileNotFoundError:
        raise Unusable(f"nothing is planned in {work}: {NAME} plan CAPTURES...") from None
    return [(identity, read_task(work, identity)) for identity in order
            if not (work / "results" / f"{identity}.jsonl").exists()]


def planned(work):
    """What the last plan was asked for: captures, complaints, plugin, options; None without one."""
    with contextlib.suppress(FileNotFoundError):
        return json.loads((work / "inputs.json").read_text())
    return None
