#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays a few scenarios anew and checks that their truth still means what the committed one does.

    tests/lab/live.py [--all]

One scenario of each kind of interference, and innocent ones of each kind of circumstance; --all
plays every one (about 4 minutes). Exit status 77, and a loud word, where the lab cannot run.
"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

SAMPLE = ["reset-sni-triplet", "reset-sni-ipv6", "reset-rewrite", "dns-a", "dns-private", "page-302",
          "great-cannon", "syn-ack-forged", "fin-forged", "hello-unacked", "quic-initial-silence",
          "plain-tls", "syn-proxy", "dns-retry", "path-loss", "capture-router-sides", "capture-tunnel"]


def main():
    chosen = [] if "--all" in sys.argv[1:] else SAMPLE
    done = subprocess.run([os.path.join(ROOT, "captures", "lab", "run"), *chosen,
                           "--compare", os.path.join(ROOT, "captures", "recorded")])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
