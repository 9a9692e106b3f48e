#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""interference-share, from a checkout; installed as one file (../batch/zipped)."""

import sys

from interference_share.command import main

sys.exit(main(sys.argv[1:]))
