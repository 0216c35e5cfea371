"""`N stop`: after how many packets or bytes the program stops, a `std::uint64_t`.

Counter's COUNT_CALL and BYTE_COUNT_CALL. Errors: PM0440 a call other than `stop`, PM0441 no number.
"""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.stop_call import is_stop
from pmill.elaborate.values import parse_int
from pmill.graph import Value
from pmill.syntax import unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the N of `N stop`."""
    number, _, call = unquote(items[0].text).strip().partition(" ")
    count = parse_int(number)
    if count is None or not 0 < count < 1 << 64:
        ctx.error(
            "PM0441",
            f"expected a number and a handler to call, not '{items[0].text}'",
            items[0].span,
            hint="write N stop, such as 1000 stop",
        )
        return None
    if not is_stop(call.strip(), items[0], ctx):
        return None
    suffix = "u" if count >= 1 << 63 else ""
    return Value(cpp=f"{count}{suffix}", text=str(count), click=None)
