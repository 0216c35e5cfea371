"""A file as it is: `table.bin` becomes the bytes that it holds, an argument of type Data."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the bytes; none when no file was named."""
    if not items:
        return Value(cpp="", text="", click=None, data=b"")
    source = ctx.read(items[0])
    if source is None:
        return None
    data = source.text.encode("utf-8", "surrogateescape")
    return Value(cpp="", text="", click=None, data=data, footprint=len(data))
