# SPDX-License-Identifier: GPL-2.0-or-later
"""A box on the path that writes packets in other people's names."""

from .payloads import RESPONSE


class Injector:
    """Emits forged packets and writes down the truth about them and about their trigger."""

    def __init__(self, capture, behaviour):
        self.capture = capture
        self.behaviour = behaviour

    def reset(self, trigger, delay, flags="R", to_server=False, **header):
        """A reset that follows `trigger` after `delay`, in the name of the other end.

        Its numbers fit the trigger unless they are given: X is what the receiver of the
        reset expects next.
        """
        self._blame(trigger, "reset")
        sender = trigger.end_point
        victim = sender if not to_server else sender.peer
        claimed = victim.peer
        default_seq = trigger.ack if not to_server else trigger.end
        default_ack = trigger.end if not to_server else trigger.ack
        header.setdefault("seq", default_seq)
        header.setdefault("ack", default_ack if "A" in flags else 0)
        header.setdefault("options", [])
        header.setdefault("window", 0)
        header.setdefault("flow_label", 0)
        payload = header.pop("payload", b"")
        packet = claimed.segment(flags, payload, at=trigger.time + delay, **header)
        packet.padded = True
        return self.capture.mark(packet, "forged", "reset", self.behaviour, trigger.asks)

    def page(self, request, delay, payload, flags="FPA", **header):
        """Data, or the FIN or acknowledgement behind them, that follow `request` after `delay` in the name of the
        server; they fit the request."""
        kind = "data" if payload else "fin" if "F" in flags else "ack"
        self._blame(request, "data")
        claimed = request.end_point.peer
        header.setdefault("seq", request.ack)
        header.setdefault("ack", request.end)
        header.setdefault("options", [])
        header.setdefault("flow_label", 0)
        packet = claimed.segment(flags, payload, at=request.time + delay, **header)
        packet.padded = True
        return self.capture.mark(packet, "forged", kind, self.behaviour, request.asks)

    def answer(self, query, delay, message, **header):
        """A DNS answer that follows `query` after `delay`, in the name of its addressee."""
        self._blame(query, "dns-answer")
        packet = self.capture.datagram(query.receiver, query.sender, query.ports[::-1],
                                       message, query.time + delay, **header)
        packet.padded = True
        return self.capture.mark(packet, "forged", "dns-answer", self.behaviour, query.asks)

    def raced(self, packet, trigger):
        """Note that `packet` is what the claimed sender really said to a trigger."""
        kind = trigger.note[1]
        return self.capture.mark(packet, "genuine", kind, self.behaviour, trigger.asks)

    def _blame(self, trigger, kind):
        if trigger.note is None:
            self.capture.mark(trigger, "trigger", kind, self.behaviour, trigger.asks)


def forged_flags(query_flags, authoritative=False):
    """Flag word of an injector that always claims recursion: 0x8180, with AA 0x8580."""
    return RESPONSE | 0x0180 | (0x0400 if authoritative else 0)
