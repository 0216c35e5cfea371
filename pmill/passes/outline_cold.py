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

from pmill.graph import PipelineGraph
from pmill.passes.base import PassNote, count
from pmill.passes.heat import cold_elements, is_rare, rare_elements


@dataclass(frozen=True, slots=True)
class OutlineCold:
    """Move what packets rarely reach out of the way."""

    name: ClassVar[str] = "outline_cold"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ("devirtualize",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Mark the connections that leave cold outputs."""
        rare = rare_elements(graph)
        return graph.with_connections(
            replace(c, call="cold") if c.call == "direct" and is_rare(graph, c, rare) else c
            for c in graph.connections
        )

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count the outlined connections and the elements only they lead to."""
        fresh = sum(
            a.call == "cold" and b.call != "cold"
            for a, b in zip(after.connections, before.connections, strict=True)
        )
        behind = len(cold_elements(after))
        return f"{count(fresh, 'cold output')} outlined, {count(behind, 'element')} behind them"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say nothing more."""
        return ()
