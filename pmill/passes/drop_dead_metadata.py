"""Carry only the metadata that somebody writes and somebody reads.

Before: a packet has every header position and Click's whole 48-byte annotation area. After: a
field that no element of the graph reads has no place in the packet, and writing it is nothing; a
field that no element writes has no place either, and reading it gives what new packets have::

    Paint(1) -> Strip(14) -> Discard;     // before: 48 bytes of annotations, cleared and written
                                          // after: none; nobody asks for the paint

Annotations that are chosen by an argument count as read or written at the bytes the argument
names. Not applied when such an argument is a run-time value: any byte could be meant then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import (
    PipelineGraph,
    chooses_at_run_time,
    field_bits,
    field_names,
    fields_read,
    fields_written,
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
        elements = graph.elements.values()
        if any(chooses_at_run_time(e) for e in elements):
            return graph
        read = written = 0
        for e in elements:
            read |= fields_read(e)
            written |= fields_written(e)
        live = [n for n in field_names() if field_bits([n]) & read and field_bits([n]) & written]
        return replace(graph, live=frozenset(live))

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Name the fields that stay."""
        if after.live is None:
            return "an annotation is chosen at run time: every field stays"
        kept = ", ".join(sorted(after.live)) or "nothing"
        return f"{count(len(after.live), 'field')} of {len(field_names())} kept: {kept}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say nothing more."""
        return ()
