"""Invariants of a pipeline graph: each is a function that names what breaks it.

They hold after elaboration and after every pass; the pass machinery checks them in tests and
under `--verify`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations

from pmill.graph import layout, metadata
from pmill.graph.liveness import carried
from pmill.graph.model import PipelineGraph, Port
from pmill.graph.stages import stages_of

Invariant = Callable[[PipelineGraph], Iterator[str]]


def verify(graph: PipelineGraph) -> list[str]:
    """Return a sentence for everything that is broken; nothing when the graph is sound."""
    broken = [text for invariant in _STRUCTURE for text in invariant(graph)]
    if broken:
        return broken  # the other invariants look ports up
    return [text for invariant in _MEANING for text in invariant(graph)]


def elements_have_their_names(graph: PipelineGraph) -> Iterator[str]:
    """Every element is found under its own name."""
    for name, e in graph.elements.items():
        if e.name != name:
            yield f"element '{e.name}' is kept under the name '{name}'"


def connections_join_ports(graph: PipelineGraph) -> Iterator[str]:
    """Both ends of every connection are ports that exist."""
    for c in graph.connections:
        for port, side in ((c.source, "output"), (c.target, "input")):
            e = graph.elements.get(port.element)
            if e is None:
                yield f"a connection names element '{port.element}', which does not exist"
            elif not 0 <= port.number < len(e.outputs if side == "output" else e.inputs):
                yield f"a connection names {side} {port.number} of '{e.name}', which has it not"


def connections_are_different(graph: PipelineGraph) -> Iterator[str]:
    """No connection is there twice."""
    for (source, target), count in Counter((c.source, c.target) for c in graph.connections).items():
        if count > 1:
            yield f"{_arrow(source, target)} is there {count} times"


def connections_agree(graph: PipelineGraph) -> Iterator[str]:
    """Push outputs lead to push inputs, pull outputs to pull inputs."""
    for c in graph.connections:
        source = graph.elements[c.source.element].outputs[c.source.number]
        target = graph.elements[c.target.element].inputs[c.target.number]
        if source != target:
            yield f"{_arrow(c.source, c.target)} joins a {source} output and a {target} input"


def ports_are_connected(graph: PipelineGraph) -> Iterator[str]:
    """Every port has a connection; a push output and a pull input have one only."""
    outgoing = Counter(c.source for c in graph.connections)
    incoming = Counter(c.target for c in graph.connections)
    for e in graph.elements.values():
        for side, ports, uses, active in (
            ("input", e.inputs, incoming, "pull"),
            ("output", e.outputs, outgoing, "push"),
        ):
            for number, processing in enumerate(ports):
                used = uses[Port(element=e.name, number=number)]
                if not used:
                    yield f"{side} {number} of '{e.name}' is unused"
                elif used > 1 and processing == active:
                    yield f"{active} {side} {number} of '{e.name}' has {used} connections"


def arguments_are_complete(graph: PipelineGraph) -> Iterator[str]:
    """Every element has a value for each argument of its class, in the class's order."""
    for e in graph.elements.values():
        wanted = [arg.name for arg in e.spec.arguments]
        if list(e.arguments) != wanted:
            yield f"'{e.label}' has arguments {list(e.arguments)}, its class has {wanted}"


def named_elements_exist(graph: PipelineGraph) -> Iterator[str]:
    """Every element that an argument names is there."""
    for e in graph.elements.values():
        for name in e.references:
            if name not in graph.elements:
                yield f"'{e.label}' names element '{name}', which does not exist"


def borders_lead_on(graph: PipelineGraph) -> Iterator[str]:
    """Every staged connection is pushed through and leads into a later stage."""
    if not any(c.call == "staged" for c in graph.connections):
        return
    found = stages_of(graph)
    for c in graph.connections:
        if c.call == "staged" and not (graph.is_push(c) and found.rises(c)):
            yield f"{_arrow(c.source, c.target)} is staged and leads into no later stage"


def live_fields_exist(graph: PipelineGraph) -> Iterator[str]:
    """The packet carries only fields that meta.hh knows."""
    for name in sorted((graph.live or frozenset()) - metadata.fields().keys()):
        yield f"the live field '{name}' does not exist"


def layout_is_possible(graph: PipelineGraph) -> Iterator[str]:
    """Every carried field has a place, and what an element needs together lies apart."""
    if graph.layout is None:
        return
    live = 0 if graph.live is None else metadata.field_bits(graph.live)
    placed = metadata.field_bits(["network"])
    for place in graph.layout:
        if placed & layout.bits_of(place):
            yield f"'{layout.name_of(place)}' has two places"
        placed |= layout.bits_of(place)
    homeless = carried(graph) & live & ~placed
    if graph.live is None or homeless:
        yield f"there is no place for {metadata.names_of(homeless) or 'all fields'}"
    shared = [(a, b) for a, b in combinations(graph.layout, 2) if layout.overlap(a, b)]
    present = layout.presence(graph) if shared else {}
    for a, b in shared:
        for name, p in present.items():
            if layout.bits_of(a) & p.touched and layout.bits_of(b) & p.touched:
                names = f"'{layout.name_of(a)}' and '{layout.name_of(b)}'"
                yield f"{names} share bytes, and '{name}' needs both"


def _arrow(source: Port, target: Port) -> str:
    return f"{source.element}[{source.number}] -> [{target.number}]{target.element}"


_STRUCTURE: tuple[Invariant, ...] = (
    elements_have_their_names,
    connections_join_ports,
    connections_are_different,
)
_MEANING: tuple[Invariant, ...] = (
    connections_agree,
    ports_are_connected,
    arguments_are_complete,
    named_elements_exist,
    borders_lead_on,
    live_fields_exist,
    layout_is_possible,
)
