"""A flow: `SRC SPORT DST DPORT [PROTO]` becomes a `String` of the same words (PM0482)."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.ip_protocol import read_protocol
from pmill.elaborate.values import cpp_string, parse_int, parse_ip
from pmill.graph import Value
from pmill.syntax import split_words, unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_PORTS = {"6": "TcpPort", "17": "UdpPort"}


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the flow; a word may be `-` where nothing is said."""
    words = split_words(items[0])
    if len(words) == 1:  # all in one pair of quotes
        words = split_words(ConfigText(text=unquote(items[0]), span=items[0].span))
    if len(words) not in (4, 5):
        ctx.error(
            "PM0482",
            f"expected a flow, not '{items[0].text}'",
            items[0].span,
            hint="write SRC SPORT DST DPORT [PROTO], such as 10.0.0.1 1024 10.0.0.2 80 TCP",
        )
        return None
    protocol = _protocol(words[4], ctx) if len(words) == 5 else ""
    parts = [_part(i, word, protocol, ctx) for i, word in enumerate(words[:4])]
    parts += [protocol] if len(words) == 5 else []
    if any(part is None for part in parts):
        return None
    text = " ".join(part for part in parts if part is not None)
    return Value(cpp=cpp_string(text), text=text, click=None)


def _protocol(word: ConfigText, ctx: LoweringContext) -> str | None:
    if unquote(word) == "-":
        return "-"
    number = read_protocol(word, ctx)
    return None if number is None else str(number)


def _part(place: int, word: ConfigText, protocol: str | None, ctx: LoweringContext) -> str | None:
    """Return an address or a port as the runtime reads it, None after an error."""
    text = unquote(word)
    if text == "-":
        return text
    if place % 2 == 0:
        address = parse_ip(ctx.literal("IPAddress", text))
        if address is not None:
            return str(address)
        ctx.error("PM0482", f"'{text}' is no IP address", word.span)
        return None
    port = parse_int(ctx.literal(_PORTS.get(protocol or "", "Port"), text))
    if port is not None and 0 <= port <= 0xFFFF:
        return str(port)
    ctx.error("PM0482", f"'{text}' is no port", word.span, hint="write a number from 0 to 65535")
    return None
