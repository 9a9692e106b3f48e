# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for Slurm that does the jobs."""

import hashlib
import math
import re
import shlex

from .files import write_whole
from .run import deadline_of
from .words import MIB, NAME, Failure, Unusable, many

TASKS_MOST = 1000
# Slurm reads more than a name into quotes, newlines and %, and cuts at some others.
HARMLESS = re.compile(r"[\w /.,+@=:-]+")


def slurm_script(arguments, tasks):
    """An array; each of its tasks does its share of the list, by the same command."""
    for path in (arguments.work, arguments.program):
        if not HARMLESS.fullmatch(str(path)):
            raise Unusable(f"{path}: not for --slurm: letters, digits, blanks and /.,+@=:-_ only")
    if not tasks:
        raise Failure("nothing to do")
    text = "".join(identity + "\n" for identity, _ in tasks)
    # A name of its own: what waits in the queue must not read the list of a later plan.
    listed = arguments.work / f"slurm-{hashlib.sha256(text.encode()).hexdigest()[:12]}.list"
    write_whole(listed, text)
    share = math.ceil(len(tasks) / TASKS_MOST)
    most = max(piece["memory_most"] for _, task in tasks for piece in task["pieces"])
    work, program = shlex.quote(str(arguments.work)), shlex.quote(arguments.program)
    return f"""#!/bin/sh
#SBATCH --job-name=interference
#SBATCH --array=1-{math.ceil(len(tasks) / share)}
#SBATCH --cpus-per-task=1
#SBATCH --mem={most // MIB + 100}M
#SBATCH --time={math.ceil(share * deadline_of(arguments, tasks) / 60)}
#SBATCH --requeue
#SBATCH --output="{arguments.work}/slurm-%a.log"
# --mem is above what a tshark is stopped at (plan --memory), so that it is said what was too large.
# {many(len(tasks), 'job')}. WORK and the captures have to be on storage that all nodes share.
# Afterwards:
#   {NAME} merge --work {work}
# It says what has no result; `run --slurm` again makes a script for that.
judge()
{{
    status=0
    first=$(( (SLURM_ARRAY_TASK_ID - 1) * {share} + 1 ))
    for job in $(sed -n "$first,$(( first + {share} - 1 ))p" {shlex.quote(str(listed))}); do
        [ -e {work}/results/"$job".jsonl ] || {program} job {work} "$job" || status=1
    done
    exit $status
}}
judge               # last: a script that was cut short does nothing
"""
