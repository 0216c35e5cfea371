"""Which elements packets usually reach: a fact that passes share."""

from __future__ import annotations

from pmill.graph import PipelineGraph


def cold_elements(graph: PipelineGraph) -> frozenset[str]:
    """Return the elements that sources reach through cold connections only."""
    hot: set[str] = set()
    todo = [e.name for e in graph.elements.values() if e.spec.source]
    while todo:
        name = todo.pop()
        if name in hot:
            continue
        hot.add(name)
        todo += [c.target.element for c in graph.outgoing(name) if c.call != "cold"]
    return frozenset(n for n in graph.elements if n not in hot)
