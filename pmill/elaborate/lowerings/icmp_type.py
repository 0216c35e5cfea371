"""The type of an ICMP message: a number or a name."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.icmp import TYPES, named_byte
from pmill.graph import Value
from pmill.syntax.flat import ConfigText


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the value of a type."""
    return named_byte(items, TYPES, "ICMP type", ctx)
