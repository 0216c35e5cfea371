"""Graphs of configurations given as text, over pmill's own elements, and what passes make of them."""

from __future__ import annotations

from dataclasses import replace

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.graph import PipelineGraph, connection_key
from pmill.options import CompileOptions
from pmill.passes import Pass
from tests.conftest import ROOT
from tests.elaborate.kit import HERE

# Elements that only tests have: a lookup in two steps.
EXTRA = (ROOT / "tests" / "elements" / "extra",)


def graph_of(text: str, name: str = "test.click") -> PipelineGraph:
    """Return the graph of a configuration before any pass."""
    return analyse(Source(name, text), CompileOptions(include=EXTRA), Diagnostics())


def after(text: str, *passes: Pass) -> PipelineGraph:
    """Return the graph of a configuration after these passes alone."""
    graph = graph_of(text)
    for p in passes:
        graph = p.run(graph)
    return graph


def calls(graph: PipelineGraph) -> dict[str, str]:
    """Return how packets cross each connection, by its active end: `a[0]`."""
    return {connection_key(graph, c): c.call for c in graph.connections}


def edges(graph: PipelineGraph) -> list[str]:
    """Return the back edges as `a[0] -> [0]b`, sorted."""
    return sorted(
        f"{a.element}[{a.number}] -> [{b.number}]{b.element}" for a, b in graph.back_edges
    )


def placeless(graph: PipelineGraph) -> PipelineGraph:
    """Forget where things were written: a printed graph stands elsewhere."""
    return replace(
        graph,
        source_name="",
        elements={n: replace(e, span=HERE) for n, e in graph.elements.items()},
        connections=tuple(replace(c, span=HERE) for c in graph.connections),
    )
