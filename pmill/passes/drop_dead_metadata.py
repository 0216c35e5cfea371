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
        """Name who writes for nobody, who reads what nobody wrote, and who keeps all fields."""
        if after.live is None:
            return tuple(
                PassNote(where=e.name, text="names an annotation only at run time", done=False)
                for e in after.elements.values()
                if chooses_at_run_time(e)
            )
        read, written = read_behind(after), written_at_entry(after)
        found = []
        for e in after.elements.values():
            unread = names_of(fields_written(e) & ~read[e.name])
            unset = names_of(fields_read(e) & ~written[e.name]) if "all" not in e.spec.reads else ""
            if unread:
                found.append(PassNote(where=e.name, text=f"nobody reads what it writes: {unread}"))
            if unset:
                found.append(PassNote(where=e.name, text=f"nobody wrote what it reads: {unset}"))
        return tuple(found)
