"""The arguments of an Error: anything is right, and nothing of it goes into the program."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the empty string."""
    return Value(cpp='""', text="", click=None)
