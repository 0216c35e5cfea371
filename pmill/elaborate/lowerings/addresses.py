"""`NAME ADDRESS...`: the arguments of AddressInfo (PM0447).

A `String`, an argument a line. `pmill/elaborate/addresses.py` says what the names mean.
"""

from __future__ import annotations

from pmill.elaborate.addresses import is_name, kinds_of
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.writing import cpp_string
from pmill.graph import Value
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_HINT = "write NAME ADDRESS..., such as lan 10.0.0.1/24 02:00:00:00:00:01"


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the names, a line each."""
    lines: list[str] = []
    good = True
    for item in items:
        words = split_words(item)
        if not words:
            continue
        if not is_name(words[0].text):
            ctx.error("PM0447", f"'{words[0].text}' is no name", words[0].span, hint=_HINT)
            good = False
        if len(words) == 1:
            message = f"'{words[0].text}' has no address"
            ctx.error("PM0447", message, item.span, hint=_HINT)
            good = False
        for word in words[1:]:
            if kinds_of(word.text) is None:
                ctx.error("PM0447", f"'{word.text}' is no address", word.span, hint=_HINT)
                good = False
        lines.append(" ".join(word.text for word in words))
    text = "\n".join(lines)
    return Value(cpp=cpp_string(text), text=text, click=None) if good else None
