"""When a Script runs: `ACTIVE`, `PASSIVE`, `PACKET`, `PROXY`, `DRIVER`, or `SIGNAL NAME …`.

A `String`: the word in small letters, and the numbers of the signals. Errors: PM0443.
"""

from __future__ import annotations

import signal

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.writing import cpp_string
from pmill.graph import Value
from pmill.syntax import split_words, unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_TYPES = {
    **{word: word for word in ("active", "passive", "packet", "proxy", "driver")},
    "push": "packet",
}


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the type in small letters."""
    words = [unquote(word) for word in split_words(items[0])]
    kind = words[0].lower() if words else ""
    if kind == "signal" and len(words) > 1:
        numbers = [_number(word, items[0], ctx) for word in words[1:]]
        if None in numbers:
            return None
        text = " ".join(["signal", *map(str, numbers)])
    elif kind in _TYPES and len(words) == 1:
        text = _TYPES[kind]
    else:
        ctx.error(
            "PM0443",
            f"TYPE: no type of script is called '{items[0].text}'",
            items[0].span,
            hint="ACTIVE, PASSIVE, PACKET, PROXY, DRIVER, or SIGNAL and names of signals",
        )
        return None
    return Value(cpp=cpp_string(text), text=text, click=None)


def _number(word: str, item: ConfigText, ctx: LoweringContext) -> int | None:
    name = word.upper().removeprefix("SIG")
    found = getattr(signal, f"SIG{name}", None)
    number = int(word) if word.isdecimal() else found
    if number is None or not 0 < number < 64 or number in (signal.SIGKILL, signal.SIGSTOP):
        ctx.error("PM0443", f"TYPE: '{word}' is no signal that can be caught", item.span)
        return None
    return int(number)
