"""PipelineGraph -> EmitPlan: every decision about the generated text is made here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pmill import __version__
from pmill.elements import ArgSpec, ElementSpec
from pmill.emit.arguments import argument_plans, data_plans
from pmill.emit.borders import at_once, entries, stage_numbers
from pmill.emit.facts import Facts, facts_of
from pmill.emit.library import LIBRARY_PART
from pmill.emit.origins import follows
from pmill.emit.plan import (
    AlonePlan,
    ClassPlan,
    CounterPlan,
    EmitPlan,
    HandlerPlan,
    HopPlan,
    InstancePlan,
    LayoutPlan,
    PlacePlan,
    ShownPlan,
)
from pmill.graph import (
    TICKETS,
    XDP_PART,
    Connection,
    Element,
    PipelineGraph,
    Port,
    Processing,
    device_ports,
    field_bits,
    field_names,
    layout,
    meetings,
    names_of,
    queues_ahead,
    rules_of,
    serves_one,
    union,
    xdp_interface,
)

_HOPS = {
    "virtual": "Virtual",
    "direct": "Direct",
    "inline": "Inline",
    "outlined": "Outlined",
    "cold": "Cold",
    "staged": "Staged",
}

# So many that compiling in two halves saves more time than reading the headers twice takes.
_MANY_ELEMENTS = 16


def lower(
    graph: PipelineGraph, *, counted: bool = False, library: Sequence[str] | None = None
) -> EmitPlan:
    """Decide how the program of a graph is written.

    `counted`: it counts the packets on every connection; no call may be virtual then. `library`:
    the ports of what has no `main`, but is called by an application.
    """
    idents = identifiers(graph.elements)
    classes = {e.spec.name: e.spec for e in graph.elements.values()}
    virtual_calls = any(c.call == "virtual" for c in graph.connections)
    if virtual_calls:  # objects on the heap know no other calls, whatever was decided for some
        graph = graph.with_connections(replace(c, call="virtual") for c in graph.connections)
    facts = facts_of(graph)
    data = data_plans(graph.elements.values())
    stage = stage_numbers(graph)
    symbols = {plan.content: plan.symbol for plan in data}
    links = _links(graph)
    counts = _Counts(graph, links if counted else ())
    return EmitPlan(
        version=__version__,
        source=_printable(graph.source_name),
        layout=_layout(graph),
        virtual_calls=virtual_calls,
        halves=len(graph.elements) >= _MANY_ELEMENTS
        and any(c.call == "inline" for c in graph.connections),
        references=any(e.references for e in graph.elements.values()),
        classes=tuple(_class(classes[name]) for name in sorted(classes)),
        instances=tuple(
            _instance(graph, e, idents, symbols, counts, facts, stage)
            for e in graph.elements.values()
        ),
        on_the_way=tuple(idents[name] for name in reversed(graph.postorder)),
        stages=entries(
            graph, stage, {c.target: _input(c.target, idents) for c in graph.connections}
        ),
        foreseen=len(facts.lookups),
        links=links,
        parts=(*_parts(graph), *([] if library is None else [LIBRARY_PART])),
        requirements="".join(f"{r}\n" for r in graph.requirements),
        text=tuple(graph.text.splitlines(keepends=True)),
        alone=_alone(graph),
        data=data,
        counted=counted,
        library=None if library is None else tuple(library),
    )


def _alone(graph: PipelineGraph) -> tuple[AlonePlan, ...]:
    """What only a program with several workers can tell: whether they come to what serves one."""
    if not serves_one(graph):
        return ()
    numbers = {name: n for n, name in enumerate(graph.elements)}
    return tuple(
        AlonePlan(
            instance=numbers[m.element],
            tasks=tuple((numbers[way.task], way.pulled) for way in m.ways),
            why=graph.elements[m.element].spec.workers_doc,
        )
        for m in meetings(graph).values()
        if m.verdict == "one"
    )


def _parts(graph: PipelineGraph) -> tuple[str, ...]:
    """The parts of the runtime that the elements need: for what they are, and for their ports."""
    needed = {part for e in graph.elements.values() for part in e.spec.needs}
    if any(xdp_interface(port) is not None for port in device_ports(graph)):
        needed.add(XDP_PART)
    return tuple(sorted(needed))


class _Counts:
    """Which counter each connection has, where packets are counted."""

    def __init__(self, graph: PipelineGraph, links: Iterable[tuple[int, int, int, int]]) -> None:
        names = tuple(graph.elements)
        self._numbers = {
            (Port(element=names[a], number=m), Port(element=names[b], number=n)): number
            for number, (a, m, b, n) in enumerate(links)
        }

    def decisions(self, element: Element) -> int:
        """Return the number of steps of an element's program, if packets are counted there."""
        value = rules_of(element) if self._numbers else None
        return value.count or 0 if value else 0

    def of(self, connection: Connection, kind: str, hop: str) -> str:
        """Return a hop that counts, or the hop."""
        number = self._numbers.get((connection.source, connection.target))
        return hop if number is None else f"{kind}<{number}, {hop}>"


