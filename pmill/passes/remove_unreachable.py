"""Remove elements that no packet can reach.

Before::

    FromDPDKDevice(0) -> a :: Counter -> Discard;
    Idle -> b :: Counter -> ToDPDKDevice(0);

After::

    FromDPDKDevice(0) -> a :: Counter -> Discard;

A packet can reach what a source leads to through connections and through elements whose flow code
lets packets pass from the input it came in by to the output. Elements without ports (information)
stay, and so does what an argument of an element that stays or a Script names, and what is the only
thing on a port of such an element: every port must lead somewhere. Not applied: an element behind
a switch that never chooses it stays, since this pass does not look at arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pmill.graph import Element, PipelineGraph
from pmill.passes.base import PassNote, count
from pmill.passes.mentions import mentioned
from pmill.passes.paths import from_sources


@dataclass(frozen=True, slots=True)
class RemoveUnreachable:
    """Remove elements that no packet can reach."""

    name: ClassVar[str] = "remove_unreachable"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Keep what sources reach, what fills their ports, and elements that have no ports."""
        reached = _reached(graph)
        if not reached:  # nothing ever happens: the program will say so, of a graph that is there
            return graph
        information = {e.name for e in graph.elements.values() if not (e.inputs or e.outputs)}
        named = mentioned(graph, (graph.elements[name] for name in information))
        kept = _with_neighbours(graph, reached | information | named)
        return graph.with_elements(e for e in graph.elements.values() if e.name in kept)

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Name what was removed."""
        gone = [n for n in before.elements if n not in after.elements]
        if not gone:
            return "every element can be reached"
        return f"removed {count(len(gone), 'element')} no packet reaches: {', '.join(gone)}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Name what was removed, and what stays though no packet reaches it."""
        reached = _reached(before)
        return tuple(
            PassNote(where=e.name, text="removed: no packet reaches it")
            if e.name not in after.elements
            else PassNote(where=e.name, text=_why_kept(after, e, reached), done=False)
            for e in before.elements.values()
            if e.name not in reached and (e.inputs or e.outputs)
        )


def _why_kept(graph: PipelineGraph, e: Element, reached: frozenset[str]) -> str:
    """Say why an element that no packet reaches is there."""
    if not reached:
        return "stays: nothing makes packets, and the program will say so"
    for other in graph.elements.values():
        if other.name != e.name and e.name in {*other.references, *mentioned(graph, [other])}:
            return f"stays: no packet reaches it, but {other.name} names it"
    beside = [c.target.element for c in graph.outgoing(e.name)]
    beside += [c.source.element for c in graph.incoming(e.name)]
    ports = ", ".join(dict.fromkeys(beside))
    return f"stays: no packet reaches it, but a port of {ports} leads here"


def _with_neighbours(graph: PipelineGraph, reached: frozenset[str]) -> set[str]:
    """Add the elements without which a port of a kept element would be unconnected, and those
    that its arguments name.
    """
    kept = set(reached)
    todo = list(reached)
    while todo:
        name = todo.pop()
        named = [other for other in graph.elements[name].references if other not in kept]
        kept.update(named)
        todo += named
        others: dict[tuple[str, int], list[str]] = {}
        for c in graph.outgoing(name):
            others.setdefault(("output", c.source.number), []).append(c.target.element)
        for c in graph.incoming(name):
            others.setdefault(("input", c.target.number), []).append(c.source.element)
        for names in others.values():
            if kept.isdisjoint(names):
                kept.add(names[0])
                todo.append(names[0])
    return kept


def _reached(graph: PipelineGraph) -> frozenset[str]:
    """Return the sources, and what their packets come to."""
    sources = {e.name for e in graph.elements.values() if e.spec.source}
    return frozenset(sources | {target.element for _, target in from_sources(graph)})
