"""Decide where the metadata lies of packets that must lie in memory.

Before: the words of Click's 48-byte area that hold a carried annotation, in order, then all other
carried fields. After: only the bytes that are used, each field aligned, those that packets take
across borders of the usual ways in front, and fields that no packet needs at the same time in the
same bytes::

    FromDump(a.pcap) -> Paint(1) -> Queue -> Unqueue -> CheckPaint(1)   // before: word of paint,
      -> SetTimestamp(FIRST true) -> Queue -> Unqueue -> ToDump(b.pcap); // timestamp: 16 bytes
                                                 // after: timestamp, and paint behind it: 9

Fields interfere when some element, while it has a packet, might find, read, write or hand on both
(graph/layout.py); this is coloured as an interference graph (packing.py). Annotations that overlap
in Click's area overlap here, in the same way; so do those that an argument reads across. Inside a
fused region a packet is no memory and the layout nothing: see docs/adr/0016.

Not applied when an annotation is chosen at run time: every byte keeps Click's place then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import PipelineGraph, Place, carried, field_bits, fields, layout
from pmill.graph.metadata import ANNOTATION_BYTES, names_of
from pmill.passes.base import PassNote, count
from pmill.passes.heat import cold_elements
from pmill.passes.packing import Item, pack


@dataclass(frozen=True, slots=True)
class MetadataLayout:
    """Decide where the metadata of packets in memory lies."""

    name: ClassVar[str] = "metadata_layout"
    level: ClassVar[int] = 2
    requires: ClassVar[tuple[str, ...]] = ("drop_dead_metadata",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Give every carried field its place."""
        if graph.live is None or graph.layout is not None:
            return graph
        units = list(_units(graph, carried(graph) & field_bits(graph.live)))
        together = {p.touched for p in layout.presence(graph).values()}
        bits = {unit.first: layout.bits_of(unit) for unit in units}
        fixed = field_bits(["mac", "transport"])

        def interferes(a: int, b: int) -> bool:
            return bool((bits[a] | bits[b]) & fixed) or any(
                bits[a] & present and bits[b] & present for present in together
            )

        usual, rare = _crossing(graph)
        groups: tuple[list[Item], ...] = ([], [], [])
        for unit in units:
            held = bits[unit.first]
            groups[0 if held & usual else 1 if held & rare else 2].append(_item(graph, unit))
        at = pack(groups, interferes)
        places = sorted(
            (replace(unit, at=at[unit.first]) for unit in units), key=lambda p: (p.at, p.first)
        )
        return replace(graph, layout=tuple(places))

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Compare the bytes with those of Click's order."""
        if after.layout is None:
            return "every annotation keeps Click's place"
        places = after.layout
        old, new = _extent(layout.places_of(replace(after, layout=None))), _extent(places)
        text = f"{count(len(places), 'field')} in {count(new, 'byte')}, {old} in Click's order"
        shared = layout.shared_bits(places)
        sharing = sum(bool(layout.bits_of(p) & shared) for p in places)
        return text + (f"; {sharing} share bytes" if sharing else "")

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Name, for each element before which fields are cleared, those fields."""
        if after.layout is None:
            return ()
        return tuple(
            PassNote(where=name, text=f"begins with cleared {names_of(bits)}")
            for name, bits in layout.births(after).items()
            if bits
        )


def _units(graph: PipelineGraph, live: int) -> Iterator[Place]:
    """Yield what must stay together: bytes of the area that some access spans, other fields."""
    area = _spanned(live & ((1 << ANNOTATION_BYTES) - 1), list(_accesses(graph)))
    joined = 0  # bytes that belong to the one before
    for bits in _accesses(graph):
        if bits & area:
            joined |= bits & bits << 1
    first = 0
    while area >> first:
        if area >> first & 1:
            last = first
            while joined >> last + 1 & 1:
                last += 1
            yield Place(first=first, size=last - first + 1, at=0)
            first = last
        first += 1
    for name, size in layout.OUTSIDE.items():
        if live & field_bits([name]):
            yield Place(first=field_bits([name]).bit_length() - 1, size=size, at=0)


def _item(graph: PipelineGraph, unit: Place) -> Item:
    """Return what a place must keep to: what is aligned in Click's area stays so."""
    if unit.first >= ANNOTATION_BYTES:
        return Item(key=unit.first, size=unit.size, alignment=unit.size)
    widest = 1
    for bits in _accesses(graph):
        first, size = (bits & -bits).bit_length() - 1, bits.bit_count()
        if bits & layout.bits_of(unit) and first % size == 0:
            widest = max(widest, size)
    return Item(key=unit.first, size=unit.size, alignment=widest, phase=unit.first % widest)


def _spanned(area: int, accesses: list[int]) -> int:
    """Return the bytes of the area that are used, and those that are used together with them."""
    while True:
        more = area
        for bits in accesses:
            if bits & area:
                more |= bits
        if more == area:
            return area
        area = more


def _accesses(graph: PipelineGraph) -> Iterator[int]:
    """Yield the bytes of the area that are read or written at once, as bits."""
    for e in graph.elements.values():
        switched = [arg.sets for arg in e.spec.arguments if arg.sets]
        for name in (*e.spec.reads, *e.spec.writes, *switched):
            if name != "all" and fields()[name].offset is not None:
                yield fields()[name].bits
        for value in e.arguments.values():
            if value.anno is not None:
                offset, size = value.anno
                yield ((1 << size) - 1) << offset


def _crossing(graph: PipelineGraph) -> tuple[int, int]:
    """Return the fields that packets take out of a region, on usual ways and on rare ones."""
    cold = cold_elements(graph)
    found = {name: p.found for name, p in layout.presence(graph).items()}
    usual = rare = 0
    for c in graph.connections:
        source = graph.elements[c.source.element]
        if graph.is_push(c):
            held = found[c.target.element] if c.call != "inline" else 0
        else:  # what is pulled out of a queue was in memory
            held = found[source.name] if "push" in source.inputs else 0
        if c.call == "cold" or source.name in cold:
            rare |= held
        else:
            usual |= held
    return usual, rare


def _extent(places: tuple[Place, ...]) -> int:
    return max((p.at + p.size for p in places), default=0)
