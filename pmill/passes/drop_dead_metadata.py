"""Carry only the metadata that somebody writes and somebody reads.

Before: a packet has every header position and Click's whole 48-byte annotation area. After: a
field has a place only if packets take some way on which it is written and then read. Elsewhere
writing it is nothing, and reading it gives what new packets have::

    Paint(1) -> Strip(14) -> Discard;     // before: 48 bytes of annotations, cleared and written
                                          // after: none; nobody behind asks for the paint

Annotations that are chosen by an argument count as read or written at the bytes the argument
names. Not applied when such an argument is a run-time value: any byte could be meant then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import (
    PipelineGraph,
    carried,
    chooses_at_run_time,
    field_bits,
    field_names,
    fields_read,
    fields_written,
    names_of,
    read_behind,
    written_at_entry,
)
from pmill.passes.base import PassNote, count

_SHOWN = 4  # elements that a note names


@dataclass(frozen=True, slots=True)
class DropDeadMetadata:
    """Carry only the metadata that somebody writes and somebody reads."""

    name: ClassVar[str] = "drop_dead_metadata"
    level: ClassVar[int] = 2
    requires: ClassVar[tuple[str, ...]] = ("embed_constants",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Set the graph's live fields."""
        if any(chooses_at_run_time(e) for e in graph.elements.values()):
            return graph
        bits = carried(graph)
        live = frozenset(name for name in field_names() if field_bits([name]) & bits)
        return replace(graph, live=live)

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Name the fields that stay."""
        if after.live is None:
            return "an annotation is chosen at run time: every field stays"
        kept = ", ".join(sorted(after.live)) or "nothing"
        return f"{count(len(after.live), 'field')} of {len(field_names())} kept: {kept}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say of every field that somebody uses why it stays, or why it has no place.

        And who writes one that stays for nobody, or reads one that nobody before it wrote.
        """
        elements = before.elements.values()
        if after.live is None:
            text = "every field stays: which annotation it uses is known only at run time"
            return tuple(
                PassNote(where=e.name, text=text, done=False)
                for e in elements
                if chooses_at_run_time(e)
            )
        found = [note for name in field_names() for note in _of_field(before, name, after.live)]
        read, written, stays = read_behind(after), written_at_entry(after), field_bits(after.live)
        for e in elements:
            unread = names_of(fields_written(e) & ~read[e.name] & stays)
            unset = fields_read(e) & ~written[e.name] & stays if "all" not in e.spec.reads else 0
            if unread:
                found.append(PassNote(where=e.name, text=f"nobody reads what it writes: {unread}"))
            if unset:
                text = f"nobody wrote what it reads: {names_of(unset)}"
                found.append(PassNote(where=e.name, text=text))
        order = {name: number for number, name in enumerate(before.elements)}
        return tuple(sorted(found, key=lambda note: order[note.where]))


def _of_field(graph: PipelineGraph, name: str, live: frozenset[str]) -> Iterator[PassNote]:
    """Say what became of a field that somebody uses."""
    bits, elements = field_bits([name]), graph.elements.values()
    by = [e.name for e in elements if fields_read(e) & bits]
    of = [e.name for e in elements if fields_written(e) & bits]
    if not of and (not by or len(by) == len(graph.elements)):
        return
    readers, writers = _some(by), _some(of)
    if name in live:
        text = f"{name} stays: read by {readers}, written by {writers}"
    elif by and of:
        text = f"{name} has no place: what {writers} wrote never comes to {readers}, which read it"
    else:
        text = f"{name} has no place: written by {writers}, read by {readers}"
    yield PassNote(where=(by or of)[0], text=text, done=name not in live)


def _some(names: list[str]) -> str:
    """Name the first elements of a list."""
    shown = names if len(names) <= _SHOWN else [*names[: _SHOWN - 1], f"{len(names)} in all"]
    return ", ".join(shown) or "nobody"
