# SPDX-License-Identifier: GPL-2.0-or-later
"""The ssh that parallel calls, and the hosts that it lost."""

import collections
import contextlib
import shlex

from .words import many, plain

# A host that does not answer is given up after 15 s.
SSH = ("ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5"
       " -o ServerAliveCountMax=3")

# ssh ends with 255 where it fails itself; a job never does. parallel may drop what a job said that
# it will try again, so this goes to a file. parallel passes [-p PORT] [-l USER] HOST -- COMMAND.
SSH_SCRIPT = """#!/bin/sh
exec 3>&1
words=$({ssh} "$@" 2>&1 >&3)
status=$?
while :; do
    case $1 in
    -[lp]) shift 2 ;;
    *)     break ;;
    esac
done
if [ $status -eq 255 ]; then
    printf '%s\\t%s\\n' "$1" "$(printf %s "$words" | tail -n 1)" >>{lost}
elif [ -n "$words" ]; then
    printf '%s\\n' "$words" >&2
fi
exit $status
"""


class Hosts:
    def __init__(self, work):
        self.script, self.file = work / ".parallel" / "ssh", work / ".parallel" / "lost"
        self.lost, self.read = collections.Counter(), 0

    def command(self, ssh):
        self.script.write_text(SSH_SCRIPT.format(ssh=ssh, lost=shlex.quote(str(self.file))))
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
