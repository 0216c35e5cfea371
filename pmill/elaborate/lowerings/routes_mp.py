"""Routing tables of LookupIPRouteMP: as `routes`, in the words of that element."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.routes import parse_routes, table_value
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

_SHAPE = "`DADDR/MASK [GATEWAY] OUTPUT'"


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the table of a LookupIPRouteMP; it may be empty."""
    routes = parse_routes(items, _SHAPE, ctx)
    if routes is None:
        return None
    if not routes:
        ctx.warning("PM0454", "no routes", ctx.span)
    farthest = max(routes, key=lambda route: route.output, default=None)
    if farthest is not None and farthest.output >= ctx.outputs:
        ctx.error(
            "PM0452",
            f"need {farthest.output + 1} or more output ports",
            farthest.output_span,
            hint=f"the configuration connects {ctx.outputs}",
        )
        return None
    return table_value(routes, ctx)
