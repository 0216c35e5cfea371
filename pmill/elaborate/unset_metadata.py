"""Warns where an element reads metadata that nothing before it can have set.

Such a program runs, and does not do what was meant: every packet looks the same to the element.
Only what an element is there to look at counts: the annotation that an argument names, and what
the element's spec `expects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pmill.diagnostics import Diagnostics
from pmill.graph import (
    Element,
    PipelineGraph,
    Port,
    field_bits,
    fields_read,
    flows,
    names_of,
    written_at_inputs,
)

# What is true of packets for whom nobody set a field, and how it is set.
_MEANINGS = {
    "network": (
        "no packet has a marked IP header here",
        "put CheckIPHeader or MarkIPHeader before it",
    ),
    "dst_ip": (
        "the destination annotation is always 0.0.0.0 here",
        "put CheckIPHeader, GetIPAddress or SetIPAddress before it",
    ),
    "flow": ("no packet has a flow here", "put FlowIPManagerIMP before it"),
    "paint": ("the paint is always 0 here", "put a Paint before it, or leave it out"),
}


def warn_of_unset_metadata(graph: PipelineGraph, diags: Diagnostics) -> None:
    """Report elements that read what no packet can have (PM0635)."""
    constant = graph.with_elements(
        e if e.kept else replace(e, frozen=True) for e in graph.elements.values()
    )
    written = written_at_inputs(constant)
    reached = _reached(constant)
    for e in constant.elements.values():
        inputs = [p for p in reached if p.element == e.name and _goes_on(e, p.number)]
        expected = _expected(e)
        if not inputs or not expected or any(written[p] & expected for p in inputs):
            continue
        for name in names_of(expected).split(", "):
            what, hint = _MEANINGS.get(
                name,
                (f"the annotation {name} is always 0 here", f"let something set {name} before it"),
            )
            diags.warning(
                "PM0635",
                f"'{e.label}': {what}, because nothing before it sets it",
                e.span,
                hint=hint,
            )


def _expected(e: Element) -> int:
    """Return what an element is there to look at, as bits."""
    if e.kept:  # its arguments may change
        return 0
    bits = field_bits(e.spec.expects) & fields_read(e)
    for arg in e.spec.arguments:
        anno = e.arguments[arg.name].anno
        if arg.reads and anno is not None:
            offset, size = anno
            bits |= ((1 << size) - 1) << offset
    return bits


def _goes_on(e: Element, port: int) -> bool:
    """Whether packets of an input can leave, of an element whose packets can.

    Those that cannot are of another kind, such as an ARPQuerier's responses.
    """
    return not e.outputs or any(flows(e, port, output) for output in range(len(e.outputs)))


def _reached(graph: PipelineGraph) -> frozenset[Port]:
    """Return the inputs that packets of some source can come to."""
    found: set[Port] = set()
    todo = [
        c.target for e in graph.elements.values() if e.spec.source for c in graph.outgoing(e.name)
    ]
    while todo:
        port = todo.pop()
        if port not in found:
            found.add(port)
            todo += _behind(graph, port)
    return frozenset(found)


def _behind(graph: PipelineGraph, port: Port) -> Iterator[Port]:
    element = graph.elements[port.element]
    for c in graph.outgoing(port.element):
        if flows(element, port.number, c.source.number):
            yield c.target
