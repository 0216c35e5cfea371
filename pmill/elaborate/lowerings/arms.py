"""Tee's N: the number of outputs, which must be the number of those that are used (PM0494)."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.values import parse_int
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the number, which must fit the connections."""
    count = parse_int(items[0].text)
    if count == ctx.outputs:
        return Value(cpp=str(count), text=str(count), click=None)
    s = "" if ctx.outputs == 1 else "s"
    ctx.error(
        "PM0494",
        f"N is '{items[0].text}', but {ctx.outputs} output{s} are connected"
        if ctx.outputs != 1
        else f"N is '{items[0].text}', but 1 output is connected",
        items[0].span,
        hint=f"N is the number of outputs, {ctx.outputs}, and can be left out",
    )
    return None
