# SPDX-License-Identifier: GPL-2.0-or-later
"""The ssh that parallel calls, and the hosts that it lost."""

import collections
import contextlib
import re
import shlex

from .words import Unusable, many, plain

# A host that does not answer is given up after 15 s.
SSH = ("ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5"
       " -o ServerAliveCountMax=3")
# parallel takes anything else for a command, an option or a file.
HOST = re.compile(r"([0-9]+/)?(:|([A-Za-z0-9_.][\w.-]*@)?[\w\[][\w.:\[\]-]*)", re.ASCII)

# ssh ends with 255 where it fails itself; a job never does. parallel may drop what a job said that
# it will try again, so this goes to a file. parallel passes [-p PORT] [-l USER] HOST -- COMMAND.
SSH_SCRIPT = r"""#!/bin/sh
exec 3>&1
words=$(eval "$INTERFERENCE_SSH \"\$@\"" 2>&1 >&3)
status=$?
while :; do
    case $1 in
    -[lp]) shift 2 ;;
    *)     break ;;
    esac
done
if [ $status -eq 255 ]; then
    printf '%s\t%s\n' "$1" "$(printf %s "$words" | tail -n 1)" >>"${0%/*}/lost"
elif [ -n "$words" ]; then
    printf '%s\n' "$words" >&2
fi
exit $status
"""


def must_be_hosts(text):
    """What --hosts says: 8/node1,user@node2,: and nothing else."""
    for host in text.split(","):
        if not HOST.fullmatch(host):
            raise Unusable(f"--hosts: '{host}' is no host: 8/node1,user@node2 (more belongs into"
                           " ~/.ssh/config)")


class Hosts:
    """`home` is a folder for this run and nobody else's."""

    def __init__(self, home):
        self.script, self.file = home / "ssh", home / "lost"
        self.lost, self.read = collections.Counter(), 0

    def command(self):
        """What parallel calls in ssh's place; it calls $INTERFERENCE_SSH."""
        self.script.write_text(SSH_SCRIPT)
        self.script.chmod(0o755)
        self.file.write_text("")
        return shlex.quote(str(self.script))

    def tell(self, line):
        """Calls line() for each host that was lost since the last time."""
        with contextlib.suppress(FileNotFoundError), \
                open(self.file, encoding="utf-8", errors="replace") as file:
            file.seek(self.read)
            for text in iter(file.readline, ""):
                self.read = file.tell()
                host, _, reason = plain(text.rstrip("\n").replace("\t", " ")).partition(" ")
                self.lost[host] += 1
                if self.lost[host] == 1:
                    line(f"{host}: lost or not reached: {reason or 'ssh gives no reason'};"
                         " its jobs are tried again")

    def reason(self):
        """Why a job has no result that said nothing itself."""
        if not self.lost:
            return "its job was stopped"
        times = ", ".join(f"{host}: {many(number, 'time')}"
                          for host, number in sorted(self.lost.items()))
        return f"its job was stopped or lost with its host ({times})"
