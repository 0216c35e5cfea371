"""Where packets come from, as far as lookups may rely on it or guess by it."""

from __future__ import annotations

from pmill.graph import Element, PipelineGraph


def follows(graph: PipelineGraph, element: Element) -> bool:
    """Whether all packets of an element come straight from output 0 of one that it names.

    That is the element of an argument tagged `@before`. Nothing is between them, no element, no
    queue, so what that one found out about a packet holds of it still; on other outputs is what it
    has found out nothing about. Objects on the heap are connected when the program starts, and know
    nothing of each other.
    """
    named = {
        element.arguments[arg.name].element for arg in element.spec.arguments if arg.before
    } - {None}
    ways = graph.incoming(element.name)
    return (
        len(named) == 1
        and bool(ways)
        and all(
            c.source.element in named
            and c.source.number == 0
            and graph.is_push(c)
            and c.call != "virtual"
            for c in ways
        )
    )


def foreseen(graph: PipelineGraph, source: Element, cold: frozenset[str]) -> tuple[str, ...]:
    """Return the lookups that guess at the frames of a source: the borders they come to first.

    Only a source that every worker runs for queues of its own receives frames, a burst at a time.
    """
    if not (source.spec.source and source.spec.everywhere):
        return ()
    found: dict[str, None] = {}
    seen, todo = {source.name}, [source.name]
    while todo:
        for c in graph.outgoing(todo.pop()):
            target = graph.elements[c.target.element]
            if target.name in seen or target.name in cold or not graph.is_push(c):
                continue
            seen.add(target.name)
            if c.call == "staged" and target.spec.foresees:
                found[target.name] = None
            else:
                todo.append(target.name)
    return tuple(found)
