"""Compile pieces of the graph into one loop body: fused regions.

Before: each element is a function that is handed a packet object in memory. After: a region is
one function in which every element runs inlined, with the packet held in registers; regions call
each other at their borders only::

    in -> a -> b -> out;            // before: four functions, packet in its buffer
                                    // after: one loop body: in { a; b; out }

A border is a back edge of a cycle; a cold connection, and every connection behind it (cold code is
one function an element, and carries no copies of hot code); and a join, where copies would bloat
the program. Of the connections that meet at an element with more than `small` elements behind it,
those on the shortest way from a source are inlined, since the shortest way is the usual one, and
the others call one shared copy. When even that would add more than `budget` elements, all call.
Packets keep their order: a call is a call, whoever makes it. What pulls takes what it pulls through
into its own loop body.
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

    small: int = 2
    """Elements behind a join that are copied without further thought."""

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Decide for every direct connection whether it is inlined or a border."""
        cold = cold_elements(graph)
        near = _distances(graph)
        sizes, shared = self._measure(graph, cold, near)

        def call(c: Connection) -> Call:
            if c.call != "direct":
                return c.call
            if not graph.is_push(c):
                return "inline"
            if c.source.element in cold:
                return "cold"
            target = c.target.element
            if (c.source, c.target) in graph.back_edges or target in shared:
                return "outlined"
            if sizes[target] > self.small and not _is_nearest(graph, cold, near, c):
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

    def _measure(
        self, graph: PipelineGraph, cold: frozenset[str], near: dict[str, int]
    ) -> tuple[dict[str, int], frozenset[str]]:
        """Return the elements that inlining each element brings along, and the shared joins."""
        sizes: dict[str, int] = {}
        shared: set[str] = set()

        def inlined(c: Connection) -> bool:
            """Whether a connection whose target was measured can be inlined at all."""
            size = sizes.get(c.target.element, 0)  # 0: a back edge
            return _may_inline(graph, cold, c) and (
                size <= self.small or _is_nearest(graph, cold, near, c)
            )

        for name in graph.postorder:  # what lies behind is known
            sizes[name] = 1 + sum(
                sizes.get(c.target.element, 0)
                for c in graph.outgoing(name)
                if inlined(c) and c.target.element not in shared
            )
            copies = sum(inlined(c) for c in graph.incoming(name))
            if copies > 1 and sizes[name] * (copies - 1) > self.budget:
                shared.add(name)
        return sizes, frozenset(shared)


def _distances(graph: PipelineGraph) -> dict[str, int]:
    """Return how many connections that are not cold lie between a source and each element."""
    found = {e.name: 0 for e in graph.elements.values() if e.spec.source}
    todo = list(found)
    for name in todo:  # grows while it is walked: breadth first
        for c in graph.outgoing(name):
            if c.call != "cold" and c.target.element not in found:
                found[c.target.element] = found[name] + 1
                todo.append(c.target.element)
    return found


def _is_nearest(
    graph: PipelineGraph, cold: frozenset[str], near: dict[str, int], c: Connection
) -> bool:
    """Whether no other connection to the same element is on a shorter way from a source."""
    far = len(near)
    nearest = min(
        near.get(other.source.element, far)
        for other in graph.incoming(c.target.element)
        if _may_inline(graph, cold, other)
    )
    return near.get(c.source.element, far) == nearest


def _may_inline(graph: PipelineGraph, cold: frozenset[str], c: Connection) -> bool:
    return (
        c.call in ("direct", "inline")
        and graph.is_push(c)
        and c.source.element not in cold
        and (c.source, c.target) not in graph.back_edges
    )
