"""Tell the optimiser what is known of packets that come out of memory.

Before::

    in -> Strip(14) -> CheckIPHeader -> q :: Queue -> Unqueue -> IPFilter(…) -> out;
        // behind the queue a packet may have any length, its header may be anywhere

After::

        // Told{.length = 20, .network = 0}: no test of a length, no position that is loaded

Inside a region the optimiser sees what elements did to a packet. A packet that was kept in its
buffer, and is pulled later, could be any for all that it knows; what follows from the elements in
front (pmill/graph/known.py) is stated where the packet comes back.

Not applied at the other borders of regions: there it bought nothing that could be measured. Nor
where neither a length nor the place of the network header is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import Element, PipelineGraph, Port, Told
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
        """Set what is told of the packets of every element that keeps them."""
        keeping = [e for e in graph.elements.values() if _keeps(e)]
        if not keeping:
            return graph
        known = known_facts(graph)
        told = {e.name: _told(e, known) for e in keeping}
        return graph.with_elements(
            replace(e, told=told[e.name]) if e.name in told else e for e in graph.elements.values()
        )

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count the elements."""
        told = [e.name for e in after.elements.values() if e.told is not None]
        if not told:
            return "nothing is known of packets that were kept"
        return f"told what {count(len(told), 'element')} kept: {', '.join(told)}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say what is told of the packets of each element."""
        return tuple(
            PassNote(where=e.name, text=_sentence(e.told))
            for e in after.elements.values()
            if e.told is not None
        )


def _keeps(e: Element) -> bool:
    """Whether packets are pushed to an element and pulled from it."""
    return "push" in e.inputs and "pull" in e.outputs


def _told(e: Element, known: KnownFacts) -> Told | None:
    """Return what is known of all packets that are pulled from an element."""
    ports = [Port(element=e.name, number=n) for n, p in enumerate(e.outputs) if p == "pull"]
    facts = [known.outputs[port] for port in ports if port in known.outputs]
    if not facts:
        return None
    length = min(f.length(Base.DATA) for f in facts)
    places = {f.headers.get(Base.NETWORK) for f in facts}
    network = places.pop() if len(places) == 1 else None
    return Told(length=length, network=network) if length or network is not None else None


def _sentence(told: Told) -> str:
    known = f"packets from here have {count(told.length, 'byte')} at least"
    if told.network is not None:
        known += f", and their network header begins at byte {told.network}"
    return known
