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

from pmill.graph import PipelineGraph
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
        """Say what was chosen for arguments whose values decide how they are used."""
        return tuple(
            PassNote(where=name, text=value.remark)
            for name, e in after.elements.items()
            if e.frozen and not before.elements[name].frozen
            for value in e.arguments.values()
            if value.remark
        )
