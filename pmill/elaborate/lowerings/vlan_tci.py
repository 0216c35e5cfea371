"""VLAN_TCI, a `net::VlanTci`: priority and VLAN as one number, or the word ANNO (PM0881)."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.scalars import parse_int
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower", "tci"]

_ANNOTATION = "ANNO"
_MOST = 0xFFFF


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the value of a number, or of the word: each packet's VLAN annotation."""
    if items[0].text == _ANNOTATION:
        return Value(cpp="net::VlanTci{.annotated = true}", text=_ANNOTATION, click=None)
    return tci(items[0], ctx, hint=f"{_ANNOTATION} takes each packet's VLAN annotation")


def tci(item: ConfigText, ctx: LoweringContext, *, hint: str) -> Value | None:
    """Return the value of a number from 0 to 65535, None after reporting that it is none."""
    number = parse_int(item.text)
    if number is None or not 0 <= number <= _MOST:
        what = f"'{item.text}' is no VLAN_TCI: expected a number from 0 to {_MOST}"
        ctx.error("PM0881", what, item.span, hint=hint)
        return None
    return Value(cpp=f"net::VlanTci{{.tci = {number}}}", text=str(number), click=None)
