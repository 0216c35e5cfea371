"""Every port leads somewhere: what passes put where they removed what was connected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pmill.elements.spec import ElementSpec
from pmill.graph import Connection, Element, PipelineGraph, Port, Processing


def filled(graph: PipelineGraph, before: PipelineGraph, idle: ElementSpec) -> PipelineGraph:
    """Connect every port that has no connection to an Idle, the one that was there if any.

    `idle` is its class.
    """
    idles: dict[str, Element] = {}
    connections = list(graph.connections)
    for port, is_output in _unconnected(graph):
        span = graph.elements[port.element].span
        name = _idle_at(before, port, is_output=is_output) or _free_name(before)
        there = idles.get(name) or _idle(name, before, graph.elements[port.element], idle)
        kind = _processing(graph, port, is_output=is_output)
        if is_output:
            end = Port(element=name, number=len(there.inputs))
            idles[name] = replace(there, inputs=(*there.inputs, kind))
            connections.append(Connection(source=port, target=end, span=span))
        else:
            end = Port(element=name, number=len(there.outputs))
            idles[name] = replace(there, outputs=(*there.outputs, kind))
            connections.append(Connection(source=end, target=port, span=span))
    elements = {**graph.elements, **idles}
    order = [name for name in before.elements if name in elements]
    ordered = [*order, *(name for name in idles if name not in before.elements)]
    whole = replace(graph, elements={name: elements[name] for name in ordered})
    return whole.with_connections(connections)


def _idle(name: str, before: PipelineGraph, neighbour: Element, spec: ElementSpec) -> Element:
    """Return an Idle without ports: the one of that name, or a new one."""
    there = before.elements.get(name)
    if there is not None:
        return replace(there, inputs=(), outputs=())
    return Element(
        name=name,
        spec=spec,
        arguments={},
        config="",
        inputs=(),
        outputs=(),
        span=neighbour.span,
        frozen=neighbour.frozen,
    )


def _unconnected(graph: PipelineGraph) -> Iterator[tuple[Port, bool]]:
    """Yield the ports without connection, and whether each is an output."""
    used = {(c.source, True) for c in graph.connections}
    used |= {(c.target, False) for c in graph.connections}
    for e in graph.elements.values():
        for is_output, ports in ((False, e.inputs), (True, e.outputs)):
            for number in range(len(ports)):
                port = Port(element=e.name, number=number)
                if (port, is_output) not in used:
                    yield port, is_output


def _idle_at(graph: PipelineGraph, port: Port, *, is_output: bool) -> str | None:
    """Return the Idle that a port is connected to, or None."""
    if is_output:
        others = [c.target.element for c in graph.outgoing(port.element) if c.source == port]
    else:
        others = [c.source.element for c in graph.incoming(port.element) if c.target == port]
    return next((name for name in others if graph.elements[name].spec.name == "Idle"), None)


def _processing(graph: PipelineGraph, port: Port, *, is_output: bool) -> Processing:
    element = graph.elements[port.element]
    return (element.outputs if is_output else element.inputs)[port.number]


def _free_name(graph: PipelineGraph) -> str:
    """Return the name of the one Idle that is new."""
    number = 1
    while f"Idle@{number}" in graph.elements:
        number += 1
    return f"Idle@{number}"
