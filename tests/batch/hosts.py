#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs over real ssh: two hosts, each an sshd of its own on this machine. One is killed in the middle of
a run, and one stops to answer, as a machine does that lost its network. Nothing is lost, nothing is
there twice, the run ends, and a line says which host it was.

Started by tests/batch/hosts, which gives root's stand-in a shell to log in to."""

import collections
import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import batch    # noqa: E402    (its place is not on the path before)

FILES = 12
HOSTS = "left", "right"
SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def descendants(top):
    """Process ids of a process and all that it started, the youngest last."""
    children = collections.defaultdict(list)
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            children[int(stat.read_text().rpartition(")")[2].split()[1])].append(int(stat.parent.name))
    found = [top]
    for process in found:
        found += children[process]
    return found


class Host:
    """An sshd with a key and a port of its own; what runs in its sessions knows its name."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        key = folder / f"{name}-key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        kept = {name: os.environ[name] for name in ("HOME", "WIRESHARK_PLUGIN_DIR", "LC_ALL", "TMPDIR")
                if name in os.environ}
        (folder / f"{name}.conf").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {key}\nPidFile none\nUsePAM no\n"
            f"StrictModes no\nPasswordAuthentication no\nAuthorizedKeysFile {folder}/client.pub\n"
            "MaxStartups 100\nSetEnv " + " ".join(f'{n}="{v}"' for n, v in {**kept, "HOST": name}.items()) + "\n")
        self.sshd = None

    def start(self):
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.sshd = subprocess.Popen([SSHD, "-D", "-e", "-f", self.folder / f"{self.name}.conf"], stderr=log,
                                         start_new_session=True)
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        sys.exit(f"FAILED: sshd does not listen: {(self.folder / f'{self.name}.log').read_text()}")

    def send(self, number):
        """A signal to everything on this host. All of it is stopped first, so that nothing more is started."""
        stopped = []
        while fresh := [process for process in descendants(self.sshd.pid) if process not in stopped]:
            self.kill(fresh, signal.SIGSTOP)
            stopped += fresh
        if number != signal.SIGSTOP:
            self.kill(stopped, number)

    @staticmethod
    def kill(processes, number):
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def stop(self):
        if self.sshd:
            self.send(signal.SIGKILL)
            self.sshd.wait()
            self.sshd = None


class Place:
    """Two hosts, the captures, what is expected of them, and a slow tshark that tells where it ran."""

    def __init__(self, folder):
        self.folder = folder
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "client"], check=True)
        self.hosts = {name: Host(folder, name) for name in HOSTS}
        config = f"IdentityFile {folder}/client\nIdentitiesOnly yes\nUserKnownHostsFile {folder}/known\n"
        config += f"User {pwd.getpwuid(os.geteuid()).pw_name}\n"
        known = ""
        for host in self.hosts.values():
            config += f"Host {host.name}\n  HostName 127.0.0.1\n  HostKeyAlias {host.name}\n  Port {host.port}\n"
            known += f"{host.name} {(folder / f'{host.name}-key.pub').read_text()}"
        (folder / "config").write_text(config)
        (folder / "known").write_text(known)
        # First in PATH, so that the command's own ssh line is what is tried.
        (folder / "bin").mkdir()
        batch.program(folder / "bin" / "ssh", f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/config "$@"\n')
        self.environment = {"PATH": f"{folder}/bin:{os.environ['PATH']}"}
        self.tshark = batch.program(folder / "tshark",
                                    f'#!/bin/sh\ncase "$*" in\n*-r\\ *) echo "$HOST" >>{folder}/asked\n'
                                    f'sleep 1 ;;\nesac\nexec {shutil.which("tshark")} "$@"\n')
        self.captures = batch.some_captures(folder, FILES)
        batch.run(folder / "here", "all", self.captures)
        self.expected = batch.rows(folder / "here")

    def asked(self):
        with contextlib.suppress(FileNotFoundError):
            return collections.Counter((self.folder / "asked").read_text().split())
        return collections.Counter()

    def plan(self, name):
        """One capture to a job, so that there is a middle."""
        work = self.folder / name
        batch.run(work, "plan", self.captures, "--tshark", self.tshark, "--jobs", FILES)
        for host in self.hosts.values():
            host.stop()
            host.start()
        return work

    def run(self, work, *options, meanwhile=None, started=2):
        """(exit status, what was said, seconds) of a run over both hosts, each with two jobs at a time.
        `meanwhile` is called when each has begun more than `started` jobs, so has done some."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "asked").unlink()
        begin = time.monotonic()
        run = subprocess.Popen([sys.executable, "-B", batch.COMMAND, "run", "--work", work, "--hosts",
                                ",".join(f"2/{host}" for host in HOSTS), "--tshark", self.tshark, *options],
                               stderr=subprocess.PIPE, text=True, env={**os.environ, **self.environment})
        if meanwhile:
            while run.poll() is None and not all(self.asked()[host] > started for host in HOSTS):
                time.sleep(0.05)
            batch.must(run.poll() is None, "the run ended before both hosts had work")
            meanwhile(run)
        try:
            text = run.communicate(timeout=180)[1]
        except subprocess.TimeoutExpired:
            run.kill()
            sys.exit(f"FAILED: a run with a lost host does not end:\n{run.communicate()[1]}")
        return run.returncode, text, time.monotonic() - begin

    def same(self, work, words):
        batch.must(batch.rows(work) == self.expected, f"{words}: rows differ")


