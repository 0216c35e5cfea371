"""The code of an ICMP message: a number, or a name that depends on the type."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.icmp import CODES, named_byte
from pmill.graph import Value
from pmill.syntax.flat import ConfigText


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the value of a code; the member `type` was valued before, or was wrong."""
    icmp_type = ctx.values.get("type")
    names = CODES.get(int(icmp_type.text), {}) if icmp_type is not None else {}
    return named_byte(items, names, "ICMP code of this type", ctx)
