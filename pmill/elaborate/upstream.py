"""Arguments that name an element before this one: `ElementRef<…>` with `@before`, or `@sized`.

`@before` says that the argument, when it is not given, names the element of its class through which
packets come last on their way here::

    m :: FlowIPManagerIMP -> Null -> FlowIPNAT(192.0.2.1);
    m :: FlowIPManagerIMP -> Null -> FlowIPNAT(192.0.2.1, MANAGER m);  # as it is understood

What such an element leaves in a packet means something to who comes behind it only if it was that
one, and the packet is still in the hands of the same worker. So all packets that come from any such
element must come from this one (PM0886), none may wait in a queue on the way (PM0887), and some
must come (PM0885).

`@sized` says that the element holds something for each unit of what the named one holds: a packet
may touch any of as much memory as there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pmill.diagnostics import Diagnostics, Note
from pmill.elaborate.arguments import canonical_config
from pmill.elements.spec import ArgSpec
from pmill.graph import Connection, Element, PipelineGraph, Port, Value, flows


def name_upstream(graph: PipelineGraph, diags: Diagnostics) -> PipelineGraph:
    """Return the graph with these arguments as they are meant; report where that cannot be."""
    named = {
        e.name: replace(e, arguments=arguments, config=canonical_config(e.spec, arguments))
        for e in graph.elements.values()
        if (arguments := _named(graph, e, diags)) is not None
    }
    graph = graph.with_elements(named.get(e.name, e) for e in graph.elements.values())
    sized = {
        e.name: replace(e, arguments=_sized(graph, e))
        for e in graph.elements.values()
        if any(arg.sized for arg in e.spec.arguments)
    }
    return graph.with_elements(sized.get(e.name, e) for e in graph.elements.values())


def _named(graph: PipelineGraph, e: Element, diags: Diagnostics) -> dict[str, Value] | None:
    """Return the arguments of an element that has such; None when it has none, or wrong ones."""
    wanted = [arg for arg in e.spec.arguments if arg.before]
    arguments = dict(e.arguments)
    for arg in wanted:
        found = _before(graph, e, arg.element_class)
        if not _is_clear(graph, e, arg, found, diags):
            return None
        if arguments[arg.name].element is None:
            name = found.elements[0]
            arguments[arg.name] = Value(cpp="", text=name, click=name, element=name)
    return arguments if wanted else None


def _is_clear(
    graph: PipelineGraph, e: Element, arg: ArgSpec, found: _Before, diags: Diagnostics
) -> bool:
    """Whether packets come from one element, which is the named one if any; report if not."""
    what, given = arg.element_class, e.arguments[arg.name].element
    c = found.waits
    if c is not None:
        diags.error(
            "PM0887",
            f"'{e.label}': packets wait between {what} and here, and another worker may take them",
            e.span,
            notes=(Note(f"packets wait in '{graph.elements[c.source.element].label}'", c.span),),
            hint=f"put {what} behind it",
        )
        return False
    if not found.elements:
        diags.error(
            "PM0885",
            f"'{e.label}': no packet that comes here has come through a {what}",
            e.span,
            hint=f"put {what} in front of it",
        )
        return False
    others = [name for name in found.elements if name != (given or found.elements[0])]
    if others:
        names = " and ".join(f"'{name}'" for name in found.elements)
        meant = f", not only of '{given}'" if given in found.elements else ""
        meant = f", not of '{given}'" if given and not meant else meant
        diags.error(
            "PM0886",
            f"'{e.label}': packets come here with the flows of {names}{meant}",
            e.span,
            notes=tuple(
                Note(f"'{name}' is declared here", graph.elements[name].span)
                for name in found.elements
            ),
            hint=f"let packets of one {what} come here; behind each have an element of its own",
        )
    return not others


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """The elements of a class through which packets come last, and where they wait behind them."""

    elements: tuple[str, ...]
    waits: Connection | None = None


def _before(graph: PipelineGraph, e: Element, class_name: str | None) -> _Before:
    """Go back from an element on all ways, up to elements of a class."""
    elements: set[str] = set()
    todo: list[tuple[Connection, Connection | None]] = [(c, None) for c in graph.incoming(e.name)]
    seen: set[tuple[Port, bool]] = set()
    while todo:
        c, waits = todo.pop()
        if not graph.is_push(c):
            waits = c
        if (c.source, waits is not None) in seen:
            continue
        seen.add((c.source, waits is not None))
        source = graph.elements[c.source.element]
        if source.spec.name != class_name:
            todo += [(incoming, waits) for incoming in _into(graph, source, c.source.number)]
            continue
        elements.add(source.name)
        if waits is not None:
            return _Before(elements=tuple(elements), waits=waits)
    return _Before(elements=tuple(sorted(elements)))


def _into(graph: PipelineGraph, element: Element, output: int) -> Iterator[Connection]:
    """The connections by which packets may come that leave on an output."""
    for c in graph.incoming(element.name):
        if flows(element, c.target.number, output):
            yield c


def _sized(graph: PipelineGraph, e: Element) -> dict[str, Value]:
    """Return the arguments with what they touch: as much as the elements that they name."""
    arguments = dict(e.arguments)
    for arg in e.spec.arguments:
        if arg.sized:
            size = _size(graph, arguments[arg.name].element)
            arguments[arg.name] = replace(arguments[arg.name], footprint=size)
    return arguments


def _size(graph: PipelineGraph, name: str | None) -> int:
    """Return the bytes that arguments of an element say it touches; a name that stands in for
    another counts as that.
    """
    if name is None:
        return 0
    e = graph.elements[name]
    own = sum(
        arg.footprint * max(0, int(e.arguments[arg.name].text))
        for arg in e.spec.arguments
        if arg.footprint
    )
    named = (e.arguments[arg.name].element for arg in e.spec.arguments if arg.sized)
    return own + sum(_size(graph, other) for other in named if other != name)
