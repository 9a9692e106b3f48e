# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are whole or not there, and files that may be damaged."""

import contextlib
import json
import os
import stat
import tempfile

from .words import NAME, Failure, Unusable

# What reading the parts of a damaged file may raise.
DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


# ---- writing ----

@contextlib.contextmanager
def whole_file(path, sync=False):
    """A file to write to that is at `path` once all has gone well. It replaces what was there, a
    link too: what that leads to stays as it is."""
    handle, part = tempfile.mkstemp(prefix=NAME + "-", suffix=".part", dir=os.path.dirname(path))
    try:
        with open(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, 0o666 & ~umask())
            yield file
            file.flush()
            if sync:
                os.fsync(handle)
        os.rename(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def umask():
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def write_whole(path, text):
    with whole_file(path) as file:
        file.write(text)


def must_be_replaceable(path):
    """Before hours of work: a report can be written there, and replaces no more than a file."""
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise Unusable(f"{path}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise Unusable(f"{path}: nobody may write to {folder}")
    if os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode):
        raise Unusable(f"{path}: it is there, and no file: it is not replaced")


def must_be_no_link(path):
    """The folder --work may have come with somebody's archive, and lead anywhere."""
    if os.path.islink(path):
        raise Unusable(f"{path}: it is a link, and not followed")


# ---- reading ----

def fits(value, shape):
    """Whether parsed JSON has a shape: a type, several types, [shape of each], {name: shape}."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(
            name in value and fits(value[name], one) for name, one in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(one, shape[0]) for one in value)
    return isinstance(value, shape)


def read_state(path, shape):
    """Parsed JSON of that shape; a Failure names the file if it is damaged."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        value = json.loads(data)
    except DAMAGE:
        value = None
    if not fits(value, shape):
        raise Failure(f"{path}: damaged")
    return value
