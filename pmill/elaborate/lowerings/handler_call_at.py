"""`N CALL`: a handler call that is made when a count reaches N, a `CallAt`.

Errors: PM0440 no handler, PM0441 no number.
"""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.handler_call import call_of
from pmill.elaborate.values import parse_int
from pmill.elaborate.writing import cpp_string
from pmill.graph import Value
from pmill.syntax import unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the number and the call."""
    number, _, call = unquote(items[0].text).strip().partition(" ")
    count = parse_int(number)
    if count is None or not 0 < count < 1 << 64:
        ctx.error(
            "PM0441",
            f"expected a number and a handler to call, not '{items[0].text}'",
            items[0].span,
            hint="write N ELEMENT.HANDLER VALUE, such as 1000 stop",
        )
        return None
    found = call_of(call.strip(), ctx)
    if found is None:
        return None
    text, use = found
    suffix = "u" if count >= 1 << 63 else ""
    cpp = f"CallAt{{{count}{suffix}, {cpp_string(text)}}}"
    return Value(cpp=cpp, text=f"{count} {text}", click=None, uses=(use,))
