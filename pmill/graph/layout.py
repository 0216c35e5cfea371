"""Where the metadata of a packet lies in memory, wherever a packet must lie there.

A `Place` holds the annotations of a stretch of Click's area, in Click's order, or one field
outside of it; `Place.at` counts bytes from the beginning of the packet's area. Fields that no
packet needs at the same time may share bytes. For this every element is asked what it finds in a
packet (`found`) and what must not get lost while it has one (`touched`). Fields between the two
are *born*: the packet came without them, and other fields may have been in their bytes, so that
these are cleared before the element sees the packet.

Header positions share with nobody: they move whenever the packet's data does. That of the network
header has no place in the area: functions get it in a register.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pmill.graph.liveness import (
    elements_that_meet,
    fields_read,
    fields_written,
    live_at_entry,
    written_at_inputs,
)
from pmill.graph.metadata import ANNOTATION_BYTES, field_bits, fields
from pmill.graph.model import PipelineGraph, Place, Port

# Bytes of the fields outside of the annotation area; packet.hh asserts that it is so.
OUTSIDE: Mapping[str, int] = {"mac": 8, "transport": 8, "timestamp": 8, "type": 1, "flow": 4}
_BYTES = re.compile(r"byte(?P<first>\d{1,2})(-(?P<last>\d{1,2}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """The fields of the packets that an element has, as bits."""

    found: int
    touched: int


def bits_of(place: Place) -> int:
    """Return the fields that a place holds."""
    if place.first >= ANNOTATION_BYTES:
        return 1 << place.first
    return ((1 << place.size) - 1) << place.first


def name_of(place: Place) -> str:
    """Return how a printed graph writes what a place holds: `paint`, `byte5`, `byte16-19`."""
    for name, field in fields().items():
        if field.bits == bits_of(place):
            return name
    last = place.first + place.size - 1
    return f"byte{place.first}" + (f"-{last}" if last > place.first else "")


def place_called(name: str, at: int) -> Place | None:
    """Return the place that `name_of` writes so; None when no place can hold that."""
    field = fields().get(name)
    if field is not None and field.offset is not None and field.size is not None:
        return Place(first=field.offset, size=field.size, at=at)
    if name in OUTSIDE:
        return Place(first=field_bits([name]).bit_length() - 1, size=OUTSIDE[name], at=at)
    m = _BYTES.fullmatch(name)
    if m is None:
        return None
    first, last = int(m["first"]), int(m["last"] or m["first"])
    if not first <= last < ANNOTATION_BYTES:
        return None
    return Place(first=first, size=last - first + 1, at=at)


def places_of(graph: PipelineGraph) -> tuple[Place, ...]:
    """Return what was decided, or else Click's order: words of the area, then all other fields."""
    if graph.layout is not None:
        return graph.layout
    live = field_bits(fields() if graph.live is None else graph.live)
    found: list[Place] = []
    at = 0
    for first in range(0, ANNOTATION_BYTES, 4):
        if graph.live is None or live >> first & 0xF:
            found.append(Place(first=first, size=4, at=at))
            at += 4
    for name, size in OUTSIDE.items():
        if live & field_bits([name]):
            at = -(-at // size) * size
            found.append(Place(first=field_bits([name]).bit_length() - 1, size=size, at=at))
            at += size
    return tuple(found)


def overlap(a: Place, b: Place) -> bool:
    """Whether two places share a byte."""
    return a.at < b.at + b.size and b.at < a.at + a.size


def shared_bits(places: Iterable[Place]) -> int:
    """Return the fields whose bytes are also those of others."""
    all_places = list(places)
    bits = 0
    for p in all_places:
        if any(p is not other and overlap(p, other) for other in all_places):
            bits |= bits_of(p)
    return bits


def presence(graph: PipelineGraph) -> Mapping[str, Presence]:
    """Return, for each element, the fields that its packets have or will have.

    Elements that pull take packets as they are: nothing can be cleared in between, so that what is
    born there is born before. Those that make packets make them without any metadata.
    """
    live, written = live_at_entry(graph), written_at_inputs(graph)
    friends = elements_that_meet(graph)
    found: dict[str, int] = {}
    touched: dict[str, int] = {}
    for name, e in graph.elements.items():
        before = 0
        for number in range(len(e.inputs)):
            before |= written[Port(element=name, number=number)]
        found[name] = live[name] & before
        touched[name] = found[name] | fields_read(e) | fields_written(e)
    changed = True
    while changed:
        changed = False
        for name in graph.postorder:
            bits = touched[name]
            for friend in friends.get(name, (name,)):
                bits |= touched[friend]
                for c in graph.outgoing(friend):
                    bits |= found[c.target.element]
            finds = found[name] if "push" in graph.elements[name].inputs else bits
            changed |= (bits, finds) != (touched[name], found[name])
            touched[name], found[name] = bits, finds
    return {n: Presence(found=found[n], touched=touched[n]) for n in graph.elements}


def births(graph: PipelineGraph) -> Mapping[str, int]:
    """Return, for each element, the fields to clear before it sees a packet, as bits."""
    shared = shared_bits(places_of(graph))
    if not shared:
        return dict.fromkeys(graph.elements, 0)
    return {n: p.touched & ~p.found & shared for n, p in presence(graph).items()}
