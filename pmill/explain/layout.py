"""Where metadata lives: `layout_table` is the one function that knows how it is laid out.

Before, every field is there: annotations in Click's area of 48 bytes, the others beside it. After,
a packet has what the passes left. In a region it is a value in registers; what is live is stored
where a packet crosses a border: it waits in a Queue, or is handed to a function out of line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pmill.emit import EmitPlan
from pmill.explain.records import Member, Record, records
from pmill.graph import (
    Connection,
    Element,
    PipelineGraph,
    connection_key,
    field_bits,
    field_names,
    fields_read,
    fields_written,
    layout,
    live_at_entry,
    written_at_entry,
)
from pmill.graph.metadata import ANNOTATION_BYTES, fields

CACHE_LINE: Final = 64
_POINTER: Final = 8
# The member of a packet that holds the area of metadata, and those that hold one field.
_AREA: Final = "others_"
_MEMBERS: Final = {"network": "network_"}
_PACKET = r"class pmill::Packet<struct pmill::program::Config::Layout>$"
_WORKER = r"struct pmill::StaticWorker<struct pmill::program::Config>$"

_STATE = r"struct pmill::StateOf<struct pmill::program::(\w+)"

Where = Literal["registers", "buffer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A border at which packets are stored or handed on: `where` is an element or a connection."""

    where: str
    how: str  # "queue", "outlined", "cold", "buffer"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A metadata field: its places in bytes, None where it has none, and who uses it.

    `before` is its place in Click's area, None of fields beside that; `after` is its place in a
    packet. Fields that share bytes are several rows at one place.
    """

    name: str
    size: int
    before: int | None
    after: int | None
    readers: tuple[str, ...]
    writers: tuple[str, ...]
    crossings: tuple[Crossing, ...]

    @property
    def line(self) -> int | None:
        """The cache line of the packet that its place is in."""
        return None if self.after is None else self.after // CACHE_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """What an instance has in a worker: `offset` and `size` in bytes, and members at offsets."""

    element: str
    offset: int
    size: int
    members: tuple[tuple[int, str], ...]

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last cache line of the worker that it touches."""
        return self.offset // CACHE_LINE, (self.offset + max(self.size, 1) - 1) // CACHE_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutTable:
    """Metadata and state of a program, sizes in bytes. `where`: where a packet is in a region.

    A program that never handles a packet has none: their sizes are 0.

    `crossings` are all borders, also those that nothing crosses but the packet's own extent.
    """

    where: Where
    packet_before: int
    packet_after: int
    worker_size: int
    fields: tuple[FieldRow, ...]
    crossings: tuple[Crossing, ...]
    state: tuple[StateRow, ...]


def layout_table(graph: PipelineGraph, plan: EmitPlan, dumps: tuple[str, str]) -> LayoutTable:
    """Return the layout of a program before and after the passes.

    `graph` and `plan` are what the passes left; `dumps` are how clang lays out the classes of the
    program that no pass has touched, and of this one, as `Compiler.records` tells.
    """
    old, new = (next(records(dump, _PACKET), None) for dump in dumps)
    live = live_at_entry(graph)
    borders = _borders(graph, plan)
    written = written_at_entry(graph)
    rows = []
    for name in field_names():
        bits = field_bits([name])
        readers = _names(graph, fields_read, bits)
        writers = _names(graph, fields_written, bits)
        place = _place(name, plan, new) if new else None
        if name.startswith("byte") and not writers and place is None:
            continue  # one to which Click gives no name, and that is not there
        rows.append(
            FieldRow(
                name=name,
                size=_size(name),
                before=fields()[name].offset,
                after=place,
                readers=readers,
                writers=writers,
                crossings=tuple(
                    crossing
                    for crossing, entry in borders
                    if place is not None and bits & live[entry] & written[entry]
                ),
            )
        )
    workers = list(records(dumps[1], _WORKER))
    return LayoutTable(
        where="buffer" if plan.layout.in_memory else "registers",
        packet_before=old.size if old else 0,
        packet_after=new.size if new else 0,
        worker_size=workers[0].size if workers else 0,
        fields=tuple(rows),
        crossings=tuple(crossing for crossing, _ in borders),
        state=tuple(_state(workers[0], plan)) if workers else (),
    )


def _names(graph: PipelineGraph, used: Callable[[Element], int], bits: int) -> tuple[str, ...]:
    """Name the elements that use a field."""
    return tuple(e.name for e in graph.elements.values() if used(e) & bits)


def _size(name: str) -> int:
    return fields()[name].size or layout.OUTSIDE.get(name, _POINTER)


def _place(name: str, plan: EmitPlan, packet: Record) -> int | None:
    """Return where a field lies in a packet: beside the area of metadata, or at its place there."""
    found = {m.name: m.offset for m in packet.members if m.depth == 1 and not m.is_empty}
    if name in _MEMBERS:
        return found.get(_MEMBERS[name])
    first = (fields()[name].bits & -fields()[name].bits).bit_length() - 1
    for place in plan.layout.places:
        if place.first <= first < place.first + (place.size if first < ANNOTATION_BYTES else 1):
            return found[_AREA] + place.at + first - place.first
    return None


def _borders(graph: PipelineGraph, plan: EmitPlan) -> list[tuple[Crossing, str]]:
    """Return the borders that packets are stored at, with the element that they come to there."""
    found = []
    for e in graph.elements.values():
        if e.inputs and e.outputs and set(e.inputs) == {"push"} and set(e.outputs) == {"pull"}:
            found += [(Crossing(where=e.name, how="queue"), e.name)]
    for c in graph.connections:
        how = _how(graph, c, in_memory=plan.layout.in_memory)
        if how is not None:
            where = connection_key(graph, c)
            found.append((Crossing(where=where, how=how), c.target.element))
    return found


def _how(graph: PipelineGraph, c: Connection, *, in_memory: bool) -> str | None:
    if in_memory:
        return "buffer"
    return c.call if c.call in ("outlined", "cold") and graph.is_push(c) else None


def _end(worker: Record, last: Member) -> int:
    """Return where the last instance ends; behind it a worker is filled up to its alignment."""
    members = (m.offset for m in worker.inside(last) if not m.is_empty)
    return min(max(members, default=last.offset) // 8 * 8 + 8, worker.size)


def _state(worker: Record, plan: EmitPlan) -> list[StateRow]:
    """Return the state of every instance in the order of the worker."""
    names: Mapping[str, str] = {i.ident: i.name for i in plan.instances}
    bases = sorted(
        (m for m in worker.find(rf"^{_STATE}.*\(base\)$") if not m.is_empty),
        key=lambda m: m.offset,
    )
    if not bases:
        return []
    ends: Sequence[int] = [*(b.offset for b in bases[1:]), _end(worker, bases[-1])]
    rows = []
    for base, end in zip(bases, ends, strict=True):
        ident = re.match(_STATE, base.text)[1]  # type: ignore[index]  # it was found by that
        inside = worker.inside(base)
        members = [
            (m.offset, m.text.removeprefix("struct ").removeprefix("class "))
            for m in inside
            if m.depth == base.depth + 2 and not m.is_empty
        ]
        rows.append(
            StateRow(
                element=names.get(ident, ident),
                offset=base.offset,
                size=max(end - base.offset, 0),
                members=tuple(members),
            )
        )
    return rows
