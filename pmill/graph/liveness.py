"""Which metadata fields somebody reads or writes: an element, those behind it, those before it.

Sets of fields are bit masks, as in `metadata.py`. An annotation that an argument names counts
with the bytes that the argument names; when the argument is a run-time value, with all.

Two analyses go through the graph to their fixed points, input by input, because packets of
different inputs may take different ways through an element (its flow code): backwards, what is
read from there on; forwards, what may have been written so far. What an element writes it may
also leave alone, so nothing is ever overwritten for sure. A field is worth its place where it was
perhaps written and is perhaps read: there it is *held*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

from pmill.elements.spec import ArgSpec
from pmill.graph.flow import flows
from pmill.graph.metadata import all_bits, field_bits
from pmill.graph.model import Connection, Element, PipelineGraph, Port


def fields_read(element: Element) -> int:
    """Return the fields that an element reads with its arguments."""
    unused = [
        field
        for arg in element.spec.arguments
        for value, field in arg.reads_for
        if element.is_constant(arg.name) and element.arguments[arg.name].text != value
    ]
    unused += [
        field
        for name, value in element.arguments.items()
        if element.is_constant(name)
        for field in value.unread
    ]
    chosen = _chosen(element, [arg for arg in element.spec.arguments if arg.reads])
    return (field_bits(element.spec.reads) & ~field_bits(unused)) | chosen


def fields_written(element: Element) -> int:
    """Return the fields that an element writes, those included that an argument switches on."""
    switched = [
        arg.sets
        for arg in element.spec.arguments
        if arg.sets
        and (not element.is_constant(arg.name) or element.arguments[arg.name].text == "true")
    ]
    chosen = _chosen(element, [arg for arg in element.spec.arguments if arg.writes])
    return field_bits(element.spec.writes) | chosen | field_bits(switched)


def chooses_at_run_time(element: Element) -> bool:
    """Whether an argument, known only when the program runs, names an annotation."""
    return any(
        (arg.reads or arg.writes)
        and element.arguments[arg.name].anno is not None
        and not element.is_constant(arg.name)
        for arg in element.spec.arguments
    )


def live_at_inputs(graph: PipelineGraph) -> Mapping[Port, int]:
    """Return, for each input, the fields that are read of its packets there or behind.

    Packets that wait in an element which others name, too (the ARPTable of several ARPQueriers),
    may go on behind any of these.
    """
    friends = elements_that_meet(graph)
    live = {port: 0 for name in graph.elements for port in _inputs(graph, name)}

    def step(name: str) -> bool:
        changed = False
        renews = _renewed(graph.elements[name])
        reads = union(fields_read(graph.elements[f]) for f in friends.get(name, (name,)))
        met = [c for f in friends.get(name, ()) for c in graph.outgoing(f)]
        for port in _inputs(graph, name):
            bits = reads
            for c in (*_ways_on(graph, port), *met):
                bits |= live[c.target] & ~renews
            changed |= bits != live[port]
            live[port] = bits
        return changed

    _to_fixed_point(graph.postorder, step)
    return live


def written_at_inputs(graph: PipelineGraph) -> Mapping[Port, int]:
    """Return, for each input, the fields that somebody before it may have written."""
    friends = elements_that_meet(graph)
    written = {port: 0 for name in graph.elements for port in _inputs(graph, name)}

    def step(name: str) -> bool:
        changed = False
        element = graph.elements[name]
        renews = _renewed(element)
        writes = union(fields_written(graph.elements[f]) for f in friends.get(name, (name,)))
        met = [port for f in friends.get(name, ()) for port in _inputs(graph, f)]
        for c in graph.outgoing(name):
            bits = written[c.target] | writes
            for port in (*_inputs(graph, name), *met):
                if port.element != name or flows(element, port.number, c.source.number):
                    bits |= written[port] & ~renews
            changed |= bits != written[c.target]
            written[c.target] = bits
        return changed

    _to_fixed_point(tuple(reversed(graph.postorder)), step)
    return written


def live_at_entry(graph: PipelineGraph) -> Mapping[str, int]:
    """Return, for each element, the fields that it or one behind it reads of a packet it has."""
    at_inputs = live_at_inputs(graph)
    live = {}
    for name, e in graph.elements.items():
        live[name] = fields_read(e)
        for port in _inputs(graph, name):
            live[name] |= at_inputs[port]
        if not e.inputs:  # of those that it makes
            for c in graph.outgoing(name):
                live[name] |= at_inputs[c.target] & ~_renewed(e)
    return live


def read_behind(graph: PipelineGraph) -> Mapping[str, int]:
    """Return, for each element, the fields that are read of what it emits."""
    at_inputs = live_at_inputs(graph)
    return {n: union(at_inputs[c.target] for c in graph.outgoing(n)) for n in graph.elements}


def written_at_entry(graph: PipelineGraph) -> Mapping[str, int]:
    """Return, for each element, the fields that may be written in a packet it has.

    What the element writes itself counts: it may keep the packet after that.
    """
    at_inputs, friends = written_at_inputs(graph), elements_that_meet(graph)
    found = {
        name: fields_written(e) | union(at_inputs[port] for port in _inputs(graph, name))
        for name, e in graph.elements.items()
    }
    return found | {name: union(found[f] for f in met) for name, met in friends.items()}


def held_at_entry(graph: PipelineGraph) -> Mapping[str, int]:
    """Return, for each element, the fields that a packet it has must not lose."""
    written = written_at_entry(graph)
    return {name: bits & written[name] for name, bits in live_at_entry(graph).items()}


def carried(graph: PipelineGraph) -> int:
    """Return the fields that are written before they are read on some way."""
    live, written = live_at_inputs(graph), written_at_inputs(graph)
    held = union(live[port] & written[port] for port in live)
    held |= union(fields_read(e) & fields_written(e) for e in graph.elements.values())
    return held


def union(sets: Iterable[int]) -> int:
    """Return the fields of all sets."""
    return reduce(or_, sets, 0)


def _to_fixed_point(order: Sequence[str], step: Callable[[str], bool]) -> None:
    """Let sets grow until they stay as they are: cycles need several rounds."""
    while any([step(name) for name in order]):  # noqa: C419 a round is all of them
        pass


def _inputs(graph: PipelineGraph, name: str) -> list[Port]:
    return [Port(element=name, number=n) for n in range(len(graph.elements[name].inputs))]


def _ways_on(graph: PipelineGraph, port: Port) -> Iterator[Connection]:
    """Yield the connections that packets of an input can leave by."""
    element = graph.elements[port.element]
    for c in graph.outgoing(port.element):
        if flows(element, port.number, c.source.number):
            yield c


def _renewed(element: Element) -> int:
    return field_bits(element.spec.renews)


def elements_that_meet(graph: PipelineGraph) -> Mapping[str, frozenset[str]]:
    """Return, for each element that names another, all that name the same, and itself."""
    naming: dict[str, set[str]] = {}
    for e in graph.elements.values():
        for other in e.references:
            naming.setdefault(other, set()).add(e.name)
    found: dict[str, frozenset[str]] = {}
    for names in naming.values():
        for name in names:
            found[name] = found.get(name, frozenset()) | names
    return found


def _chosen(element: Element, arguments: list[ArgSpec]) -> int:
    bits = 0
    for arg in arguments:
        anno = element.arguments[arg.name].anno
        if anno is None:
            continue
        if not element.is_constant(arg.name):
            return all_bits()
        offset, size = anno
        bits |= ((1 << size) - 1) << offset
    return bits
