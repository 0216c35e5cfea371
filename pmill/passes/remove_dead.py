"""Remove what cannot matter to any packet that comes from a source and gets to a sink.

Before::

    FromDPDKDevice(0) -> s :: StaticSwitch(1);
    s [0] -> c :: Counter -> Discard;
    s [1] -> Queue -> [0] sched :: RoundRobinSched -> Null -> ToDPDKDevice(0);
    Idle -> [1] sched;

After::

    FromDPDKDevice(0) -> Queue -> ToDPDKDevice(0);

As Click's tool does it: an Idle is neither source nor sink; a StaticSwitch or StaticPullSwitch
becomes the way that it takes; a scheduler loses the inputs by which nothing comes, and becomes a
connection when one is left; so does whatever only passes packets on. Where a port of an element
that stays is left without connection, an Idle stands.

Not applied to elements without ports, to those that an argument of one that stays names, and to
those whose arguments are kept changeable. It is no pass of the compiler but one for a command:
counters go with their elements, and those of packets that end in an Idle have counted something.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.elements.spec import ElementSpec
from pmill.graph import Element, PipelineGraph, Port, flows
from pmill.passes.base import PassNote, count
from pmill.passes.bypass_nulls import is_null
from pmill.passes.filling import filled
from pmill.passes.mentions import mentioned
from pmill.passes.paths import bypass, can_be_left_out, from_sources, to_sinks

_SCHEDULERS = ("RoundRobinSched", "PrioSched")


@dataclass(frozen=True, slots=True)
class RemoveDead:
    """Remove what cannot matter; `idle` is the class of what fills ports."""

    name: ClassVar[str] = "remove_dead"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    idle: ElementSpec

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Keep the connections between sources and sinks, and what must be there beside them."""
        live = from_sources(graph, _ways) & to_sinks(graph, _ways)
        named = _named(graph, {port.element for edge in live for port in edge})
        kept = named | {port.element for edge in live for port in edge}
        alive = graph.with_connections(
            c for c in graph.connections if (c.source, c.target) in live
        ).with_elements(e for e in graph.elements.values() if e.name in kept)
        through = {
            e.name: way
            for e in alive.elements.values()
            if e.name not in named and (way := _way(alive, e)) is not None
        }
        alive = bypass(alive, can_be_left_out(alive, through))
        alive = _without_idle_inputs(alive, named)
        return filled(alive, graph, self.idle)

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Name what was removed."""
        gone = [n for n in before.elements if n not in after.elements]
        return f"removed {count(len(gone), 'element')}" + (f": {', '.join(gone)}" if gone else "")

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Name what was removed."""
        gone = [name for name in before.elements if name not in after.elements]
        return tuple(PassNote(where=name, text="removed: it cannot matter") for name in gone)


def _ways(e: Element, entry: int, output: int) -> bool:
    """Whether packets that enter by an input can leave on an output, given the arguments."""
    match e.spec.name:
        case _ if e.kept:
            return flows(e, entry, output)
        case "StaticSwitch":
            return e.arguments["output"].text == str(output)
        case "StaticPullSwitch":
            return e.arguments["input"].text == str(entry)
        case "RoundRobinSched":
            limit = int(e.arguments["max"].text)
            return limit < 0 or entry < limit
    return flows(e, entry, output)


def _named(graph: PipelineGraph, live: set[str]) -> set[str]:
    """Return what must stay as it is, and what the arguments of all that stays name."""
    named = {e.name for e in graph.elements.values() if e.kept or not (e.inputs or e.outputs)}
    while True:
        by = [graph.elements[name] for name in graph.elements if name in live | named]
        more = mentioned(graph, by) | {name for e in by for name in e.references}
        if more <= named:
            return named
        named |= more


def _way(graph: PipelineGraph, e: Element) -> tuple[int, int] | None:
    """Return the only input and output by which packets pass an element that does no more."""
    if is_null(e):
        return 0, 0
    if e.spec.name not in (*_SCHEDULERS, "StaticSwitch", "StaticPullSwitch"):
        return None
    inputs = {c.target.number for c in graph.incoming(e.name)}
    outputs = {c.source.number for c in graph.outgoing(e.name)}
    return (min(inputs), min(outputs)) if len(inputs) == len(outputs) == 1 else None


def _without_idle_inputs(graph: PipelineGraph, named: set[str]) -> PipelineGraph:
    """Close the gaps between the inputs of schedulers."""
    moved: dict[Port, int] = {}
    for e in graph.elements.values():
        if e.spec.name in _SCHEDULERS and e.name not in named:
            ports = sorted({c.target for c in graph.incoming(e.name)})
            moved |= {port: number for number, port in enumerate(ports)}
    used = {e.name: sum(p.element == e.name for p in moved) for e in graph.elements.values()}
    return graph.with_elements(
        replace(e, inputs=e.inputs[: used[e.name]]) if used[e.name] else e
        for e in graph.elements.values()
    ).with_connections(
        replace(c, target=replace(c.target, number=moved.get(c.target, c.target.number)))
        for c in graph.connections
    )
