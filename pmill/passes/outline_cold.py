"""Move what packets rarely reach out of the way of what they usually do.

Before: the code behind every output lies where the compiler puts it. After: an output that its
element's spec marks cold (errors, ICMP generation) calls a function that is kept out of line,
away from the hot code and out of its registers::

    ttl[1] -> ICMPError(…);      // direct
    ttl[1] -> ICMPError(…);      // cold: run_cold<icmp_error>(worker, packet)

Not applied to an unmarked output, however rarely this configuration may take it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import Connection, PipelineGraph
from pmill.passes.base import count


@dataclass(frozen=True, slots=True)
class OutlineCold:
    """Move what packets rarely reach out of the way."""

    name: ClassVar[str] = "outline_cold"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ("devirtualize",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Mark the connections that leave cold outputs."""
        return graph.with_connections(
            replace(c, call="cold") if c.call == "direct" and _leaves_cold(graph, c) else c
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


def _leaves_cold(graph: PipelineGraph, connection: Connection) -> bool:
    spec = graph.elements[connection.source.element].spec
    return connection.source.number in spec.cold
