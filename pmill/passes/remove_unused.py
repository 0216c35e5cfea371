"""Remove the ways that no packet takes.

Before::

    in -> Paint(1) -> same :: CheckPaint(1) -> out :: ToDPDKDevice(0);
    same[1] -> Print -> Queue -> Unqueue -> Discard;

After::

    in -> Paint(1) -> same :: CheckPaint(1) -> out :: ToDPDKDevice(0);
    same[1] -> Idle;

What elements decide may be known: a StaticSwitch, a Switch whose argument is constant, a CheckPaint
or PaintSwitch behind the only Paint, a check that holds, patterns that nothing matches
(pmill/graph/known.py). Elements to which no packet comes for such a reason are removed, and a
decision that always comes out the same becomes a connection. Where an output of an element that
stays leads nowhere any more, an Idle stands.

Not applied to what a running program can be asked for a count or an argument: it stays, though no
packet comes to it. Nor once it was decided how packets cross connections, to what pulls and what is
pulled, to what another element names, to elements without ports, to arguments that are kept
changeable, and to a sink that is the only thing on an output: an Idle would be no better.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import ClassVar

from pmill.diagnostics import Diagnostics
from pmill.elements import ElementLibrary, ElementSpec
from pmill.graph import Connection, Element, PipelineGraph, queues_ahead
from pmill.graph.known import KnownFacts, known_facts, only_output
from pmill.passes.base import PassNote, count
from pmill.passes.filling import filled
from pmill.passes.mentions import is_asked, mentioned
from pmill.passes.paths import bypass, can_be_left_out


@dataclass(frozen=True, slots=True)
class RemoveUnused:
    """Remove the ways that no packet takes."""

    name: ClassVar[str] = "remove_unused"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ("embed_constants",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Keep what packets reach, and make connections of decisions that are made."""
        if any(c.call != "virtual" for c in graph.connections):
            return graph  # something was decided about what there is now
        known = known_facts(graph)
        reached = _reached(graph, known)
        named = mentioned(graph, graph.elements.values())
        constant = _constant(graph, known, named)
        kept = _with_needed(graph, known, reached)
        if not constant and kept == graph.elements.keys():
            return graph
        alive = graph.with_connections(
            c for c in graph.connections if _stays(graph, c, known, reached)
        ).with_elements(e for e in graph.elements.values() if e.name in kept)
        alive = bypass(alive, can_be_left_out(alive, constant))
        alive = alive.with_elements(
            e for e in alive.elements.values() if not _is_loose(alive, e, reached)
        )
        if alive.elements.keys() == graph.elements.keys():
            return graph
        after = filled(alive, graph, _idle())
        return after if _does_the_same(after, graph) else graph

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Name what was removed."""
        gone = [n for n in before.elements if n not in after.elements]
        if not gone:
            return "packets take every way"
        return f"removed {count(len(gone), 'element')}: {', '.join(gone)}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say of each element that is gone why."""
        known = known_facts(before)
        reached = _reached(before, known)
        return tuple(
            PassNote(
                where=name,
                text="all packets take the same way"
                if name in reached
                else "no packet comes here: what decides about it is known",
            )
            for name in before.elements
            if name not in after.elements
        )


def _does_the_same(after: PipelineGraph, before: PipelineGraph) -> bool:
    """Whether cycles close where they did, and sources wait for the queues for which they did."""
    edges = {(c.source, c.target) for c in after.connections}
    return after.back_edges == before.back_edges & edges and all(
        queues_ahead(after, e) == queues_ahead(before, e)
        for e in after.elements.values()
        if e.spec.yields
    )


def _idle() -> ElementSpec:
    return ElementLibrary.load([], Diagnostics())["Idle"]


def _reached(graph: PipelineGraph, known: KnownFacts) -> frozenset[str]:
    """Return what runs by itself, and what packets come to."""
    sources = {e.name for e in graph.elements.values() if e.spec.source or e.drives}
    return frozenset(sources | {port.element for port in known.inputs})


def _constant(
    graph: PipelineGraph, known: KnownFacts, named: Set[str]
) -> dict[str, tuple[int, int]]:
    """Return the decisions that always come out the same, with the way that packets take."""
    found = {}
    for name, e in graph.elements.items():
        facts = known.at(name)
        if facts is None or name in named or not _only_decides(e):
            continue
        output = only_output(e, facts)
        if output is not None:
            found[name] = (0, output)
    return found


def _only_decides(e: Element) -> bool:
    """Whether nobody misses an element but for its decision; others' elements may do more."""
    return e.spec.own and len(e.inputs) == 1 and not is_asked(e)


def _with_needed(
    graph: PipelineGraph, known: KnownFacts, reached: frozenset[str]
) -> frozenset[str]:
    """Return what is reached, what must be there beside it, and what somebody may ask."""
    kept = set(reached)
    kept |= {e.name for e in graph.elements.values() if is_asked(e) or not (e.inputs or e.outputs)}
    if not reached:  # nothing ever happens: the program will say so, of a graph that is there
        return frozenset(graph.elements)
    while True:
        by = [e for e in graph.elements.values() if e.name in kept]
        more = set(mentioned(graph, by)) | {name for e in by for name in e.references}
        more |= {
            end
            for c in graph.connections
            if _stays(graph, c, known, reached)
            for end, other in (
                (c.target.element, c.source.element),
                (c.source.element, c.target.element),
            )
            if other in kept and _fills_a_port(graph.elements[end])
        }
        if more <= kept:
            return frozenset(kept)
        kept |= more


def _is_loose(graph: PipelineGraph, e: Element, reached: frozenset[str]) -> bool:
    """Whether an element was there for a port only that is gone."""
    ports = len(e.inputs) + len(e.outputs)
    connected = graph.incoming(e.name) or graph.outgoing(e.name)
    return e.name not in reached and ports > 0 and not connected and _fills_a_port(e)


def _fills_a_port(e: Element) -> bool:
    """Whether an element is all that an output leads to, or an Idle."""
    return e.spec.name == "Idle" or (len(e.inputs) == 1 and not e.outputs)


def _stays(graph: PipelineGraph, c: Connection, known: KnownFacts, reached: frozenset[str]) -> bool:
    """Whether packets take a connection, somebody pulls through it, or an end may fill a port.

    What is pulled and let through by nobody was still taken from where it waited.
    """
    return (
        c.source in known.outputs
        or not graph.is_push(c)
        or not {c.source.element, c.target.element} <= reached
    )
