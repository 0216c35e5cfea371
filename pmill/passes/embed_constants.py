"""Embed the arguments of elements as compile-time constants.

Before: an element's `Args` is an object filled at start-up from text. After: it is a type of
`static constexpr` members, so that tests of an argument vanish and tables unroll::

    DecIPTTL(MULTICAST false)    // before: if (args.multicast || …) reads memory
                                 // after:  the test and one branch are gone

Applied to every argument but those that are kept, because a handler that changes them is written:
by the configuration, or by a user who said so. What is embedded cannot be changed while the program
runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.elaborate.handlers import TASK, handlers_of, resolve
from pmill.graph import Element, PipelineGraph
from pmill.passes.base import PassNote, count


@dataclass(frozen=True, slots=True)
class EmbedConstants:
    """Embed the arguments of elements as compile-time constants."""

    name: ClassVar[str] = "embed_constants"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Freeze every element; what is kept of it stays a run-time value."""
        return graph.with_elements(
            e if e.frozen else replace(e, frozen=True) for e in graph.elements.values()
        )

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count arguments and elements."""
        fresh = [
            e
            for name, e in after.elements.items()
            if e.frozen and not before.elements[name].frozen and e.arguments
        ]
        values = sum(e.is_constant(name) for e in fresh for name in e.arguments)
        return f"{count(values, 'argument')} of {count(len(fresh), 'element')} embedded"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Name the arguments that became constants, what that made of them, and why others not."""
        found = []
        for e in after.elements.values():
            if e.frozen and not before.elements[e.name].frozen and e.arguments:
                found.append(PassNote(where=e.name, text=_constants(e)))
                remarks = (value.remark for value in e.arguments.values() if value.remark)
                found += [PassNote(where=e.name, text=remark) for remark in remarks]
            found += [
                PassNote(
                    where=e.name, text=f"{_shown(e, name)} stays changeable: {why}", done=False
                )
                for name in sorted(e.kept)
                for why in [_why_kept(after, e, name)]
            ]
        return tuple(found)


def _constants(e: Element) -> str:
    """Name the constants that the configuration gives, and count the others."""
    constant = [arg for arg in e.spec.arguments if e.is_constant(arg.name)]
    given = [arg.keyword for arg in constant if e.arguments[arg.name].click is not None]
    defaults = len(constant) - len(given)
    parts = [*given, *([count(defaults, "default")] if defaults else [])]
    return f"constant: {', '.join(parts) or 'nothing'}"


def _shown(e: Element, name: str) -> str:
    return name.upper() if name in e.arguments else name


def _why_kept(graph: PipelineGraph, e: Element, name: str) -> str:
    """Say who may change an argument while the program runs."""
    if name in e.arguments and e.arguments[name].marked:
        return "it is marked with a !"
    handlers = handlers_of(e.spec) | (TASK if e.runs else {})
    for other in graph.elements.values():
        for value in other.arguments.values():
            for use in value.uses:
                element, _, called = use.path.rpartition(".")
                if resolve(element, other.name, graph.elements) != e.name:
                    continue
                if called in handlers and name in handlers[called].keeps:
                    return f"{other.name} writes {use.path}"
                if "$" in called:
                    return f"{other.name} may write any handler: {use.path}"
    return "asked for with --keep, or written by a name that is known only at run time"
