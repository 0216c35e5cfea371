"""An IP protocol: a number, `T`, `U`, `I` or a name (PM0481)."""

from __future__ import annotations

from pmill.diagnostics import did_you_mean
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.protocols import PROTOCOLS
from pmill.elaborate.values import parse_int
from pmill.graph import Value
from pmill.syntax import unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower", "read_protocol"]

# Summary dumps have letters for those that are frequent.
_NAMES = {"t": 6, "u": 17, "i": 1, **PROTOCOLS}


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the protocol's number."""
    number = read_protocol(items[0], ctx)
    return None if number is None else Value(cpp=str(number), text=str(number), click=None)


def read_protocol(item: ConfigText, ctx: LoweringContext) -> int | None:
    """Return the number of a protocol, None after an error."""
    word = unquote(item)
    number = _NAMES.get(word.lower(), parse_int(word))
    if number is not None and 0 <= number <= 255:
        return number
    ctx.error(
        "PM0481",
        f"'{word}' is no IP protocol",
        item.span,
        hint=did_you_mean(word, list(_NAMES)) or "write TCP, UDP, ICMP, or a number from 0 to 255",
    )
    return None
