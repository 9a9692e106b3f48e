#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""interference-batch, from a checkout; installed as one file that ./zipped makes."""

import sys

# A job is called thousands of times and loads no more than it needs.
if sys.argv[1:2] == ["job"]:
    from interference_batch.job import main
else:
    from interference_batch.command import main

sys.exit(main(sys.argv[1:]))
