"""Replace calls through tables of pointers by direct calls: the static graph.

Before: elements are heap objects, and each output is a pointer to the next object, whose
`push` is virtual. After: every element is a part of one static object, and every output is a
generated type whose call names its target, so that the compiler can see through it::

    a -> b;        // virtual: links[0].node->push(packet)
    a -> b;        // direct:  run_direct<b>(worker, packet)

Applied to the whole graph or not at all: a table needs objects to point to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import PipelineGraph, connection_key
from pmill.passes.base import PassNote, count


@dataclass(frozen=True, slots=True)
class Devirtualize:
    """Replace calls through tables of pointers by direct calls."""

    name: ClassVar[str] = "devirtualize"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Turn virtual connections into direct ones."""
        return graph.with_connections(
            replace(c, call="direct") if c.call == "virtual" else c for c in graph.connections
        )

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count the calls that became direct."""
        changed = sum(c.call == "virtual" for c in before.connections) - sum(
            c.call == "virtual" for c in after.connections
        )
        return f"{count(changed, 'virtual call')} made direct"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Name the calls that became direct."""
        return tuple(
            PassNote(
                where=connection_key(after, c),
                text=f"calls {c.target.element} directly"
                if after.is_push(c)
                else f"pulls from {c.source.element} directly",
            )
            for old, c in zip(before.connections, after.connections, strict=True)
            if old.call != c.call
        )
