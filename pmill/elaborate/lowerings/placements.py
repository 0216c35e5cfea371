"""`ELEMENT NUMBER` pairs: the arguments of StaticThreadSched and ScheduleInfo.

Instead of a number there may be `SOCKET/CORE`.

A `String`, `ELEMENT NUMBER` a line; `pmill/elaborate/placement.py` reads it. Errors: PM0448.
"""

from __future__ import annotations

import re

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.writing import cpp_string
from pmill.graph import Value
from pmill.syntax import split_words, unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the pairs, a line each."""
    lines: list[str] = []
    for item in items:
        words = [unquote(word) for word in split_words(item)]
        if not words:
            continue
        if len(words) != 2 or not _is_number(words[1]):
            ctx.error(
                "PM0448",
                f"expected an element and a number, not '{item.text}'",
                item.span,
                hint="write ELEMENT NUMBER",
            )
            return None
        lines.append(f"{words[0]} {words[1]}")
    text = "\n".join(lines)
    return Value(cpp=cpp_string(text), text=text, click=None)


def _is_number(text: str) -> bool:
    if re.fullmatch(r"\d+/\d+", text):
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True
