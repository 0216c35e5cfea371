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

from pmill.graph import Connection, PipelineGraph, connection_key
from pmill.graph import is_rare as is_rare_by_profile
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
        """Say of every connection that became cold why, and which a profile knows not to be."""
        found = []
        for old, c in zip(before.connections, after.connections, strict=True):
            where, source = connection_key(after, c), after.elements[c.source.element]
            if old.call != c.call:
                found.append(PassNote(where=where, text=f"rarely taken: {_why_rare(after, c)}"))
            elif c.call == "direct" and c.source.number in source.spec.cold:
                text = f"not outlined: a profile counted {count(c.packets or 0, 'packet')} here"
                found.append(PassNote(where=where, text=text, done=False))
        return tuple(found)


def _why_rare(graph: PipelineGraph, c: Connection) -> str:
    if is_rare_by_profile(graph, c):
        return f"a profile counted {count(c.packets or 0, 'packet')} here"
    source, target = graph.elements[c.source.element], graph.elements[c.target.element]
    if c.source.number in source.spec.cold:
        return f"{source.spec.name} says so of its output {c.source.number}"
    if set(target.spec.cold) >= set(range(len(target.outputs))):
        return f"all outputs of {target.name} are"
    return f"a copy of each packet in {target.name} goes a way that is"
