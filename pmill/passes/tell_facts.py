"""Tell the optimiser what is known of packets that come out of memory.

Before::

    in -> Strip(14) -> CheckIPHeader -> q :: Queue -> Unqueue -> IPFilter(…) -> out;
        // behind the queue a packet may have any length, its header may be anywhere

After::

        // Told{.length = 20, .network = 0}: no test of a length, no position that is loaded

Inside a region the optimiser sees what elements did to a packet. A packet that was kept in its
buffer, and is pulled later, or that waited for its burst (pmill/passes/cut_stages.py), could be any
for all that it knows; what follows from the elements in front (pmill/graph/known.py) is stated
where the packet comes back.

Not applied where regions call each other: there it bought nothing that could be measured. Nor where
neither a length nor the place of the network header is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import Element, PipelineGraph, Port, Processing, Told
from pmill.graph.facts import Base
from pmill.graph.known import KnownFacts, known_facts
from pmill.passes.base import PassNote, count


@dataclass(frozen=True, slots=True)
class TellFacts:
    """Tell the optimiser what is known of packets that come out of memory."""

    name: ClassVar[str] = "tell_facts"
    level: ClassVar[int] = 2
    requires: ClassVar[tuple[str, ...]] = ("embed_constants",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Set what is told of packets that elements keep, and of those that waited at a border."""
        waiting = {c.target.element for c in graph.connections if c.call == "staged"}
        giving = [e for e in graph.elements.values() if e.stores or e.name in waiting]
        if not giving:
            return graph
        known = known_facts(graph)
        told = {e.name: _told(e, known) for e in giving}
        return graph.with_elements(
            replace(e, told=told[e.name]) if e.name in told else e for e in graph.elements.values()
        )

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count the elements."""
        told = [e.name for e in after.elements.values() if e.told is not None]
        if not told:
            return "nothing is known of packets that were kept"
        return f"told what memory gives back to {count(len(told), 'element')}: {', '.join(told)}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say what is told of the packets of each element."""
        return tuple(
            PassNote(where=e.name, text=_sentence(e, e.told))
            for e in after.elements.values()
            if e.told is not None
        )


def _told(e: Element, known: KnownFacts) -> Told | None:
    """Return what is known of all packets that are pulled from an element, or come to it."""
    at, ports = (known.outputs, e.outputs) if e.stores else (known.inputs, e.inputs)
    wanted: Processing = "pull" if e.stores else "push"
    of = [Port(element=e.name, number=n) for n, p in enumerate(ports) if p == wanted]
    facts = [at[port] for port in of if port in at]
    if not facts:
        return None
    length = min(f.length(Base.DATA) for f in facts)
    places = {f.headers.get(Base.NETWORK) for f in facts}
    network = places.pop() if len(places) == 1 else None
    return Told(length=length, network=network) if length or network is not None else None


def _sentence(e: Element, told: Told) -> str:
    which = "from here" if e.stores else "that waited to come here"
    known = f"packets {which} have {count(told.length, 'byte')} at least"
    if told.network is not None:
        known += f", and their network header begins at byte {told.network}"
    return known
