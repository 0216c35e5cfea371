"""Arguments that name other elements."""

from __future__ import annotations

import pytest

from pmill.emit import lower, render
from pmill.graph import PipelineGraph, print_graph
from pmill.options import CompileOptions
from pmill.passes import run
from tests.elements.programs import refusal
from tests.passes.kit import graph_of, placeless

QUERIER = "ARPQuerier(10.0.0.1, 02:00:00:00:00:01, TABLE {})"
WAY = "InfiniteSource -> {0} :: {1} -> Discard; Idle -> [1] {0};"


def named(graph: PipelineGraph, user: str) -> str | None:
    return graph.elements[user].arguments["table"].element


def test_an_element_may_be_declared_later() -> None:
    graph = graph_of(WAY.format("q", QUERIER.format("t")) + "t :: ARPTable;")
    assert named(graph, "q") == "t"
    assert graph.elements["q"].references == ("t",)
    assert graph.elements["t"].references == ()


def test_without_a_name() -> None:
    graph = graph_of(WAY.format("q", "ARPQuerier(10.0.0.1, 02:00:00:00:00:01)"))
    assert named(graph, "q") is None
    assert graph.elements["q"].references == ()


@pytest.mark.parametrize(
    ("tables", "found"),
    [
        ("", "t"),
        ("a/t", "a/t"),
        ("a/b/t a/t", "a/b/t"),
        ("b/t", "t"),
        ("a/c/t", "t"),
    ],
)
def test_scopes(tables: str, found: str) -> None:
    declared = "".join(f"{name} :: ARPTable;" for name in ("t", *tables.split()))
    graph = graph_of(declared + WAY.format("a/b/q", QUERIER.format("t")))
    assert named(graph, "a/b/q") == found


def test_a_name_inside_of_a_compound() -> None:
    declared = "a/b/t :: ARPTable; t :: ARPTable;"
    graph = graph_of(declared + WAY.format("a/q", QUERIER.format("b/t")))
    assert named(graph, "a/q") == "a/b/t"


def test_compounds_bring_their_own() -> None:
    text = """t :: ARPTable; elementclass Lan {{ t :: ARPTable;
    input -> q :: {0} -> output; Idle -> [1] q; }}
    InfiniteSource -> x :: Lan -> y :: Lan -> z :: {0} -> Discard; Idle -> [1] z;"""
    graph = graph_of(text.format(QUERIER.format("t")))
    assert [named(graph, name) for name in ("x/q", "y/q", "z")] == ["x/t", "y/t", "t"]


def test_a_printed_graph_names_the_same() -> None:
    text = "a/t :: ARPTable; t :: ARPTable;" + WAY.format("a/q", QUERIER.format("t"))
    graph = graph_of(text)
    again = graph_of(print_graph(graph))
    assert placeless(again) == placeless(graph)
    assert named(again, "a/q") == "a/t"


@pytest.mark.parametrize("level", [0, 3])
def test_the_program_knows_the_instance(level: int) -> None:
    graph = graph_of(WAY.format("q", QUERIER.format("t")) + "t :: ARPTable;")
    text = render(lower(run(graph, CompileOptions(level=level))[-1].graph))
    reference = "ElementRef<ARPTable>::to<t_, Config>();"
    start = (
        "    args.table =" if level == 0 else "    static constexpr ElementRef<ARPTable> table ="
    )
    assert f"{start} {reference}\n" in text
    assert ";\nstruct Config;\n" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "x :: ARPTable;",
            ["PM0411", "TABLE: there is no element 't'", "declare it: t :: ARPTable"],
        ),
        ("tt :: ARPTable;", ["PM0411", "did you mean 'tt'?"]),
        ("t :: Idle -> Discard;", ["PM0412", "'t' is of class Idle, not ARPTable"]),
    ],
)
def test_wrong_names(text: str, words: list[str]) -> None:
    said = refusal(text + WAY.format("q", QUERIER.format("t")))
    for word in words:
        assert word in said


def test_no_name() -> None:
    assert "there is no element ''" in refusal(WAY.format("q", QUERIER.format('""')))


def test_an_unknown_class_is_reported_once() -> None:
    said = refusal("t :: Nonsense;" + WAY.format("q", QUERIER.format("t")))
    assert "unknown element class 'Nonsense'" in said
    assert "PM0411" not in said
    assert "PM0412" not in said
