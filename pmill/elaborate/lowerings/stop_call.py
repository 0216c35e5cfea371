"""A handler call that can only be `stop`: the `END_CALL` of sources, a `bool`.

The program has no handlers that may be called while it runs but the global `stop`; any other
call is refused (PM0440) rather than forgotten.
"""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.graph import Value
from pmill.syntax import unquote
from pmill.syntax.flat import ConfigText

__all__ = ["is_stop", "lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return true for `stop`."""
    text = unquote(items[0].text).strip() if items else ""
    return Value(cpp="true", text="true", click=None) if is_stop(text, items[0], ctx) else None


def is_stop(call: str, item: ConfigText, ctx: LoweringContext) -> bool:
    """Return whether a call is `stop`; report any other."""
    words = call.split()
    if words in (["stop"], ["main.stop"]):
        return True
    ctx.error(
        "PM0440",
        f"cannot call '{call}'" if words else "there is no handler to call",
        item.span,
        hint="the handler that can be called is 'stop', which ends the program",
    )
    return False
