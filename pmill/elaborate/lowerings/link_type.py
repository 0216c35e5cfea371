"""ENCAP of capture files: the name or the number of a link type of the pcap format (PM0495)."""

from __future__ import annotations

from pmill.diagnostics import did_you_mean
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.values import parse_int
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

# Click's names; the numbers are LINKTYPE_* of the pcap file format. The way back, for handlers, is
# `link_name` in runtime/src/link.cc.
_NAMES = {
    "ETHER": 1,
    "IP": 101,
    "FDDI": 10,
    "ATM": 100,
    "ATM_RFC1483": 100,
    "802_11": 105,
    "802.11": 105,
    "802_11_RADIO": 127,
    "RADIOTAP": 127,
    "PRISM": 119,
    "AIRONET": 120,
    "SLL": 113,
    "LINUX_SLL": 113,
    "HDLC": 104,
    "C_HDLC": 104,
    "PPP": 9,
    "PPP_HDLC": 50,
    "SUNATM": 123,
    "NULL": 0,
    "LOOP": 108,
}


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the number of the link type."""
    word = items[0].text
    number = _NAMES.get(word.upper().replace("-", "_"), parse_int(word))
    if number is not None and 0 <= number < 1 << 16:
        return Value(cpp=str(number), text=str(number), click=None)
    ctx.error(
        "PM0495",
        f"unknown link type '{word}'",
        items[0].span,
        hint=did_you_mean(word, list(_NAMES)) or "write ETHER, IP, or the number of a link type",
    )
    return None
