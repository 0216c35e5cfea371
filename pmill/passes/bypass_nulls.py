"""Connect what lies around elements that only pass packets on.

Before::

    FromDPDKDevice(0) -> Null -> a :: Counter -> PushNull -> ToDPDKDevice(1);

After::

    FromDPDKDevice(0) -> a :: Counter -> ToDPDKDevice(1);

A Null, PushNull, PullNull or EnsureDPDKBuffer counts nothing and has no handlers of its own, so
nobody misses it.
Not applied to one that something else names, to one that no packet reaches, to one on which a cycle
closes (where that is decides how often packets go round), to one but for which nobody would say
that its packets are pulled, and to one about whose connections something was decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pmill.graph import Element, PipelineGraph
from pmill.passes.base import PassNote, count
from pmill.passes.mentions import mentioned
from pmill.passes.paths import bypass, can_be_left_out, from_sources

_NULLS = ("Null", "PushNull", "PullNull", "EnsureDPDKBuffer")


def is_null(element: Element) -> bool:
    """Whether an element only passes packets on; one of that name from elsewhere may do more."""
    return element.spec.name in _NULLS and element.spec.own


@dataclass(frozen=True, slots=True)
class BypassNulls:
    """Connect what lies around elements that only pass packets on."""

    name: ClassVar[str] = "bypass_nulls"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Remove the elements and connect their neighbours."""
        nulls = {e.name for e in graph.elements.values() if is_null(e)}
        if not nulls:
            return graph
        nulls &= {target.element for _, target in from_sources(graph)}
        nulls -= mentioned(graph, graph.elements.values())
        through = can_be_left_out(graph, {name: (0, 0) for name in graph.elements if name in nulls})
        return bypass(graph, through) if through else graph

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Name what was removed."""
        gone = [n for n in before.elements if n not in after.elements]
        if not gone:
            return "no element only passes packets on"
        return f"left out {count(len(gone), 'element')}: {', '.join(gone)}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Name what was left out, and say what needs one that stays."""
        reached = {target.element for _, target in from_sources(before)}
        named = mentioned(before, before.elements.values())
        return tuple(
            PassNote(where=e.name, text="left out: it only passes packets on")
            if e.name not in after.elements
            else PassNote(where=e.name, text=_why_kept(before, e, reached, named), done=False)
            for e in before.elements.values()
            if is_null(e)
        )


def _why_kept(graph: PipelineGraph, e: Element, reached: set[str], named: frozenset[str]) -> str:
    """Say why an element that only passes packets on is there nevertheless."""
    if e.name in named:
        others = (o for o in graph.elements.values() if e.name in mentioned(graph, [o]))
        return f"stays: {next(others).name} names it"
    if e.name not in reached:
        return "stays: no packet reaches it"
    ends = {port.element for edge in graph.back_edges for port in edge}
    if e.name in ends:
        return "stays: a cycle closes here, which decides how often packets go round"
    calls = [*graph.incoming(e.name), *graph.outgoing(e.name)]
    if any(c.call != "virtual" for c in calls):
        return "stays: something was decided about its connections"
    return "stays: without it nobody would say that packets are pulled here"
