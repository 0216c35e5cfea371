"""Move what packets rarely reach out of the way of what they usually do.

Before: the code behind every output lies where the compiler puts it. After: an output that its
element's spec marks cold (errors, ICMP generation) calls a function that is kept out of line,
away from the hot code and out of its registers::

    ttl[1] -> ICMPError(…);      // direct
    ttl[1] -> ICMPError(…);      // cold: run_rarely<icmp_error>(worker, packet)

What leads to an element all of whose outputs are cold is rarely taken, too. So is one of several
ways, when it leads to an element that lets every packet out on all outputs (Tee), and one of these
is rarely taken. Not applied to any other unmarked output, however rarely this configuration may
take it. A profile knows better: with one, the ways that at most one packet in 64 takes are rare,
and no others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import Connection, Element, PipelineGraph, is_rare
from pmill.passes.base import PassNote, count


@dataclass(frozen=True, slots=True)
class OutlineCold:
    """Move what packets rarely reach out of the way."""

    name: ClassVar[str] = "outline_cold"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ("devirtualize",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Mark the connections that leave cold outputs."""
        rare = _rare_elements(graph)
        return graph.with_connections(
            replace(c, call="cold") if c.call == "direct" and _is_rare(graph, c, rare) else c
            for c in graph.connections
        )

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count the outlined connections and the elements only they lead to."""
        from pmill.passes.heat import cold_elements

        fresh = sum(
            a.call == "cold" and b.call != "cold"
            for a, b in zip(after.connections, before.connections, strict=True)
        )
        behind = len(cold_elements(after))
        return f"{count(fresh, 'cold output')} outlined, {count(behind, 'element')} behind them"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say nothing more."""
        return ()


def _rare_elements(graph: PipelineGraph) -> frozenset[str]:
    """Return the elements whose packets all take ways that are rarely taken."""
    rare: set[str] = set()
    for name in graph.postorder:  # what lies behind is known
        element = graph.elements[name]
        if _ends_cold(element) or (
            element.spec.clones and any(c.target.element in rare for c in graph.outgoing(name))
        ):
            rare.add(name)
    return frozenset(rare)


def _ends_cold(element: Element) -> bool:
    return bool(element.outputs) and set(element.spec.cold) >= set(range(len(element.outputs)))


def _is_rare(graph: PipelineGraph, connection: Connection, rare: frozenset[str]) -> bool:
    counted = is_rare(graph, connection)
    if counted is not None:
        return counted
    source = graph.elements[connection.source.element]
    target = graph.elements[connection.target.element]
    if connection.source.number in source.spec.cold or _ends_cold(target):
        return True
    is_choice = len(source.outputs) > 1 and not source.spec.clones
    return is_choice and target.name in rare
