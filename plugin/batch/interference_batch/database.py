# SPDX-License-Identifier: GPL-2.0-or-later
"""The database. What is in it: schema.sql."""

import contextlib
import os
import pkgutil
import re
import sqlite3

from .words import Failure

NOT_UTF8 = "bytes:"
VERSION = 3                     # of the schema; 1 had no number
SCHEMA = pkgutil.get_data(__package__, "schema.sql").decode()


@contextlib.contextmanager
def database(path):
    """Others may write to it, too: each waits for the other."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=300, isolation_level=None)) as db:
            db.text_factory = lambda data: data.decode(errors="replace")
            if db.execute("PRAGMA user_version").fetchone()[0] < VERSION:
                make_schema(db)
            yield db
    except sqlite3.OperationalError as problem:
        raise Failure(f"{path}: {problem}") from None
    except sqlite3.DatabaseError as problem:
        raise Failure(f"{path}: {problem}; results are kept beside it, so move it away and call"
                      " this again with the same captures") from None


def name_of(db, sha256):
    """The first of a capture's paths, for people; None where none is known."""
    path, = db.execute("SELECT min(path) FROM input WHERE sha256 = ?", (sha256,)).fetchone()
    return path and path.removeprefix(NOT_UTF8)


def stored(path):
    """A path as text that every reader of the database can take. One that is not UTF-8 has escapes
    in it, and a word before it that no other path begins with."""
    try:
        path.encode()
        return path
    except UnicodeEncodeError:
        data = os.fsencode(path).replace(b"\\", b"\\\\")
        return NOT_UTF8 + data.decode("utf-8", "backslashreplace")


def make_schema(db):
    """executescript() does not wait for whoever does the same at this moment."""
    with transaction(db):
        for statement in re.sub(r"--.*", "", SCHEMA).split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")


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
