# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs that read and split captures: tshark, editcap, capinfos, tcpdump."""

import collections
import contextlib
import ctypes
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading

from .words import MIB, Failure, Unusable, first_line, last_line, plain


def dies_with_parent(limit=None):
    """For preexec_fn: no program outlives the job that started it; a limit of memory in bytes."""
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare():
        libc.prctl(1, signal.SIGKILL)       # PR_SET_PDEATHSIG
        if limit:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return prepare


# ---- splitting ----

def start_editcap(capture, words):
    """The capture as a pcap stream with nanoseconds, whatever it was."""
    return subprocess.Popen(["editcap", "-F", "nsecpcap", capture, "-"], stdout=subprocess.PIPE,
                            stderr=words, preexec_fn=dies_with_parent())


@contextlib.contextmanager
def normalised(capture):
    editcap = start_editcap(capture, subprocess.DEVNULL)
    try:
        yield editcap.stdout
    finally:
        editcap.stdout.close()
        editcap.wait()


def write_shard(capture, chosen, target):
    """Writes the packets that a filter takes to a file; what editcap complained about, or ""."""
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as complaints:
        editcap = start_editcap(capture, words)
        # To its standard output: as root tcpdump would give its privileges away first.
        with open(target, "wb") as out:
            done = subprocess.run(
                ["tcpdump", "--time-stamp-precision=nano", "-r", "-", "-w", "-", chosen],
                stdin=editcap.stdout, stdout=out, stderr=complaints, check=False,
                preexec_fn=dies_with_parent())
        editcap.stdout.close()
        status = editcap.wait()
        if done.returncode:
            raise Failure("tcpdump: " + last_line(text_of(complaints)))
        return last_line(text_of(words)) if status else ""


def text_of(file):
    file.seek(0)
    return file.read().decode(errors="replace")


# ---- what a file is ----

def capinfos(options, path):
    """The last two columns of what it says about a file, and its complaints."""
    done = subprocess.run(["capinfos", *options, path], capture_output=True, text=True,
                          errors="replace", check=False)
    return done.stdout.strip().rsplit(",", 2)[1:], done.stderr


def must_be_capture(path):
    """tshark opens anything, a text as much as a film. What was captured has a link layer of its
    own, what was not is called the same twice."""
    parts, _ = capinfos(["-TrmtE"], path)
    if len(parts) == 2 and parts[0] == parts[1]:
        raise Failure(f"it is no capture: Wireshark takes it for {plain(parts[0])}")


def about(path):
    """(packets, encapsulation) as capinfos says; (None, why) where it cannot."""
    parts, complaints = capinfos(["-TrmQ", "-Mc", "-E"], path)
    parts = [part.strip('"') for part in parts]
    if len(parts) == 2 and parts[1].isdigit():
        return int(parts[1]), parts[0]
    return None, first_line(complaints)


# ---- tshark ----

def plugin_version(tshark):
    """Version of the plugin that this tshark has."""
    try:
        done = subprocess.run([tshark, "-G", "plugins"], capture_output=True, text=True,
                              check=False)
    except OSError as problem:
        raise Unusable(f"cannot run {tshark}: {problem.strerror}") from None
    for line in done.stdout.splitlines():
        parts = line.split("\t")
        if parts[0].strip() in ("interference.so", "interference"):
            return parts[1].strip()
    raise Unusable(f"{tshark} does not have the plugin interference: interference-doctor says why")


# status: negative for a signal; late: it was stopped by us; cpu in seconds, memory in bytes.
Ended = collections.namedtuple("Ended", "status late words cpu memory")


def run_tshark(command, lines, memory, seconds):
    """Runs a tshark with limits; what it writes goes to the file `lines`."""
    late = threading.Event()
    with open(lines, "wb") as out, tempfile.TemporaryFile() as words:
        tshark = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=words,
                                  preexec_fn=dies_with_parent(memory))

        def stop():
            late.set()
            tshark.kill()
        clock = threading.Timer(seconds, stop)
        clock.daemon = True
        clock.start()
        try:
            # Through us, because tshark does not say when the disk is full.
            shutil.copyfileobj(tshark.stdout, out, MIB)
            out.flush()
        except OSError:
            clock.cancel()
            tshark.kill()
            tshark.wait()
            raise
        finally:
            tshark.stdout.close()
        _, status, usage = os.wait4(tshark.pid, 0)
        clock.cancel()
        tshark.returncode = os.waitstatus_to_exitcode(status)
        return Ended(tshark.returncode, late.is_set(), text_of(words),
                     usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
