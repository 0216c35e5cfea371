"""What is true of every pass, and the cases of each: a configuration and the graph after the pass."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.graph import PipelineGraph, print_graph, verify
from pmill.options import CompileOptions
from pmill.passes import DEFAULT, Pass, PassNote, pipeline, run
from tests.conftest import ROOT, Golden
from tests.passes.kit import EXTRA, graph_of, placeless

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*.click"))
EXAMPLES = sorted((ROOT / "examples").glob("*.click"))
PASSES = {p.name: p for p in DEFAULT}
NAMES = list(PASSES)


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def before(p: Pass, graph: PipelineGraph) -> PipelineGraph:
    """Return what a pass gets to see in the default pipeline."""
    reports = run(graph, CompileOptions(), DEFAULT[: DEFAULT.index(p)])
    return reports[-1].graph if reports else graph


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_case(case: Path, golden: Golden) -> None:
    p = PASSES[case.parent.name]
    source = Source(case.name, case.read_text())
    options = CompileOptions(include=EXTRA)
    printed = compile_config(source, options, Diagnostics(), emit=f"graph@{p.name}").data
    assert printed is not None
    graph = before(p, graph_of(source.text, case.name))
    golden(
        case.with_suffix(".expect"),
        f"// {p.name}: {p.explain(graph, p.run(graph))}\n{printed.decode()}",
    )


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_second_run_changes_nothing(case: Path) -> None:
    p = PASSES[case.parent.name]
    once = p.run(before(p, graph_of(case.read_text())))
    assert p.run(once) == once


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_printed_result_is_left_as_it_is(case: Path) -> None:
    p = PASSES[case.parent.name]
    applied = graph_of(case.with_suffix(".expect").read_text())
    assert p.run(applied) == applied


@pytest.mark.parametrize("name", NAMES)
def test_there_are_cases(name: str) -> None:
    cases = {path.stem for path in (HERE / name).glob("*.click")}
    assert {"applies", "applies_not"} <= cases


@pytest.mark.parametrize("name", NAMES)
def test_a_case_where_the_pass_does_not_apply(name: str) -> None:
    text = (HERE / name / "applies_not.click").read_text()
    graph = before(PASSES[name], graph_of(text))
    changed = PASSES[name].run(graph)
    assert (changed.elements, changed.connections) == (graph.elements, graph.connections)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_where_the_pass_applies(name: str) -> None:
    text = (HERE / name / "applies.click").read_text()
    graph = before(PASSES[name], graph_of(text))
    assert PASSES[name].run(graph) != graph


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_every_printed_graph_reads_back(example: Path) -> None:
    graph = graph_of(example.read_text(), example.name)
    for report in run(graph, CompileOptions()):
        assert report.ran, f"{report.name}: {report.summary}"
        again = graph_of(print_graph(report.graph))
        assert placeless(again) == placeless(report.graph), report.name
        assert verify(again) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_passes_leave_their_input_alone(example: Path) -> None:
    graph = graph_of(example.read_text(), example.name)
    for p in DEFAULT:
        untouched = (dict(graph.elements), graph.connections, graph.live, print_graph(graph))
        changed = p.run(graph)
        assert untouched == (
            dict(graph.elements),
            graph.connections,
            graph.live,
            print_graph(graph),
        ), p.name
        assert p.run(changed) == changed, f"{p.name} is not idempotent"
        line = p.explain(graph, changed)
        assert line, p.name
        assert "\n" not in line, p.name
        graph = changed


@pytest.mark.parametrize("off", NAMES)
def test_a_disabled_pass_is_left_out(off: str) -> None:
    graph = graph_of((ROOT / "examples" / "capture.click").read_text())
    reports = {r.name: r for r in run(graph, CompileOptions(disabled=frozenset([off])))}
    assert list(reports) == NAMES
    assert not reports[off].ran
    assert reports[off].summary == "off: --disable-pass"
    missing = {off}
    for p in DEFAULT:
        if needed := [name for name in p.requires if name in missing]:
            missing.add(p.name)
            assert not reports[p.name].ran
            assert reports[p.name].summary == f"off: needs {', '.join(needed)}"
        elif p.name != off:
            assert reports[p.name].ran, f"{p.name}: {reports[p.name].summary}"
    position = NAMES.index(off)
    assert reports[off].graph == (reports[NAMES[position - 1]].graph if position else graph)


def test_something_requires_something() -> None:
    assert {name for p in DEFAULT for name in p.requires} == {
        "devirtualize",
        "drop_dead_metadata",
        "embed_constants",
    }


@pytest.mark.parametrize("level", range(4))
def test_levels_choose_passes(level: int) -> None:
    graph = graph_of((ROOT / "examples" / "capture.click").read_text())
    for p, report in zip(DEFAULT, run(graph, CompileOptions(level=level)), strict=True):
        assert report.ran == (p.level <= level)
        if not report.ran:
            assert report.summary == f"off: needs -O{p.level}"
    assert level > 0 or report.graph == graph


def test_the_order_is_explained_and_keeps_its_promises() -> None:
    text = inspect.getsource(pipeline)
    entries = re.search(r"^DEFAULT: .*? = \(\n(.*?)^\)", text, re.M | re.S)
    assert entries is not None
    lines = entries[1].splitlines()
    assert len(lines) == len(DEFAULT)
    for line, p in zip(lines, DEFAULT, strict=True):
        assert line.strip().startswith(f"{type(p).__name__}(),  # "), line
    assert len(set(NAMES)) == len(NAMES)
    for at, p in enumerate(DEFAULT):
        assert set(p.requires) <= set(NAMES[:at]), f"{p.name} comes before what it requires"
        assert all(PASSES[name].level <= p.level for name in p.requires)


@pytest.mark.parametrize("name", NAMES)
def test_a_pass_is_documented(name: str) -> None:
    p = PASSES[name]
    module = sys.modules[type(p).__module__]
    assert Path(module.__file__ or "").stem == name
    doc = (module.__doc__ or "").lower()
    assert "before" in doc
    assert "after" in doc
    assert "applied" in doc or "border" in doc  # where it does not apply
    assert type(p).__doc__


def test_a_pass_that_breaks_the_graph_is_named() -> None:
    class Breaks:
        name, level, requires = "breaks", 0, ()

        def run(self, graph: PipelineGraph) -> PipelineGraph:
            return graph.with_connections(graph.connections[1:])

        def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
            return ()

        def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
            return "broke it"

    graph = graph_of("InfiniteSource -> Null -> Discard;")
    with pytest.raises(AssertionError, match=r"pass breaks broke the graph: .* unused"):
        run(graph, CompileOptions(), [Breaks()])
