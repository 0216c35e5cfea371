"""Print's CONTENTS: `none`, `hex`, `ascii`, or a boolean that means hex or none (PM0443)."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.values import parse_bool
from pmill.graph import Value
from pmill.syntax import unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_WORDS = {"none": 0, "hex": 1, "ascii": 2}  # Print::Contents


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the enumerator."""
    word = unquote(items[0].text).lower()
    truth = parse_bool(word)
    number = _WORDS.get(word) if truth is None else int(truth)
    if number is not None:
        return Value(cpp=f"static_cast<Print::Contents>({number})", text=str(number), click=None)
    ctx.error(
        "PM0443",
        f"CONTENTS cannot be '{items[0].text}'",
        items[0].span,
        hint="write hex, ascii or none",
    )
    return None
