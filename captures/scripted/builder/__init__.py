# SPDX-License-Identifier: GPL-2.0-or-later
"""The small layer that turns a scripted scenario into packets with honest headers."""
