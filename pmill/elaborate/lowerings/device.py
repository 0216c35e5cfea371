"""The port of a device element: a string, in which `xdp:NAME` names an interface (PM0861)."""

from __future__ import annotations

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.writing import cpp_string
from pmill.graph import Value, xdp_interface
from pmill.syntax import split_words, unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_MOST_CHARACTERS = 15  # IFNAMSIZ of <net/if.h>, without the zero


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the port as it is written."""
    item = items[0]
    if len(split_words(item)) > 1:
        message = "PORT: expected one string, not several words"
        ctx.error("PM0404", message, item.span, hint="put it in quotes")
        return None
    text = unquote(item)
    interface = xdp_interface(text)
    wrong = None if interface is None else _wrong_with(interface)
    if wrong is not None:
        ctx.error("PM0861", f"'{text}' {wrong}", item.span, hint="write xdp:eth0, for example")
        return None
    return Value(cpp=cpp_string(text), text=text, click=item.text or '""')


def _wrong_with(interface: str) -> str | None:
    """Return why the kernel can have no interface of a name; None when it can."""
    if not interface:
        return "names no interface"
    if len(interface.encode()) > _MOST_CHARACTERS:
        return f"names no interface: a name has at most {_MOST_CHARACTERS} characters"
    if "/" in interface or interface in (".", "..") or any(c.isspace() for c in interface):
        return "names no interface: no name is a path, or has a space or a slash"
    return None
