# SPDX-License-Identifier: GPL-2.0-or-later
"""How different operating systems fill in the headers of the packets they send."""

from dataclasses import dataclass, replace
from typing import Optional


@dataclass(frozen=True)
class Stack:
    """The header habits of one kind of sender.

    `ipid` and `udp_ipid` name the regime of the IP identification: `flow` counts per
    connection, `host` counts over everything the host sends, `random` draws, `zero` stays 0.
    """

    name: str
    ttl: int = 64
    df: bool = True
    ipid: str = "flow"
    synack_ipid_zero: bool = True
    stray_reset_ipid_zero: bool = True   # resets sent without a socket
    stray_reset_ttl: Optional[int] = None  # initial TTL of those, where it is another one
    syn_window: int = 64240
    window: int = 502
    mss: int = 1460
    wscale: Optional[int] = 7
    timestamps: bool = True
    sack: bool = True
    option_order: str = "linux"
    udp_ipid: str = "host"
    udp_df: bool = False

    def but(self, **changes):
        """The same stack with some habits changed."""
        return replace(self, **changes)


LINUX = Stack("linux")
LINUX_PLAIN = LINUX.but(name="linux without timestamps", timestamps=False)
WINDOWS = Stack("windows", ttl=128, ipid="host", synack_ipid_zero=False,
                stray_reset_ipid_zero=False, window=1026, wscale=8, timestamps=False,
                option_order="windows", udp_df=False)
WINDOWS_XP = WINDOWS.but(name="windows xp", syn_window=16384, window=17520, wscale=None)
MACOS = Stack("macos", ipid="zero", syn_window=65535, window=2058, wscale=6,
              option_order="bsd", udp_ipid="random")
BSD_SERVER = Stack("bsd", ipid="random", synack_ipid_zero=False, stray_reset_ipid_zero=False,
                   syn_window=65535, window=1035, wscale=6, option_order="bsd",
                   udp_ipid="random")
SOLARIS = Stack("solaris", ipid="host", synack_ipid_zero=False, stray_reset_ipid_zero=False,
                stray_reset_ttl=255, syn_window=49640, window=49640, wscale=0,
                timestamps=False, option_order="windows")
APPLIANCE = Stack("appliance", ttl=255, df=False, ipid="random", synack_ipid_zero=False,
                  stray_reset_ipid_zero=False, syn_window=8190, window=8190, wscale=None,
                  timestamps=False, sack=False, option_order="windows", udp_ipid="random")
SCANNER = Stack("scanner", ttl=255, df=False, ipid="random", syn_window=1024, window=1024,
                wscale=None, timestamps=False, sack=False, option_order="windows")


def syn_options(stack, tsval, tsecr):
    """TCP options of a SYN (tsecr 0) or SYN/ACK, in the order this stack writes them."""
    mss = [("MSS", stack.mss)]
    stamp = [("Timestamp", (tsval, tsecr))] if stack.timestamps else []
    scale = [("NOP", None), ("WScale", stack.wscale)] if stack.wscale is not None else []
    sack = [("SAckOK", b"")] if stack.sack else []
    pad = [("NOP", None), ("NOP", None)]
    if stack.option_order == "linux":
        return mss + (sack + stamp if stamp else pad + sack if sack else []) + scale
    if stack.option_order == "bsd":
        return mss + scale + (pad + stamp if stamp else []) + sack
    return mss + scale + (pad + sack if sack else [])


def segment_options(timestamps, tsval, tsecr):
    """TCP options of every later segment."""
    if not timestamps:
        return []
    return [("NOP", None), ("NOP", None), ("Timestamp", (tsval, tsecr))]
