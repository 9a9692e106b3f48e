# SPDX-License-Identifier: GPL-2.0-or-later
"""A desktop of its own: X server, window manager, accessibility bus. Gone when the test is."""

import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PROFILE = HERE.parents[1] / "plugin" / "profile" / "Interference"
SIZE = (1600, 1000)
NOBODY = 65534
PROGRAMS = ("wireshark", "tshark", "Xvfb", "openbox", "xdotool", "import", "convert",
            "dbus-daemon")
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
# Nothing that asks, windows where the window manager puts them, addresses as they are.
QUIET = """gui.update.enabled: FALSE
gui.ask_unsaved: FALSE
gui.geometry.save.position: FALSE
gui.geometry.save.size: FALSE
gui.geometry.save.maximized: FALSE
nameres.mac_name: FALSE
"""
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

libc = ctypes.CDLL(None, use_errno=True)


class Problem(Exception):
    """What is wrong, in words for the reader of the test's output."""


def wait_until(question, seconds, what):
    """The first true answer; a Problem when it takes longer."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Problem(f"waited {seconds} s for {what}")
        time.sleep(0.2)


def missing():
    """What this machine lacks."""
    lacks = [program for program in PROGRAMS if not shutil.which(program)]
    if not os.path.exists(LAUNCHER):
        lacks.append("at-spi2-core")
    try:
        import gi
        gi.require_version("Atspi", "2.0")
    except (ImportError, ValueError):
        lacks.append("python3-gi and gir1.2-atspi-2.0")
    return lacks


def give_up_privileges(*directories):
    """As root Wireshark ignores WIRESHARK_PLUGIN_DIR. The directories stay ours."""
    if os.geteuid():
        return
    os.makedirs("/tmp/.X11-unix", mode=0o1777, exist_ok=True)
    for directory in directories:
        os.chown(directory, NOBODY, NOBODY)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def work_directory():
    """A temporary directory, for everything that the programs write."""
    return pathlib.Path(tempfile.mkdtemp(prefix="interference-gui-"))


def install(plugin, version, work, recent=""):
    """Put plugin and profile where a Wireshark with our environment looks."""
    folder = work / "plugins" / version / "epan"
    folder.mkdir(parents=True)
    shutil.copy(plugin, folder / "interference.so")
    settings(work, recent=recent)
    (work / "run").mkdir(mode=0o700)


def settings(work, preferences="", recent=""):
    """Wireshark's default profile and the one that we ship, as new, because Wireshark writes to
    them; both without what would be in the way, and with what is given. Where the former is."""
    default = work / "home" / ".config" / "wireshark"
    ours = default / "profiles" / PROFILE.name
    shutil.rmtree(default, ignore_errors=True)
    shutil.copytree(PROFILE, ours)
    for folder in (default, ours):
        append(folder / "preferences", QUIET + preferences)
        append(folder / "recent", recent)
    return default


def append(path, text):
    with open(path, "a", encoding="utf-8") as stream:
        stream.write(text)


def environment(work):
    """Nothing of the caller's desktop, home or language gets through."""
    return {"PATH": os.environ["PATH"], "HOME": str(work / "home"), "LC_ALL": "C.UTF-8",
            "XDG_CONFIG_HOME": str(work / "home" / ".config"),
            "XDG_RUNTIME_DIR": str(work / "run"), "TZ": "UTC", "TMPDIR": str(work / "home"),
            "GSETTINGS_BACKEND": "memory",
            "WIRESHARK_PLUGIN_DIR": str(work / "plugins"),
            "QT_ACCESSIBILITY": "1", "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": "1"}


class Desktop:
    """Use with `with`: what it started ends with the block."""

    def __init__(self, work):
        self.work = work
        self.env = environment(work)
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def __enter__(self):
        try:
            self.start_display()
            self.start_bus()
            self.start("openbox", "--sm-disable", "--config-file", HERE / "openbox.xml")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        end_descendants()

    def start(self, *command, **rest):
        """Start a program of this desktop; what it says goes to a log beside its files."""
        with open(self.work / f"{pathlib.Path(command[0]).name}.log", "a", encoding="utf-8") as log:
            rest.setdefault("stdout", log)
            return subprocess.Popen([str(part) for part in command], env=self.env, stderr=log,
                                    stdin=subprocess.DEVNULL, preexec_fn=die_with_parent, **rest)

    def start_display(self):
        """The server picks a free display number and tells it."""
        size = "x".join(map(str, (*SIZE, 24)))
        self.env["DISPLAY"] = ":" + self.told("Xvfb", "-displayfd", "1", "-screen", "0", size,
                                              "-nolisten", "tcp")

    def start_bus(self):
        """A session bus, and on it the service that leads programs to the accessibility bus."""
        address = self.told("dbus-daemon", "--session", "--nofork", "--print-address")
        self.env["DBUS_SESSION_BUS_ADDRESS"] = address
        os.environ.update(self.env)

    def told(self, *command):
        """The first line that a program writes."""
        process = self.start(*command, stdout=subprocess.PIPE)
        os.set_blocking(process.stdout.fileno(), False)
        line = wait_until(process.stdout.readline, 30, f"{command[0]} to start")
        return line.decode().strip()

    def run(self, *command, timeout=60):
        """Output of a short program of this desktop."""
        done = subprocess.run([str(part) for part in command], env=self.env, timeout=timeout,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Problem(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
        return done.stdout


# -- ending ---------------------------------------------------------------------------------


def die_with_parent():
    """In the child: end even when this test is killed without a chance to clean up."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def children(parent):
    """Process numbers of the direct children. Orphans below us become ours."""
    try:
        with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as stream:
            return [int(part) for part in stream.read().split()]
    except OSError:
        return []


def descendants(parent):
    below = children(parent)
    return below + [process for child in below for process in descendants(child)]


def end_descendants():
    """First ask, then insist; reap all."""
    for sign, seconds in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
        send(sign)
        end = time.monotonic() + seconds
        while reap() and time.monotonic() < end:
            time.sleep(0.1)


def send(sign):
    for process in descendants(os.getpid()):
        try:
            os.kill(process, sign)
        except ProcessLookupError:
            pass


def reap():
    """True while something is left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
