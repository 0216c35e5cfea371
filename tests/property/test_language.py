"""What holds for every configuration: printing and flattening change nothing."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse, compile_config, flat_config
from pmill.graph import PipelineGraph
from pmill.options import CompileOptions
from pmill.syntax import flat_text, parse, unparse
from tests.property.configurations import configurations

RELAXED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
COMMENT = re.compile(r" *//.*")
# The configuration itself is in the program, for the handler `config`.
TEXT = re.compile(r'^ +(".*"|, \d+\};)\n', re.MULTILINE)


def flattened(text: str) -> str:
    diags = Diagnostics()
    flat, _ = flat_config(Source("x.click", text), CompileOptions(), diags)
    assert not diags.has_errors, [str(d) for d in diags]
    return flat_text(flat)


def graph_of(text: str) -> PipelineGraph:
    return analyse(Source("x.click", text), CompileOptions(), Diagnostics())


def meaning(graph: PipelineGraph) -> list[object]:
    """Return what a graph says, without the places where it was said."""
    elements: list[object] = [
        (e.name, e.spec.name, e.config, e.inputs, e.outputs, e.home, e.tickets)
        for e in graph.elements.values()
    ]
    values = [
        {name: (v.cpp, v.text, v.count) for name, v in e.arguments.items()}
        for e in graph.elements.values()
    ]
    connections = sorted((c.source, c.target) for c in graph.connections)
    return [*elements, *values, *connections]


def code_of(text: str) -> str:
    product = compile_config(Source("x.click", text), CompileOptions(), Diagnostics(), emit="cpp")
    assert product.data is not None
    return TEXT.sub("", COMMENT.sub("", product.data.decode()))


@given(configurations())
@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
def test_printing_a_tree_changes_nothing(text: str) -> None:
    diags = Diagnostics()
    tree = parse(Source("x.click", text), diags)
    assert not diags.has_errors, [str(d) for d in diags]
    assert parse(Source("x.click", unparse(tree)), diags) == tree
    assert meaning(graph_of(unparse(tree))) == meaning(graph_of(text))


@given(configurations())
@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
def test_flattening_twice_is_flattening_once(text: str) -> None:
    once = flattened(text)
    assert flattened(once) == once


@given(configurations())
@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
def test_a_flat_configuration_means_the_same(text: str) -> None:
    assert meaning(graph_of(flattened(text))) == meaning(graph_of(text))


@given(configurations())
@settings(max_examples=15, deadline=None, suppress_health_check=RELAXED)
def test_a_flat_configuration_becomes_the_same_code(text: str) -> None:
    assert code_of(flattened(text)) == code_of(text)
