"""Which elements packets usually reach: a fact that passes share."""

from __future__ import annotations

from pmill.graph import Connection, Element, PipelineGraph
from pmill.graph import is_rare as is_rare_by_profile


def cold_elements(graph: PipelineGraph) -> frozenset[str]:
    """Return the elements that sources reach through cold connections only.

    A border that waits for its burst may be one that packets rarely come to, too.
    """
    rare = rare_elements(graph) if any(c.call == "staged" for c in graph.connections) else None
    hot: set[str] = set()
    todo = [e.name for e in graph.elements.values() if e.spec.source]
    while todo:
        name = todo.pop()
        if name in hot:
            continue
        hot.add(name)
        todo += [
            c.target.element
            for c in graph.outgoing(name)
            if c.call != "cold"
            and not (c.call == "staged" and rare is not None and is_rare(graph, c, rare))
        ]
    return frozenset(n for n in graph.elements if n not in hot)


def runs_on(graph: PipelineGraph, c: Connection, cold: frozenset[str]) -> bool:
    """Whether what is behind a border is also inlined in front, for packets that need not wait.

    Not where others come to it, too: then they call one copy. Nor where packets rarely come.
    """
    if c.call != "staged" or c.target.element in cold or c.source.element in cold:
        return False
    return all(
        other == c or other.source.element in cold
        for other in graph.incoming(c.target.element)
        if other.target == c.target and other.call == "staged"
    )


def rare_elements(graph: PipelineGraph) -> frozenset[str]:
    """Return the elements whose packets all take ways that are rarely taken."""
    rare: set[str] = set()
    for name in graph.postorder:  # what lies behind is known
        element = graph.elements[name]
        if _ends_cold(element) or (
            element.spec.clones and any(c.target.element in rare for c in graph.outgoing(name))
        ):
            rare.add(name)
    return frozenset(rare)


def is_rare(graph: PipelineGraph, connection: Connection, rare: frozenset[str]) -> bool:
    """Whether packets rarely take a connection, as a profile says, or else the specs do.

    `rare`: what rare_elements says.
    """
    counted = is_rare_by_profile(graph, connection)
    if counted is not None:
        return counted
    source = graph.elements[connection.source.element]
    target = graph.elements[connection.target.element]
    if connection.source.number in source.spec.cold or _ends_cold(target):
        return True
    is_choice = len(source.outputs) > 1 and not source.spec.clones
    return is_choice and target.name in rare


def _ends_cold(element: Element) -> bool:
    return bool(element.outputs) and set(element.spec.cold) >= set(range(len(element.outputs)))
