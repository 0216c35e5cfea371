"""`NAME PORT[/PROTOCOL] [NAME...] [# COMMENT]`: the arguments of PortInfo (PM0490).

A `String`, an argument a line. `pmill/elaborate/services.py` says what the names mean.
"""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.services import is_name, ports_of, without_comment
from pmill.elaborate.writing import cpp_string
from pmill.graph import Value
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_HINT = "write NAME PORT, NAME PORT/tcp or NAME PORT/udp, such as web 8080/tcp"


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the names, a line each."""
    lines: list[str] = []
    good = True
    for item in items:
        words = without_comment(split_words(item))
        if not words:
            continue
        for word in (words[0], *words[2:]):
            if not is_name(word.text):
                ctx.error("PM0490", f"'{word.text}' is no name", word.span, hint=_HINT)
                good = False
        if len(words) == 1:
            ctx.error("PM0490", f"'{words[0].text}' has no port", item.span, hint=_HINT)
            good = False
        elif ports_of(words[1].text) is None:
            message = f"'{words[1].text}' is no port of TCP or UDP"
            ctx.error("PM0490", message, words[1].span, hint=_HINT)
            good = False
        lines.append(" ".join(word.text for word in words))
    text = "\n".join(lines)
    return Value(cpp=cpp_string(text), text=text, click=None) if good else None
