"""Which way most packets take where an element decides: the code lies there in one piece.

A processor fetches what follows faster than what it has to jump to, and a branch that is not taken
costs less than one that is. Nobody says in a configuration which packets are many; but a program is
mostly written about those, so the way behind which most of its code lies is taken for theirs. A
profile knows better. Where that is wrong, packets are as right, and a few jumps slower.
"""

from __future__ import annotations

from typing import Final

from pmill.graph import Connection, Element, PipelineGraph
from pmill.passes.weights import decides, weight

# So many times what lies behind any other output: TCP is not rarer than ICMP for less code.
_TIMES: Final = 2


def usual_output(graph: PipelineGraph, element: Element, cold: frozenset[str]) -> int | None:
    """Return the output that most packets take; None where none stands out, or nothing is inlined.

    `cold` are the elements that usual packets never reach.
    """
    ways = [c for c in graph.outgoing(element.name) if graph.is_push(c)]
    if len(ways) < 2 or not decides(element) or all(c.call != "inline" for c in ways):
        return None
    counted = [c.packets for c in ways if c.packets is not None]
    known = len(counted) == len(ways)
    sizes = counted if known else [_code_behind(graph, c, cold) for c in ways]
    second, most = sorted(sizes)[-2:]
    stands_out = most > 0 and most >= _TIMES * second
    return ways[sizes.index(most)].source.number if stands_out else None


def _code_behind(graph: PipelineGraph, way: Connection, cold: frozenset[str]) -> int:
    """How much code usual packets run behind a connection, each element counted once."""
    if way.call == "cold":
        return 0
    seen = {way.source.element}
    todo = [way.target.element]
    size = 0
    while todo:
        name = todo.pop()
        if name in seen or name in cold:
            continue
        seen.add(name)
        size += weight(graph.elements[name])
        todo += [
            c.target.element for c in graph.outgoing(name) if graph.is_push(c) and c.call != "cold"
        ]
    return size
