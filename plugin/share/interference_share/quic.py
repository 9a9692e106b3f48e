# SPDX-License-Identifier: GPL-2.0-or-later
"""QUIC. To be written."""


class Hellos:
    def __init__(self, pseudonyms):
        self.pseudonyms = pseudonyms

    def rewritten(self, unit):
        return None
