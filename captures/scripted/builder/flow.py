# SPDX-License-Identifier: GPL-2.0-or-later
"""A TCP connection whose two ends keep correct numbers, options and clocks."""

from scapy.layers.inet import TCP
from scapy.packet import Raw

from .capture import Packet, must_be_known
from .stacks import segment_options, syn_options

SEQUENCE = 1 << 32
HEADER = {"seq", "ack", "window", "ttl", "ipid", "df", "tos", "options", "reserved", "flow_label", "tcp"}
WHEN = {"at", "after", "reply_to"}


class End:
    """One end of a connection: what it sends, and what it has received."""

    def __init__(self, flow, host, port):
        self.flow = flow
        self.host = host
        self.port = port
        self.peer = None
        chance = host.capture.random
        self.isn = chance.randrange(SEQUENCE)
        self.next_seq = self.isn
        self.received = 0            # next sequence number wanted from the peer
        self.peer_timestamp = 0
        self.latest = 0.0            # when its last segment passed: segments keep their order
        self.timestamps = host.stack.timestamps
        self.ipid = chance.randrange(0x100, 0xE000)
        self.flow_label = chance.randrange(1, 1 << 20) if host.is_ipv6 else 0

    # -- sending -------------------------------------------------------------------------

    def send(self, flags, payload=b"", **header):
        """Send a segment and move this end's numbers; see `segment` for the header."""
        packet = self.segment(flags, payload, **header)
        self.next_seq = max(self.next_seq, packet.end, key=self._distance)
        self.peer.note_received(packet)
        self.flow.now = packet.time
        self.flow.last_sender = self
        return packet

    def _distance(self, seq):
        return (seq - self.isn) % SEQUENCE

    def note_received(self, packet):
        """Take over what a genuine segment of the peer acknowledges or stamps."""
        in_order = "S" in packet.flags or packet.seq == self.received
        if in_order and "R" not in packet.flags:
            self.received = packet.end
        if packet.tsval is not None:
            self.peer_timestamp = packet.tsval

    def segment(self, flags, payload=b"", **header):
        """Build and capture a segment without touching the numbers.

        Header values that are not given are what this end's stack would write: `seq`,
        `ack`, `window`, `ttl`, `ipid`, `df`, `tos`, `options`, `reserved`, `flow_label`; a field of TCP
        that has no word here is in `tcp`, by Scapy's name: `tcp={"urgptr": 7}`. The time is `at`,
        or `after` seconds behind the flow's last packet, or one round trip behind the
        packet `reply_to`, or what the flow's last packet suggests.
        """
        must_be_known(header, HEADER | WHEN | {"asks"})
        time = self._time(header)
        stamp = self.host.timestamp(time)
        options = header.get("options", self._options(flags, stamp))
        tcp = TCP(sport=self.port, dport=self.peer.port,
                  seq=header.get("seq", self.next_seq) % SEQUENCE,
                  ack=header.get("ack", self.received if "A" in flags else 0) % SEQUENCE,
                  flags=flags, reserved=header.get("reserved", 0),
                  window=header.get("window", self._window(flags)), options=options,
                  **header.get("tcp", {}))
        ipid = header.get("ipid")
        network = self.host.capture.ip(
            self.host, self.peer.host, tcp / Raw(payload) if payload else tcp,
            header.get("ttl", self.host.seen_ttl()),
            self._ipid(flags) if ipid is None else ipid,
            header.get("df", self.host.stack.df), header.get("tos", 0),
            header.get("flow_label", self.flow_label))
        stamped = [value for name, value in options if name == "Timestamp"]
        packet = Packet(time, self.host, self.peer.host, network, end_point=self,
                        flags=flags, seq=tcp.seq, ack=tcp.ack, window=tcp.window,
                        payload=payload, tsval=stamped[0][0] if stamped else None,
                        end=(tcp.seq + len(payload) + ("S" in flags) + ("F" in flags))
                        % SEQUENCE)
        packet.asks = header.get("asks", "")
        return self.host.capture.add(packet)

    def _time(self, header):
        if "at" in header:
            return header["at"]
        self.latest = max(self._usual_time(header), self.latest + 0.000012)
        return self.latest

    def _usual_time(self, header):
        capture, flow = self.host.capture, self.flow
        if "after" in header:
            return flow.now + header["after"]
        if "reply_to" in header:
            return header["reply_to"].time + capture.jitter(self.host.rtt)
        if flow.last_sender is self or flow.last_sender is None:
            return flow.now + capture.random.uniform(30e-6, 120e-6)
        return flow.now + capture.jitter(self.host.rtt)

    def _options(self, flags, stamp):
        if "S" in flags:
            stack = self.host.stack.but(timestamps=self.timestamps)
            return syn_options(stack, stamp, self.peer_timestamp)
        return segment_options(self.timestamps, stamp, self.peer_timestamp)

    def _window(self, flags):
        return self.host.stack.syn_window if "S" in flags else self.host.stack.window

    def _ipid(self, flags):
        stack = self.host.stack
        if self.host.is_ipv6 or ("S" in flags and "A" in flags and stack.synack_ipid_zero):
            return 0
        if stack.ipid != "flow":
            return self.host.next_ipid(stack.ipid)
        self.ipid = self.ipid % 0xFFFF + 1
        return self.ipid

    # -- the usual segments --------------------------------------------------------------

    def ack(self, **header):
        return self.send("A", **header)

    def data(self, payload, **header):
        """Send payload in segments no longer than the peer takes; returns the last one."""
        size = self.peer.host.stack.mss - (12 if self.timestamps else 0)
        pieces = [payload[i:i + size] for i in range(0, len(payload), size)]
        for piece in pieces[:-1]:
            self.send("A", piece, **header)
            header = {key: header[key] for key in ("ttl",) if key in header}
        return self.send("PA", pieces[-1], **header)

    def fin(self, **header):
        return self.send("FA", **header)

    def again(self, packet, after):
        """Retransmit: same bytes of the stream, a new IP identification, a new stamp."""
        return self.segment(packet.flags, packet.payload, seq=packet.seq, ack=self.received,
                            after=after)

    def abort(self, **header):
        """The application closes with unread data or asks for a hard close: RST/ACK."""
        return self.send("RA", **header)

    def refuse(self, packet, **header):
        """What a host without a socket answers to a segment, as RFC 9293 has it."""
        stack = self.host.stack
        if "A" in packet.flags:
            header = {"flags": "R", "seq": packet.ack, "ack": 0, **header}
        else:
            header = {"flags": "RA", "seq": 0, "ack": packet.end, **header}
        if stack.stray_reset_ipid_zero and not self.host.is_ipv6:
            header.setdefault("ipid", 0)
        header.setdefault("ttl", self.host.seen_ttl(stack.stray_reset_ttl))
        header.setdefault("window", 0)
        header.setdefault("flow_label", self.flow_label and self.flow_label ^ 0x5A5A5)  # as Linux: no socket's
        header.setdefault("options", [])
        if "at" not in header and "after" not in header:
            header.setdefault("reply_to", packet)
        return self.segment(header.pop("flags"), **header)


