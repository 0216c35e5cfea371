"""Elements whose rules are matched by tables instead of a decision program."""

from __future__ import annotations

from dataclasses import replace

from pmill.graph.model import Element, Value
from pmill.match import matcher

__all__ = ["matched_by"]


def matched_by(element: Element, kind: str) -> Element:
    """Return an element whose rules, if it has any, are matched in a way of `MATCHERS`."""
    return replace(
        element, arguments={name: _value(v, kind) for name, v in element.arguments.items()}
    )


def _value(value: Value, kind: str) -> Value:
    if value.rules is None:
        return value
    found = matcher(kind, value.rules)
    return replace(value, matcher=found, footprint=len(found.data)) if found else value
