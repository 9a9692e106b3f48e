# SPDX-License-Identifier: GPL-2.0-or-later
"""The database. What is in it: schema.sql."""

import contextlib
import pkgutil
import re
import sqlite3

from .words import Failure

SCHEMA = pkgutil.get_data(__package__, "schema.sql").decode()


@contextlib.contextmanager
def database(path):
    """Others may write to it, too: each waits for the other."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=300, isolation_level=None)) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'per_day'").fetchone():
                make_schema(db)
            yield db
    except sqlite3.Error as problem:
        raise Failure(f"{path}: {problem}") from None


def make_schema(db):
    """executescript() does not wait for whoever does the same at this moment."""
    with transaction(db):
        for statement in re.sub(r"--.*", "", SCHEMA).split(";"):
            db.execute(statement)


@contextlib.contextmanager
def transaction(db):
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
