"""Which connections packets take, and how elements are left out of them: what passes share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from pmill.graph import Connection, Element, PipelineGraph, Port, flows, processing

# Both ends of a connection: its identity.
Edge = tuple[Port, Port]
# Whether packets that enter an element by an input can leave it on an output.
Ways = Callable[[Element, int, int], bool]


def from_sources(graph: PipelineGraph, ways: Ways = flows) -> frozenset[Edge]:
    """Return the connections that packets of some source can take."""
    todo = [c for e in graph.elements.values() if e.spec.source for c in graph.outgoing(e.name)]
    found: set[Edge] = set()
    entered: set[Port] = set()
    while todo:
        c = todo.pop()
        found.add((c.source, c.target))
        if c.target in entered:
            continue
        entered.add(c.target)
        element = graph.elements[c.target.element]
        todo += [
            following
            for following in graph.outgoing(element.name)
            if ways(element, c.target.number, following.source.number)
        ]
    return frozenset(found)


def to_sinks(graph: PipelineGraph, ways: Ways = flows) -> frozenset[Edge]:
    """Return the connections from which packets can come to an end that is no Idle.

    An end is an input from which no packet of that class of elements goes on.
    """
    todo = [c for c in graph.connections if _ends(graph.elements[c.target.element], c)]
    found: set[Edge] = set()
    left: set[Port] = set()
    while todo:
        c = todo.pop()
        found.add((c.source, c.target))
        if c.source in left:
            continue
        left.add(c.source)
        element = graph.elements[c.source.element]
        todo += [
            before
            for before in graph.incoming(element.name)
            if ways(element, before.target.number, c.source.number)
        ]
    return frozenset(found)


def _ends(element: Element, c: Connection) -> bool:
    outputs = range(len(element.outputs))
    goes_on = any(flows(element, c.target.number, output) for output in outputs)
    return not goes_on and element.spec.name != "Idle"


def bypass(graph: PipelineGraph, through: Mapping[str, tuple[int, int]]) -> PipelineGraph:
    """Remove elements and connect what lies around them.

    `through` says by which input and output packets pass an element; whatever is connected to its
    other ports loses that connection.
    """
    connections = [
        replace(c, target=target)
        for c in graph.connections
        if c.source.element not in through
        for target in _behind(graph, c.target, through)
    ]
    kept = [e for e in graph.elements.values() if e.name not in through]
    return graph.with_connections(connections).with_elements(kept)


def _behind(
    graph: PipelineGraph, port: Port, through: Mapping[str, tuple[int, int]]
) -> Iterator[Port]:
    """Yield where packets come out that enter an element which may be left out."""
    todo = [port]
    while todo:
        port = todo.pop()
        if port.element not in through:
            yield port
            continue
        way_in, way_out = through[port.element]
        if port.number == way_in:
            following = [c for c in graph.outgoing(port.element) if c.source.number == way_out]
            todo += [c.target for c in reversed(following)]


def can_be_left_out(
    graph: PipelineGraph, through: Mapping[str, tuple[int, int]]
) -> dict[str, tuple[int, int]]:
    """Return those of some elements without which the rest does exactly what it did.

    One on which a cycle closes stays: where that is decides how often packets go round. So does
    one but for which nobody would say that its packets are pulled, and one about whose
    connections something was decided.
    """
    needed = {port.element for edge in graph.back_edges for port in edge}
    decided = [c for c in graph.connections if c.call != "virtual"]
    needed |= {port.element for c in decided for port in (c.source, c.target)}
    return {
        name: (way_in, way_out)
        for name, (way_in, way_out) in through.items()
        if name not in needed
        and (
            graph.elements[name].inputs[way_in] == "push"
            or _is_pulled_anyway(graph, Port(element=name, number=way_in), through)
        )
    }


def _is_pulled_anyway(
    graph: PipelineGraph, port: Port, through: Mapping[str, tuple[int, int]]
) -> bool:
    """Whether the class of the first element before a pull input that stays has a pull output."""
    while True:
        sources = [c.source for c in graph.incoming(port.element) if c.target == port]
        if not sources:
            return False
        (source,) = sources  # a pull input has one connection
        if source.element not in through:
            break
        port = Port(element=source.element, number=through[source.element][0])
    element = graph.elements[source.element]
    code = element.spec.processing
    return processing(code, len(element.inputs), len(element.outputs))[1][source.number] == "pull"