def check_both(place):
    work = place.plan("both hosts {} h{=system q(touch MARKER)=} $(touch MARKER) \"it's\"\n\udcff")
    status, text, seconds = place.run(work)
    batch.must(status == 0, f"exit {status}:\n{text}")
    place.same(work, "two hosts")
    home = pathlib.Path(pwd.getpwuid(os.geteuid()).pw_dir)
    batch.must(not [*pathlib.Path().rglob("MARKER"), *home.glob("MARKER")], "a folder's name was run")
    asked = place.asked()
    batch.must(all(asked[host] for host in HOSTS) and sum(asked.values()) == FILES, f"asked were {asked}")
    print(f"two hosts: {dict(asked)}, {seconds:.1f} s")


def check_killed(place):
    """sshd and all that it started die in the middle."""
    work = place.plan("killed")
    status, text, seconds = place.run(work, meanwhile=lambda _: place.hosts["right"].stop())
    batch.must(status == 0, f"exit {status}:\n{text}")
    batch.must(text.count("right: lost or not reached: ") == 1, f"not said once:\n{text}")
    place.same(work, "a host that died")
    print(f"one host killed: {dict(place.asked())}, {seconds:.1f} s")


def check_silent(place):
    """A host answers nothing any more, and wakes up when the run is over: its jobs were done elsewhere."""
    work, right = place.plan("silent"), place.hosts["right"]
    status, text, seconds = place.run(work, meanwhile=lambda _: right.send(signal.SIGSTOP))
    batch.must(status == 0, f"exit {status}:\n{text}")
    batch.must(text.count("right: lost or not reached: ") == 1, f"not said once:\n{text}")
    place.same(work, "a host that does not answer")
    right.send(signal.SIGCONT)
    time.sleep(3)
    batch.run(work, "merge", "--again")
    place.same(work, "a host that woke up")
    print(f"one host silent: {dict(place.asked())}, {seconds:.1f} s")


def check_all_lost(place):
    """Both hosts die: each file without a result has its line, and the next run has only these to do."""
    work = place.plan("lost")
    status, text, seconds = place.run(work, meanwhile=lambda _: [host.stop() for host in place.hosts.values()])
    done = len(list((work / "results").glob("*.jsonl")))
    batch.must(status == 1 and 0 < done < FILES, f"exit {status}, {done} done:\n{text}")
    batch.must(text.count(": not judged: its job was stopped or lost with its host (left: ") == FILES - done,
               f"not every file has its line:\n{text}")
    place.hosts["left"].start()
    status, text, _ = place.run(work)
    batch.must(status == 0 and f"{FILES - done} of {FILES - done} done" in text, f"exit {status}:\n{text}")
    place.same(work, "after losing both hosts")
    batch.must(not list((work / "results").glob("*.part")), "something was left behind")
    print(f"both hosts killed: {done} done, {seconds:.1f} s")


def check_interrupted(place):
    """Ctrl-C, then kill -9, for whoever started it all: it goes on where it was."""
    work = place.plan("interrupted")
    status, text, _ = place.run(work, meanwhile=lambda run: run.send_signal(signal.SIGINT), started=1)
    batch.must(status == 130, f"exit {status}:\n{text}")
    time.sleep(3)
    left = [process for host in place.hosts.values() for process in descendants(host.sshd.pid)[1:]]
    batch.must(not left, f"{len(left)} processes are left on the hosts")
    after_first = len(list((work / "results").glob("*.jsonl")))
    place.run(work, meanwhile=lambda run: run.send_signal(signal.SIGKILL))
    after_second = len(list((work / "results").glob("*.jsonl")))
    status, text, _ = place.run(work)
    batch.must(status == 0 and not list((work / "results").glob("*.part")), f"exit {status}:\n{text}")
    place.same(work, "interrupted and killed")
    print(f"interrupted after {after_first} of {FILES}, killed after {after_second}")


def main():
    batch.need("tshark", "capinfos", "parallel", "ssh", "ssh-keygen")
    if not SSHD:
        print("SKIPPED: there is no sshd (apt-get install openssh-server)")
        return batch.SKIPPED
    shell = pwd.getpwuid(os.geteuid()).pw_shell
    if not shell or shell.endswith(("nologin", "false")):
        print("SKIPPED: this user has no shell to log in to; tests/batch/hosts gives one")
        return batch.SKIPPED
    with batch.scratch() as folder:
        os.chdir(folder)
        place = Place(pathlib.Path(folder))
        try:
            for check in (check_both, check_killed, check_silent, check_all_lost, check_interrupted):
                check(place)
        finally:
            for host in place.hosts.values():
                host.stop()
    print("all as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