def _links(graph: PipelineGraph) -> tuple[tuple[int, int, int, int], ...]:
    """As Click's driver orders them: by the elements and ports that they leave."""
    number = {name: n for n, name in enumerate(graph.elements)}
    return tuple(
        sorted(
            (number[c.source.element], c.source.number, number[c.target.element], c.target.number)
            for c in graph.connections
        )
    )


def _layout(graph: PipelineGraph) -> LayoutPlan:
    names = field_names() if graph.live is None else graph.live
    specs = [e.spec for e in graph.elements.values()]
    places = layout.places_of(graph)
    live = field_bits(names)
    if graph.layout is not None:  # named fields may overlap the bytes that are needed
        live &= field_bits(["network"]) | union(layout.bits_of(p) for p in places)
    return LayoutPlan(
        live_bits=live,
        live_names=tuple(sorted(names)),
        places=tuple(
            PlacePlan(first=p.first, size=p.size, at=p.at, name=layout.name_of(p)) for p in places
        ),
        area_bytes=max((p.at + p.size for p in places), default=0),
        read_bits=field_bits(name for spec in specs for name in spec.reads),
        written_bits=field_bits(
            name
            for spec in specs
            for name in (*spec.writes, *(arg.sets for arg in spec.arguments if arg.sets))
        ),
        resizes=graph.live is None or any(e.spec.resizes for e in graph.elements.values()),
        in_memory=not any(c.call == "inline" for c in graph.connections),
    )


def _class(spec: ElementSpec) -> ClassPlan:
    counters = tuple(
        CounterPlan(
            member=h.member,
            name=h.name,
            doc=h.doc,
            kind=h.kind,
            output=-1 if h.output is None else h.output,
        )
        for h in spec.counters
    )
    return ClassPlan(
        name=spec.name,
        header=spec.header,
        counters=counters,
        arguments=tuple(
            ShownPlan(name=a.name, shown=a.handler[0], writable=a.handler[1], range=_range(a))
            for a in spec.arguments
            if a.handler
        ),
        handlers=tuple(
            HandlerPlan(
                name=h.name,
                member=h.member,
                reads=h.reads,
                writes=h.writes,
                keeps=h.keeps is not None,
            )
            for h in spec.handlers
        ),
    )


def _range(arg: ArgSpec) -> str:
    return f", {{{arg.ranges[0]}, {arg.ranges[1]}}}" if arg.ranges else ""


def _letters(resolved: Iterable[Processing], code: str) -> str:
    """A letter a port of what became push or pull; capitals where the class leaves it open."""
    letters = {"push": "h", "pull": "l"}
    return "".join(
        letters[p].upper() if code[min(n, len(code) - 1)] == "a" else letters[p]
        for n, p in enumerate(resolved)
    )