class Flow:
    """A TCP connection between two hosts."""

    def __init__(self, client, server, dport=443, start=0.0, sport=None):
        self.capture = client.capture
        self.now = start
        self.last_sender = None
        self.client = End(self, client, sport or self.capture.port())
        self.server = End(self, server, dport)
        self.client.peer, self.server.peer = self.server, self.client

    def handshake(self, **synack):
        """SYN, SYN/ACK, ACK."""
        self.client.send("S")
        self.agree_on_options()
        answer = self.server.send("SA", **synack)
        self.client.ack()
        return answer

    def agree_on_options(self):
        """Timestamps are used only where both stacks know them."""
        both = self.client.timestamps and self.server.timestamps
        self.server.timestamps = both
        if not both:
            self.client.timestamps = False

    def wait(self, seconds):
        self.now += seconds

    def request(self, payload, name, **header):
        """The client asks for `name`."""
        return self.client.data(payload, asks=name, **header)

    def answer(self, payload, think=0.002, ack=True):
        """The server acknowledges, thinks, answers; the client acknowledges."""
        if ack:
            self.server.ack()
        last = self.server.data(payload, after=think)
        self.client.ack()
        return last

    def close(self):
        """Orderly close, client first."""
        self.client.fin()
        self.server.fin()
        self.client.ack()
