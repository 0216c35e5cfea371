"""What a program has of its configuration for good: values that are constants, and what that costs.

A manifest is made for programs to read; docs/explaining.md describes its form. It depends on the
configuration and the options only, and its order is that of the configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pmill import __version__
from pmill.elaborate.handlers import TASK, Handler, handlers_of
from pmill.elements import ArgSpec
from pmill.graph import Element, PipelineGraph

VERSION: Final = 1


def manifest(graph: PipelineGraph) -> dict[str, Any]:
    """Return every value that is compiled in, those that are not, and the handlers that are not
    writable for it.
    """
    elements = graph.elements.values()
    return {
        "manifest": VERSION,
        "pmill": __version__,
        "configuration": graph.source_name,
        "constants": [row for e in elements for row in _values(e, constant=True)],
        "changeable": [row for e in elements for row in _values(e, constant=False)],
        "read_only": [row for e in elements for row in _handlers(e)],
    }


def _values(e: Element, *, constant: bool) -> Iterator[dict[str, Any]]:
    for arg in e.spec.arguments:
        if e.is_constant(arg.name) == constant:
            yield {
                "element": e.name,
                "class": e.spec.name,
                "argument": arg.keyword,
                "value": _shown(e, arg),
                **_place(e, arg),
            }


def _shown(e: Element, arg: ArgSpec) -> str:
    """Write a value as a configuration does; a default that is no value of its, as the header."""
    value = e.arguments[arg.name]
    if value.click is not None:
        return value.click.removeprefix("!").lstrip() if value.marked else value.click
    return value.text or arg.default or ""


def _place(e: Element, arg: ArgSpec) -> dict[str, Any]:
    """Say where a value is given: in the configuration, or by the header as its default."""
    span = e.arguments[arg.name].span
    at = span or arg.span
    return {
        "from": "default" if span is None else "configuration",
        "file": at.source.name,
        "line": at.line,
        "column": at.column,
    }


def _handlers(e: Element) -> Iterator[dict[str, Any]]:
    """Yield the handlers that could be written, had their arguments been kept."""
    known: dict[str, Handler] = handlers_of(e.spec) | (TASK if e.runs else {})
    for name, handler in known.items():
        if any(_is_baked(e, member) for member in handler.keeps):
            yield {
                "element": e.name,
                "class": e.spec.name,
                "handler": name,
                "keep": f"--keep {e.name}.{name}",
            }


def _is_baked(e: Element, member: str) -> bool:
    """Whether an argument is a constant; what workers run can be changed where anything can."""
    if member in e.arguments:
        return e.is_constant(member)
    return not e.kept and (e.frozen or not e.arguments)
