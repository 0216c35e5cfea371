"""VLAN_TCI of an element for which it cannot be ANNO: priority and VLAN as one number (PM0881)."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.vlan_tci import tci
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the value of the number."""
    return tci(items[0], ctx, hint="VLAN 5 with priority 1: VLAN_ID 5, VLAN_PCP 1")