def _instance(
    graph: PipelineGraph,
    element: Element,
    idents: Mapping[str, str],
    symbols: Mapping[bytes, str],
    counts: _Counts,
    facts: Facts,
    stage: Mapping[str, int],
) -> InstancePlan:
    live, born = facts.live[element.name], facts.born[element.name]
    ins, _, outs = element.spec.processing.partition("/")
    by_port = {c.source.number: c for c in graph.outgoing(element.name)}
    hops = tuple(
        _hop(graph, by_port.get(n), n, idents, counts, stage) for n in range(len(element.outputs))
    )
    return InstancePlan(
        ident=idents[element.name],
        name=element.name,
        class_name=element.spec.name,
        location=_printable(str(element.span)),
        frozen=not element.kept and (element.frozen or not element.spec.arguments),
        mixed=bool(element.kept) and any(element.is_constant(a) for a in element.arguments),
        holds=element.holds,
        told=_told(element),
        arguments=tuple(argument_plans(element, idents, symbols)),
        receives=tuple(
            _input(target, idents)
            for target in sorted(
                {c.target for c in graph.incoming(element.name) if graph.is_push(c)}
            )
        ),
        live_bits=live,
        live_names=tuple(sorted(n for n in field_names() if field_bits([n]) & live)),
        born_bits=born,
        born_names=names_of(born),
        rare=element.name in facts.cold,
        follows=follows(graph, element),
        foreseen=facts.lookups.index(element.name) if element.name in facts.lookups else None,
        foresees=tuple(idents[name] for name in facts.foreseen[element.name]),
        straight=idents.get(facts.straight.get(element.name, ""), ""),
        usual=facts.usual[element.name],
        ends_straight=element.name in facts.straight.values(),
        hops=hops,
        sources=_sources(graph, element, idents, counts),
        connected=sum(1 << port for port in by_port if port < 64),
        ahead=tuple(idents[name] for name in queues_ahead(graph, element)),
        schedule=_schedule(element),
        decisions=counts.decisions(element),
        config=element.config,
        ins=_letters(element.inputs, ins),
        outs=_letters(element.outputs, outs or ins),
    )


def _schedule(element: Element) -> str:
    """Who runs the element and how often, where it is said."""
    said = []
    if element.tickets != TICKETS:
        said.append(f".tickets = {element.tickets}")
    if element.home is not None:
        at = element.home
        said.append(f".home = {f'on_socket{at}' if isinstance(at, tuple) else at}")
    return f"{{{', '.join(said)}}}" if said else ""


def _told(element: Element) -> str:
    """What the optimiser is told of packets, in C++; empty when nothing."""
    told = element.told
    if told is None:
        return ""
    network = "" if told.network is None else f", .network = {told.network}"
    pulled = "" if element.stores else ", .pulled = false"
    return f"{{.length = {told.length}{network}{pulled}}}"


def _hop(
    graph: PipelineGraph,
    connection: Connection | None,
    port: int,
    idents: Mapping[str, str],
    counts: _Counts,
    stage: Mapping[str, int],
) -> HopPlan:
    if connection is None:
        return HopPlan(port=port, type="Unconnected", comment="nothing")
    target = connection.target
    if not graph.is_push(connection):
        return HopPlan(port=port, type="Pulled", comment=target.element)
    hop = f"{_HOPS[connection.call]}<{_input(target, idents)}>"
    if connection.call == "staged":
        number = stage[connection.source.element] + 1
        hop = f"Staged<{number}, {at_once(graph, connection)}<{_input(target, idents)}>>"
    if (connection.source, target) in graph.back_edges:
        hop = f"Back<{hop}>"
    where = target.element if target.number == 0 else f"[{target.number}] {target.element}"
    return HopPlan(port=port, type=counts.of(connection, "Counted", hop), comment=where)


def _input(target: Port, idents: Mapping[str, str]) -> str:
    """The template arguments that name an input; of the first, the instance alone."""
    ident = idents[target.element]
    return f"{ident}, {target.number}" if target.number else ident


def _sources(
    graph: PipelineGraph, element: Element, idents: Mapping[str, str], counts: _Counts
) -> tuple[HopPlan, ...]:
    """What the inputs of an element that pulls are connected to."""
    if "pull" not in element.inputs:
        return ()
    by_port = {c.target.number: c for c in graph.incoming(element.name) if not graph.is_push(c)}

    def source(port: int) -> HopPlan:
        c = by_port.get(port)
        if c is None:
            return HopPlan(port=port, type="Pushed", comment="what is pushed")
        name = c.source.element
        pull = counts.of(c, "CountedPull", f"Pull<{idents[name]}>")
        return HopPlan(port=port, type=pull, comment=name)

    return tuple(source(port) for port in range(len(element.inputs)))


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """Give every element a C++ identifier: `in0/check` becomes `in0_check_`.

    The underscore at the end keeps them apart from all else in the file: keywords, macros, and
    the names of the runtime.
    """
    taken: set[str] = set()
    found: dict[str, str] = {}
    for name in names:
        ident = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") + "_"
        if not ident[0].isalpha():
            ident = f"e{ident}"
        while ident in taken:
            ident += "e_"
        taken.add(ident)
        found[name] = ident
    return found


def _printable(text: str) -> str:
    """Make a name fit for a comment: one line of plain characters."""
    return "".join(c if c.isprintable() else "?" for c in text)
