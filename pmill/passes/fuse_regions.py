"""Compile pieces of the graph into one loop body: fused regions.

Before: each element is a function that is handed a packet object in memory. After: a region is
one function in which every element runs inlined, with the packet held in registers; regions call
each other at their borders only::

    in -> a -> b -> out;            // before: four functions, packet in its buffer
                                    // after: one loop body: in { a; b; out }

A border is a back edge of a cycle; a cold connection, and every connection behind it (cold code is
one function an element, and carries no copies of hot code); and a join, where copies would bloat
the program. Of the connections that meet at an input with more than `small` elements behind it,
those on the shortest way from a source are inlined, since the shortest way is the usual one, and
the others call one shared copy. When even that would add more than `budget` elements, all call.
Connections to different inputs of an element do not meet: it does different things with their
packets, and lets them out on different outputs.
Packets keep their order: a call is a call, whoever makes it. What pulls takes what it pulls through
into its own loop body.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import Call, Connection, Element, PipelineGraph, Port, flows
from pmill.passes.base import PassNote, count
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
            if (c.source, c.target) in graph.back_edges or c.target.element in shared:
                return "outlined"
            if sizes[c.target] > self.small and not _is_nearest(graph, cold, near, c):
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

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say nothing more."""
        return ()

    def _measure(
        self, graph: PipelineGraph, cold: frozenset[str], near: dict[Port, int]
    ) -> tuple[dict[Port, int], frozenset[str]]:
        """Return the elements that inlining at each input brings along, and the shared joins."""
        sizes: dict[Port, int] = {}
        shared: set[str] = set()

        def inlined(c: Connection) -> bool:
            """Whether a connection whose target was measured can be inlined at all."""
            size = sizes.get(c.target, 0)  # 0: a back edge
            return _may_inline(graph, cold, c) and (
                size <= self.small or _is_nearest(graph, cold, near, c)
            )

        for name in graph.postorder:  # what lies behind is known
            element = graph.elements[name]
            for number in range(len(element.inputs)):
                port = Port(element=name, number=number)
                sizes[port] = 1 + sum(
                    sizes.get(c.target, 0)
                    for c in graph.outgoing(name)
                    if flows(element, number, c.source.number)
                    and inlined(c)
                    and c.target.element not in shared
                )
            copies = [sizes[c.target] for c in graph.incoming(name) if inlined(c)]
            if copies and sum(copies) - max(copies) > self.budget:
                shared.add(name)
        return sizes, frozenset(shared)


def _distances(graph: PipelineGraph) -> dict[Port, int]:
    """Return how many connections that are not cold lie between a source and each output."""
    sources = [e for e in graph.elements.values() if e.spec.source]
    found = {output: 0 for e in sources for output in _outputs(e)}
    todo = list(found)
    for output in todo:  # grows while it is walked: breadth first
        for c in graph.outgoing(output.element):
            if c.source != output or c.call == "cold":
                continue
            target = graph.elements[c.target.element]
            for following in _outputs(target):
                if following not in found and flows(target, c.target.number, following.number):
                    found[following] = found[output] + 1
                    todo.append(following)
    return found


def _outputs(element: Element) -> list[Port]:
    return [Port(element=element.name, number=n) for n in range(len(element.outputs))]


def _is_nearest(
    graph: PipelineGraph, cold: frozenset[str], near: dict[Port, int], c: Connection
) -> bool:
    """Whether no other connection to the same input is on a shorter way from a source."""
    far = len(near)
    nearest = min(
        near.get(other.source, far)
        for other in graph.incoming(c.target.element)
        if other.target == c.target and _may_inline(graph, cold, other)
    )
    return near.get(c.source, far) == nearest


def _may_inline(graph: PipelineGraph, cold: frozenset[str], c: Connection) -> bool:
    return (
        c.call in ("direct", "inline")
        and graph.is_push(c)
        and c.source.element not in cold
        and (c.source, c.target) not in graph.back_edges
    )
