"""DST of UDPIPEncap, a `net::Destination`: an IPv4 address, or DST_ANNO (PM0470).

DST_ANNO means the packet's destination annotation.
"""

from __future__ import annotations

from pmill.diagnostics import did_you_mean
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.values import cpp_ip, parse_ip
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_ANNOTATION = "DST_ANNO"


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the value of an address or of the word."""
    word = items[0].text.removeprefix("!").lstrip()
    if word == _ANNOTATION:
        return Value(cpp="net::Destination{.annotated = true}", text=word, click=None)
    address = parse_ip(ctx.literal("IPAddress", word))
    if address is not None:
        return Value(cpp=f"net::Destination{{{cpp_ip(address)}}}", text=str(address), click=None)
    ctx.error(
        "PM0470",
        f"'{word}' is neither an IPv4 address nor {_ANNOTATION}",
        items[0].span,
        hint=did_you_mean(word, [_ANNOTATION])
        or f"write an address, or {_ANNOTATION} to take each packet's destination annotation",
    )
    return None
