# SPDX-License-Identifier: GPL-2.0-or-later
"""Two tshark environments that differ by the plugin only, and the captures they read.

WIRESHARK_PLUGIN_DIR replaces the system's plugin folder, so both environments are without the
distribution's own plugins. Wireshark ignores that variable for root; tshark therefore runs as
nobody when the benchmark is started by root.
"""
import os
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
NOBODY = 65534
PROTOCOL = "interference"


class BenchError(Exception):
    """Something outside the benchmark that stops it; the text is for the user."""


class Environment:
    """One way to run tshark: its plugin folder, home and user."""

    def __init__(self, name, tshark, plugin_dir, home):
        self.name = name
        self.tshark = tshark
        self.variables = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LC_ALL": "C.UTF-8",
            "HOME": str(home),
            "TMPDIR": str(home),
            "WIRESHARK_PLUGIN_DIR": str(plugin_dir),
        }

    def start(self, arguments, prefix=(), stdout=subprocess.DEVNULL, variables=None):
        """Starts tshark, optionally under a tool; returns the process."""
        user = dict(user=NOBODY, group=NOBODY, extra_groups=[]) if os.geteuid() == 0 else {}
        return subprocess.Popen([*prefix, self.tshark, *arguments], env=self.variables | (variables or {}),
                                stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                                text=True, **user)

    def output(self, arguments):
        """Runs tshark and returns what it prints."""
        process = self.start(arguments, stdout=subprocess.PIPE)
        text, errors = process.communicate()
        if process.returncode:
            raise BenchError(f"{self.tshark} {' '.join(arguments)}: {errors.strip()}")
        return text


def tshark_version(tshark):
    """The version as text, for instance "4.0.17"."""
    try:
        text = subprocess.run([tshark, "--version"], capture_output=True, text=True,
                              check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BenchError(f"cannot run {tshark}: {error}") from error
    return re.search(r"\b(\d+\.\d+\.\d+)", text).group(1)


def private_directory(path):
    """Creates a directory that nobody may write to when tshark runs as nobody."""
    path.mkdir(parents=True)
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    return path


def prepare(work, tshark, plugin):
    """Returns the environments without and with the plugin, checked to be just that."""
    version = tshark_version(tshark)
    minor = ".".join(version.split(".")[:2])
    if not plugin.is_file():
        raise BenchError(f"no plugin at {plugin}; build it first or name it with --plugin")
    work.chmod(0o755)
    home = private_directory(work / "home")
    folders = [work / name / minor / "epan" for name in ("without", "with")]
    for folder in folders:
        folder.mkdir(parents=True)
    shutil.copy(plugin, folders[1] / "interference.so")
    environments = [Environment(name, tshark, work / name, home) for name in ("without", "with")]
    check_plugins(*environments)
    return version, *environments


def compile_c(target, *arguments):
    """Builds one of the helpers beside this file."""
    command = [os.environ.get("CC", "cc"), "-std=gnu11", "-O2", "-o", target, *arguments]
    if subprocess.run(command, check=False).returncode:
        raise BenchError(f"{target.name} does not compile")


def fixed_seed(work):
    """Builds the library that makes Wireshark's hash tables the same in every run."""
    library = work / "fixed_seed.so"
    compile_c(library, "-shared", "-fPIC", HERE / "fixed_seed.c")
    return library


def check_plugins(without, with_plugin):
    """Stops unless the plugin is loaded in exactly one of the environments."""
    for environment, expected in ((without, 0), (with_plugin, 1)):
        lines = environment.output(["-G", "plugins"]).splitlines()
        loaded = [line for line in lines if "/extcap/" not in line]
        if len(loaded) != expected:
            raise BenchError(f"{environment.name} plugin: {len(loaded)} plugins are loaded, "
                             f"not {expected}: {loaded}")


class Captures:
    """Builds the generator and the captures, each once, and remembers their counts."""

    def __init__(self, work, seed=1):
        self.work = work
        self.seed = seed
        self.generator = work / "generate"
        self.known = {}
        compile_c(self.generator, HERE / "generate.c", "-lm")

    def get(self, packets, mix="mixed"):
        """Returns (path, counts) of a capture, generated at the first call."""
        if (packets, mix) not in self.known:
            self.known[packets, mix] = self.generate(packets, mix)
        return self.known[packets, mix]

    def generate(self, packets, mix):
        path = self.work / f"{mix}-{packets}.pcap"
        lines = subprocess.run([self.generator, path, str(packets), "--mix", mix, "--seed",
                                str(self.seed)], capture_output=True, text=True, check=True).stdout
        path.chmod(0o644)
        return path, {name: int(value) for name, value in
                      (line.split("=") for line in lines.split())}

    def forget(self, packets, mix="mixed"):
        """Deletes a capture that is not needed any more."""
        path, _ = self.known.pop((packets, mix), (None, None))
        if path:
            path.unlink()
