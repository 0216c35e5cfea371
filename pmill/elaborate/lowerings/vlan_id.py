"""VLAN_ID, a VLAN from 0 to 4095 (PM0881), in place of VLAN_TCI and not beside it (PM0880)."""

from __future__ import annotations

from pmill.diagnostics import Note
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.scalars import parse_int
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_MOST = 0xFFF


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the value of the number; the member `vlan_tci` was valued before."""
    text, span = items[0].text, items[0].span
    number = parse_int(text)
    if number is None or not 0 <= number <= _MOST:
        what = f"'{text}' is no VLAN_ID: expected a number from 0 to {_MOST}"
        ctx.error("PM0881", what, span, hint="VLAN_TCI holds the priority, too")
        return None
    tci = ctx.values.get("vlan_tci")
    if tci is not None and tci.click is not None:
        notes = (Note("VLAN_TCI is given here", tci.span),) if tci.span else ()
        hint = "leave one of them out; VLAN_PCP gives a VLAN_ID its priority"
        ctx.error("PM0880", "VLAN_ID and VLAN_TCI both say the VLAN", span, notes=notes, hint=hint)
        return None
    return Value(cpp=str(number), text=str(number), click=None)
