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

from pmill.graph import Element, PipelineGraph, field_bits, field_names
from pmill.passes.base import count


@dataclass(frozen=True, slots=True)
class DropDeadMetadata:
    """Carry only the metadata that somebody writes and somebody reads."""

    name: ClassVar[str] = "drop_dead_metadata"
    level: ClassVar[int] = 2
    requires: ClassVar[tuple[str, ...]] = ("embed_constants",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Set the graph's live fields."""
        elements = graph.elements.values()
        if any(not e.frozen and (_reads_chosen(e) or _writes_chosen(e)) for e in elements):
            return graph
        read = written = 0
        for e in elements:
            read |= field_bits(e.spec.reads) | _reads_chosen(e)
            written |= field_bits(e.spec.writes) | _writes_chosen(e) | _switched_on(e)
        live = [n for n in field_names() if field_bits([n]) & read and field_bits([n]) & written]
        return replace(graph, live=frozenset(live))

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Name the fields that stay."""
        if after.live is None:
            return "an annotation is chosen at run time: every field stays"
        kept = ", ".join(sorted(after.live)) or "nothing"
        return f"{count(len(after.live), 'field')} of {len(field_names())} kept: {kept}"


def _reads_chosen(element: Element) -> int:
    """The bytes, as a field set, that an argument names and the element reads."""
    return _chosen(element, [arg.name for arg in element.spec.arguments if arg.reads])


def _writes_chosen(element: Element) -> int:
    """The bytes, as a field set, that an argument names and the element writes."""
    return _chosen(element, [arg.name for arg in element.spec.arguments if arg.writes])


def _chosen(element: Element, arguments: list[str]) -> int:
    bits = 0
    for name in arguments:
        anno = element.arguments[name].anno
        if anno is not None:
            offset, size = anno
            bits |= ((1 << size) - 1) << offset
    return bits


def _switched_on(element: Element) -> int:
    """The fields that the element writes because an argument says so, or may say so."""
    names = [
        arg.sets
        for arg in element.spec.arguments
        if arg.sets and (not element.frozen or element.arguments[arg.name].text == "true")
    ]
    return field_bits(names)
