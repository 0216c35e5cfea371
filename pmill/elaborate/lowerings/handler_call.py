"""A handler call, `ELEMENT.HANDLER [VALUE]`: what an element writes when something has happened.

The value is the text itself, a `String`; that the handler exists is checked with the whole graph.
Errors: PM0440 no handler.
"""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.writing import cpp_string
from pmill.graph import HandlerUse, Value
from pmill.syntax import unquote
from pmill.syntax.flat import ConfigText

__all__ = ["call_of", "lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the call as text, and the handler that it writes."""
    found = call_of(unquote(items[0].text).strip() if items else "", ctx)
    if found is None:
        return None
    text, use = found
    return Value(cpp=cpp_string(text), text=text, click=None, uses=(use,))


def call_of(text: str, ctx: LoweringContext) -> tuple[str, HandlerUse] | None:
    """Return the canonical text of a call and the handler that it writes."""
    path, _, value = text.partition(" ")
    if not path:
        ctx.error("PM0440", "there is no handler to call", hint="write ELEMENT.HANDLER VALUE")
        return None
    path = path.removeprefix("main.")  # some configurations name the program so
    value = value.strip()
    return (f"{path} {value}" if value else path), HandlerUse(path=path, span=ctx.span)
