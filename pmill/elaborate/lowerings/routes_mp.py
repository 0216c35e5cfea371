"""Routing tables of LookupIPRouteMP: as `routes`, in the words of that element."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.routing import read_rows, table_value
from pmill.graph import Value
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText

_SHAPE = "`DADDR/MASK [GATEWAY] OUTPUT'"


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the table of a LookupIPRouteMP; it may be empty."""
    rows = read_rows(items, _SHAPE, ctx)
    if rows is None:
        return None
    if not rows.keys:
        ctx.warning("PM0454", "no routes", ctx.span)
    (_, output), farthest = max(
        rows.known.items(), key=lambda known: known[0][1], default=((0, -1), 0)
    )
    if output >= ctx.outputs:
        ctx.error(
            "PM0452",
            f"need {output + 1} or more output ports",
            split_words(rows.place(rows.hops.index(farthest)))[-1].span,
            hint=f"the configuration connects {ctx.outputs}",
        )
        return None
    return table_value(rows, ctx)
