"""Elements whose rules are matched by tables instead of a decision program."""

from __future__ import annotations

from dataclasses import replace

from pmill.graph.model import Element, Value
from pmill.match import matcher

__all__ = ["matched_by"]

_HEADERS = ("mac", "network", "transport")


def matched_by(element: Element, kind: str) -> Element:
    """Return an element whose rules, if it has any, are matched in a way of `MATCHERS`."""
    values = {name: _value(v, kind, element) for name, v in element.arguments.items()}
    return replace(element, arguments=values)


def _value(value: Value, kind: str, element: Element) -> Value:
    """Tables look at the headers that any rule asks for, whatever its program still looks at."""
    found = None if value.rules is None else matcher(kind, value.rules)
    if found is None:
        return value
    needed = zip(_HEADERS, found.tables.needed, strict=True)
    unread = tuple(name for name, size in needed if size == 0 and name in element.spec.reads)
    return replace(value, matcher=found, footprint=len(found.data), unread=unread)
