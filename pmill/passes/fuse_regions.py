"""Compile pieces of the graph into one loop body: fused regions.

Before: each element is a function that is handed a packet object in memory. After: a region is
one function in which every element runs inlined, with the packet held in registers; regions call
each other at their borders only::

    in -> a -> b -> out;            // before: four functions, packet in its buffer
                                    // after: one loop body: in { a; b; out }

A border is a back edge of a cycle; a cold connection; a step from cold code into a region that
hot code uses (cold code must not carry copies of hot code); and a join whose copies would bloat
the program: of the connections that meet at an element, all become calls of one shared function
when copying everything behind it into each of them would add more than `budget` elements. Packets
keep their order: a call is a call, whoever makes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import Call, Connection, PipelineGraph
from pmill.passes.base import count
from pmill.passes.heat import cold_elements


@dataclass(frozen=True, slots=True)
class FuseRegions:
    """Compile pieces of the graph into one loop body."""

    name: ClassVar[str] = "fuse_regions"
    level: ClassVar[int] = 2
    requires: ClassVar[tuple[str, ...]] = ("devirtualize",)

    budget: int = 64
    """Elements that copies of one join may add to the program."""

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Decide for every direct connection whether it is inlined or a border."""
        cold = cold_elements(graph)
        shared = self._shared_joins(graph, cold)

        def call(c: Connection) -> Call:
            if c.call != "direct":
                return c.call
            if (c.source, c.target) in graph.back_edges or c.target.element in shared:
                return "outlined"
            if c.source.element in cold and c.target.element not in cold:
                return "outlined"
            return "inline"

        return graph.with_connections(replace(c, call=call(c)) for c in graph.connections)

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count regions and inlined connections."""
        inlined = sum(c.call == "inline" for c in after.connections)
        heads = {e.name for e in after.elements.values() if e.spec.source} | {
            c.target.element for c in after.connections if c.call in ("outlined", "cold")
        }
        return f"{count(len(heads), 'region')}, {count(inlined, 'connection')} inlined"

    def _shared_joins(self, graph: PipelineGraph, cold: frozenset[str]) -> frozenset[str]:
        """Return the joins whose copies would exceed the budget, decided from the outputs up."""
        shared: set[str] = set()
        sizes: dict[str, int] = {}

        def size(name: str) -> int:
            """Count the elements that inlining `name` brings along."""
            if name not in sizes:
                sizes[name] = 1  # a cycle counts itself once
                sizes[name] += sum(
                    size(c.target.element)
                    for c in graph.outgoing(name)
                    if _may_inline(graph, c) and not is_shared(c.target.element)
                )
            return sizes[name]

        def is_shared(name: str) -> bool:
            if name in shared:
                return True
            copies = sum(
                _may_inline(graph, c) and (c.source.element in cold) == (name in cold)
                for c in graph.incoming(name)
            )
            if copies > 1 and size(name) * (copies - 1) > self.budget:
                shared.add(name)
            return name in shared

        for name in graph.postorder:  # so that what lies behind is known, and nothing recurses far
            is_shared(name)
            size(name)
        return frozenset(shared)


def _may_inline(graph: PipelineGraph, c: Connection) -> bool:
    return c.call in ("direct", "inline") and (c.source, c.target) not in graph.back_edges
