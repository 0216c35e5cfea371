"""Move what packets rarely reach out of the way of what they usually do.

Before: the code behind every output lies where the compiler puts it. After: an output that its
element's spec marks cold (errors, ICMP generation) calls a function that is kept out of line,
away from the hot code and out of its registers::

    ttl[1] -> ICMPError(…);      // direct
    ttl[1] -> ICMPError(…);      // cold: run_rarely<icmp_error>(worker, packet)

What leads to an element all of whose outputs are cold is rarely taken, too. Not applied to an
unmarked output, however rarely this configuration may take it.
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
            replace(c, call="cold") if c.call == "direct" and _is_rare(graph, c) else c
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


def _is_rare(graph: PipelineGraph, connection: Connection) -> bool:
    source = graph.elements[connection.source.element]
    target = graph.elements[connection.target.element]
    ends_cold = bool(target.outputs) and set(target.spec.cold) >= set(range(len(target.outputs)))
    return connection.source.number in source.spec.cold or ends_cold
