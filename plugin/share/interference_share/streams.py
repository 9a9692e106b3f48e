# SPDX-License-Identifier: GPL-2.0-or-later
"""Which bytes of TCP are the same ones, sent again.

Evidence compares bytes for the same place. So bytes are replaced where they stand in the stream, as they came
first. A segment that has others for its place is rewritten by itself, and stays another; where so many of its bytes
in a row are those of the stream that it is no accident, they stay equal.
"""

from . import payloads

WINDOW = 1 << 32
NO_ACCIDENT = 6         # bytes in a row


class Stream:
    """One direction of a connection. pieces: [start, bytes, where segments begin], in order and apart."""

    def __init__(self, dns):
        self.dns, self.base, self.pieces, self.done = dns, None, [], None

    def place(self, seq):
        if self.base is None:
            self.base = seq
        return (seq - self.base + WINDOW // 2) % WINDOW - WINDOW // 2

    def conflicts(self, start, data):
        end = start + len(data)
        for at, known, _ in self.pieces:
            low, high = max(at, start), min(at + len(known), end)
            if low < high and known[low - at:high - at] != data[low - start:high - start]:
                return True
        return False

    def add(self, start, data):
        """Joins what touches; what was there first stays, and is equal."""
        end = start + len(data)
        last = self.pieces[-1] if self.pieces else None
        if last and start == last[0] + len(last[1]):        # as nearly always
            last[2].append(len(last[1]))
            last[1].extend(data)
            return
        near = [piece for piece in self.pieces if piece[0] <= end and start <= piece[0] + len(piece[1])]
        low = min([start, *(at for at, _, _ in near)])
        high = max([end, *(at + len(known) for at, known, _ in near)])
        whole = bytearray(high - low)
        for at, known, _ in [(start, data, None), *near]:
            whole[at - low:at - low + len(known)] = known
        cuts = {start - low, *(at - low + cut for at, _, old in near for cut in old)}
        # A beginning inside of what was sent in one piece before is none.
        inside = [(at - low, at - low + len(known)) for at, known, _ in near]
        if any(at < start - low < to for at, to in inside):
            cuts.discard(start - low)
        self.pieces = [piece for piece in self.pieces if piece not in near]
        self.pieces.append([low, whole, sorted(cuts | {0})])
        self.pieces.sort(key=lambda piece: piece[0])

    def note(self, seq, data):
        """A segment in the order of the capture. Its place, and whether it has the stream's bytes."""
        start = self.place(seq)
        if self.conflicts(start, data):
            return start, False
        self.add(start, data)
        return start, True

    def rewrite(self, pseudonyms):
        self.done = [(at, payloads.rewritten(pseudonyms, known, cuts, self.dns)) for at, known, cuts in self.pieces]

    def equal(self, start, data, i):
        """Of the stream's bytes from place i of a segment on: those that are the segment's, as they are now."""
        for (at, known, _), (_, now) in zip(self.pieces, self.done):
            first = start + i - at
            if 0 <= first < len(known):
                n = 0
                while i + n < len(data) and first + n < len(known) and data[i + n] == known[first + n]:
                    n += 1
                return now[first:first + n]
        return b""

    def beside(self, start, data, alone):
        """A segment with other bytes, which is `alone` by itself."""
        out, i = bytearray(alone), 0
        while i < len(data):
            equal = self.equal(start, data, i)
            if len(equal) >= NO_ACCIDENT:
                out[i:i + len(equal)] = equal
            i += len(equal) or 1
        return bytes(out)

    def now(self, pseudonyms, place, data):
        """The bytes of a segment that was noted, after rewrite()."""
        start, same = place
        if not same:
            return self.beside(start, data, payloads.rewritten(pseudonyms, data, dns=self.dns))
        for at, known in self.done:
            if at <= start and start + len(data) <= at + len(known):
                return known[start - at:start - at + len(data)]
        raise AssertionError("a segment that was noted is in no piece")


class Streams:
    """All of a capture; a SYN with another number begins a new one."""

    def __init__(self):
        self.open, self.all, self.first = {}, [], {}

    def note(self, ends, seq, syn, data, dns):
        """What to ask later for the bytes, and its place there; (None, None) where there are none."""
        if syn and self.first.get(ends) != seq:
            self.open.pop(ends, None)
            self.first[ends] = seq
        if not data:
            return None, None
        stream = self.open.get(ends)
        if stream is None:
            stream = self.open[ends] = Stream(dns)
            self.all.append(stream)
        return stream, stream.note((seq + syn) % WINDOW, data)

    def rewrite(self, pseudonyms):
        for stream in self.all:
            stream.rewrite(pseudonyms)
