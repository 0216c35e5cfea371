"""Routing tables: `ADDR/MASK [GATEWAY] OUTPUT` arguments, and files of such lines, become a table.

    10.0.0.1/32 0, 10.0.0.0/8 10.0.0.2 1, 0.0.0.0/0 - 2, FILE routes.txt

A bare address is a /32; a gateway of `-` or 0.0.0.0 is none. Of two routes with the same prefix
the later one counts. Errors are said in the words that Click's elements use for them.
"""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.routing import Rows, counted, read_rows, table_value
from pmill.elaborate.routing.rows import FEW_MESSAGES
from pmill.graph import Value
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText

_SHAPE = "'ADDR/MASK [GATEWAY] OUTPUT'"


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the table of a StaticIPLookup, or of another element of its family."""
    rows = read_rows(items, _SHAPE, ctx)
    if rows is None:
        return None
    return table_value(rows, ctx) if _outputs_exist(rows, items, ctx) else None


def _outputs_exist(rows: Rows, items: tuple[ConfigText, ...], ctx: LoweringContext) -> bool:
    """Report routes to outputs that the element does not have."""
    bad = {number for hop, number in rows.known.items() if hop[1] >= ctx.outputs}
    if not bad:
        return True
    wrong = [row for row, hop in enumerate(rows.hops) if hop in bad]
    for row in wrong[:FEW_MESSAGES]:
        place = rows.place(row)
        name = f"argument {items.index(place) + 1}" if place in items else f"line {place.span.line}"
        ctx.error(
            "PM0451",
            f"{name} bad OUTPUT",
            split_words(place)[-1].span,
            hint=f"the element has {counted(ctx.outputs, 'output')}, counted from 0",
        )
    if len(wrong) > FEW_MESSAGES:
        ctx.error("PM0451", f"{counted(len(wrong) - FEW_MESSAGES, 'more route')} have a bad OUTPUT")
    return False
