"""PipelineGraph -> EmitPlan: every decision about the generated text is made here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pmill import __version__
from pmill.elements import ElementSpec
from pmill.emit.plan import (
    ArgumentPlan,
    ClassPlan,
    CounterPlan,
    EmitPlan,
    HopPlan,
    InstancePlan,
    LayoutPlan,
)
from pmill.graph import Connection, Element, PipelineGraph, field_bits, field_names

# Words an element may be named by that mean something else in the generated file.
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t
    char16_t char32_t class compl concept const consteval constexpr constinit const_cast
    continue co_await co_return co_yield decltype default delete do double dynamic_cast else
    enum explicit export extern false float for friend goto if inline int long mutable
    namespace new noexcept not not_eq nullptr operator or or_eq private protected public
    register reinterpret_cast requires return short signed sizeof static static_assert
    static_cast struct switch template this thread_local throw true try typedef typeid
    typename union unsigned using virtual void volatile wchar_t while xor xor_eq main std
    pmill elements net meta buffer poison detail generated linux unix Config Args Element
    Outputs
        """,
    )
)

_HOPS = {
    "virtual": "Virtual",
    "direct": "Direct",
    "inline": "Inline",
    "outlined": "Outlined",
    "cold": "Cold",
}


def lower(graph: PipelineGraph) -> EmitPlan:
    """Decide how the program of a graph is written."""
    idents = identifiers(graph.elements)
    classes = {e.spec.name: e.spec for e in graph.elements.values()}
    virtual_calls = any(c.call == "virtual" for c in graph.connections)
    return EmitPlan(
        version=__version__,
        source=graph.source_name,
        layout=_layout(graph),
        virtual_calls=virtual_calls,
        classes=tuple(_class(classes[name]) for name in sorted(classes)),
        instances=tuple(_instance(graph, e, idents) for e in graph.elements.values()),
    )


def _layout(graph: PipelineGraph) -> LayoutPlan:
    names = field_names() if graph.live is None else graph.live
    specs = [e.spec for e in graph.elements.values()]
    return LayoutPlan(
        live_bits=field_bits(names),
        live_names=tuple(sorted(names)),
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
        for h in spec.handlers
    )
    return ClassPlan(name=spec.name, header=spec.header, counters=counters)


def _instance(graph: PipelineGraph, element: Element, idents: Mapping[str, str]) -> InstancePlan:
    by_port = {c.source.number: c for c in graph.outgoing(element.name)}
    hops = tuple(_hop(graph, by_port.get(n), n, idents) for n in range(len(element.outputs)))
    return InstancePlan(
        ident=idents[element.name],
        name=element.name,
        class_name=element.spec.name,
        location=str(element.span),
        frozen=element.frozen or not element.spec.arguments,
        arguments=tuple(_arguments(element)),
        hops=hops,
    )


def _hop(
    graph: PipelineGraph, connection: Connection | None, port: int, idents: Mapping[str, str]
) -> HopPlan:
    if connection is None:
        return HopPlan(port=port, type="Unconnected", comment="nothing")
    target = connection.target
    hop = f"{_HOPS[connection.call]}<{idents[target.element]}>"
    if (connection.source, target) in graph.back_edges:
        hop = f"Back<{hop}>"
    where = target.element if target.number == 0 else f"[{target.number}] {target.element}"
    return HopPlan(port=port, type=hop, comment=where)


def _arguments(element: Element) -> Iterable[ArgumentPlan]:
    enums = {e.name for e in element.spec.enums}
    for arg in element.spec.arguments:
        value = element.arguments[arg.name]
        kind = arg.type
        for name in enums:
            kind = re.sub(rf"(?<![\w:]){name}\b", f"{element.spec.name}::{name}", kind)
        cpp = value.cpp
        if value.count is not None:
            item = kind.removeprefix("List<").removesuffix(">")
            kind = f"std::array<{item}, {value.count}>"
            cpp = f"{{{{{cpp}}}}}" if value.count else "{}"
        yield ArgumentPlan(name=arg.name, type=kind, cpp=cpp, text=value.text)


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """Give every element a C++ identifier: `in0/check` becomes `in0_check`."""
    taken: set[str] = set()
    found: dict[str, str] = {}
    for name in names:
        ident = re.sub(r"\W", "_", name.replace("@", "_"))
        ident = re.sub(r"_+", "_", ident).strip("_") or "element"
        if ident[0].isdigit():
            ident = f"e{ident}"
        while ident in taken or ident in _RESERVED or ident in found.values():
            ident += "_"
        taken.add(ident)
        found[name] = ident
    return found
