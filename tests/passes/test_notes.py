"""What passes say of single places: every change is told, and what was refused has its reason."""

from __future__ import annotations

import pytest

from pmill.graph import PipelineGraph, connection_key
from pmill.options import CompileOptions
from pmill.passes import DEFAULT, Pass, run
from pmill.passes.devirtualize import Devirtualize
from pmill.passes.drop_dead_metadata import DropDeadMetadata
from pmill.passes.embed_constants import EmbedConstants
from pmill.passes.fuse_regions import FuseRegions
from pmill.passes.outline_cold import OutlineCold
from tests.conftest import ROOT
from tests.passes.kit import after, graph_of

EXAMPLES = sorted((ROOT / "examples").glob("*.click"))
CASES = sorted((ROOT / "tests" / "passes").glob("*/*.click"))


def told(text: str, name: str) -> list[str]:
    """The notes of one pass of the usual pipeline: `+ where: what was done`, `- where: why not`."""
    reports = {r.name: r for r in run(graph_of(text), CompileOptions())}
    notes = reports[name].notes(DEFAULT)
    return [f"{'+' if n.done else '-'} {n.where}: {n.text}" for n in notes]


def alone(text: str, *passes: Pass) -> list[str]:
    """The notes of the last of some passes, which run without the others."""
    graph = after(text, *passes[:-1])
    notes = passes[-1].notes(graph, passes[-1].run(graph))
    return [f"{'+' if n.done else '-'} {n.where}: {n.text}" for n in notes]


def changed(before: PipelineGraph, later: PipelineGraph) -> set[str]:
    """What is not as it was: elements that are gone or frozen, connections with another call."""
    was = {(c.source, c.target): c.call for c in before.connections}
    found = set(before.elements) - set(later.elements)
    found |= {n for n, e in later.elements.items() if e.arguments and e != before.elements[n]}
    return found | {
        connection_key(later, c)
        for c in later.connections
        if was.get((c.source, c.target), c.call) != c.call
    }


@pytest.mark.parametrize("path", [*EXAMPLES, *CASES], ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_every_change_has_a_note_and_every_note_a_place(path) -> None:
    for report in run(graph_of(path.read_text()), CompileOptions()):
        before, after = report.before, report.graph
        notes = report.notes(DEFAULT)
        keys = {connection_key(g, c) for g in (before, after) for c in g.connections}
        assert {n.where for n in notes} <= {*before.elements, *keys}, report.name
        assert changed(before, after) <= {n.where for n in notes}, report.name
        assert all(n.text and "\n" not in n.text for n in notes)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_calls_that_stay_are_refused_somewhere(path) -> None:
    """A push connection that is not inlined at the end has a reason."""
    reports = run(graph_of(path.read_text()), CompileOptions())
    final = reports[-1].graph
    refused = {n.where for r in reports for n in r.notes(DEFAULT) if not n.done}
    left = {connection_key(final, c) for c in final.connections if c.call in ("outlined", "cold")}
    assert left <= refused


def test_a_pass_that_did_not_run_says_nothing() -> None:
    options = CompileOptions(level=0)
    graph = graph_of("InfiniteSource -> Paint(1) -> Discard;")
    reports = run(graph, options)
    assert [r.notes(DEFAULT) for r in reports] == [()] * len(DEFAULT)
    assert all(r.before == graph for r in reports)


def test_what_no_packet_reaches() -> None:
    text = (
        "InfiniteSource -> a :: Switch(0) -> Discard; Idle -> x :: Counter -> Discard;"
        "Idle -> y :: Counter -> Discard; Script(read y.count);"
    )
    notes = told(text, "remove_unreachable")
    assert "+ x: removed: no packet reaches it" in notes
    assert "- y: stays: no packet reaches it, but Script@10 names it" in notes
    assert "- Idle@7: stays: no packet reaches it, but a port of y leads here" in notes


def test_what_only_passes_packets_on() -> None:
    text = (
        "InfiniteSource -> a :: Null -> b :: Null -> t :: Tee -> c :: Null -> b; t[1] -> Discard;"
        "Script(read a.name);"
    )
    assert told(text, "bypass_nulls") == [
        "- a: stays: Script@7 names it",
        "- b: stays: a cycle closes here, which decides how often packets go round",
        "- c: stays: a cycle closes here, which decides how often packets go round",
    ]
    assert told("InfiniteSource -> n :: Null -> Discard;", "bypass_nulls") == [
        "+ n: left out: it only passes packets on"
    ]


def test_what_stays_changeable() -> None:
    text = (
        "s :: RatedSource(RATE !10, END_CALL p.color 4) -> p :: Paint(3) -> Strip(14) -> Discard;"
    )
    notes = told(text, "embed_constants")
    assert "+ Strip@3: constant: LENGTH" in notes
    assert "+ p: constant: 1 default" in notes
    assert "- s: RATE stays changeable: it is marked with a !" in notes
    assert "- p: COLOR stays changeable: s writes p.color" in notes
    text = "s :: InfiniteSource -> p :: Paint(3) -> Discard; Script(set a color, write p.$a 3);"
    notes = told(text, "embed_constants")
    assert "- p: COLOR stays changeable: Script@4 may write any handler: p.$a" in notes


def test_why_something_is_rarely_taken() -> None:
    text = "InfiniteSource -> MarkIPHeader -> t :: DecIPTTL -> Discard; t[1] -> e :: ICMPError(10.0.0.1, timeexceeded) -> Discard;"
    assert told(text, "outline_cold") == [
        "+ t[1]: rarely taken: DecIPTTL says so of its output 1",
        "+ e[0]: rarely taken: ICMPError says so of its output 0",
    ]


def test_fields_and_who_uses_them() -> None:
    text = "InfiniteSource -> p :: Paint(1) -> q :: Paint(2, 5) -> c :: CheckPaint(1) -> Discard;"
    notes = alone(text, EmbedConstants(), DropDeadMetadata())
    assert "- c: paint stays: read by c, written by p" in notes
    assert "+ q: byte5 has no place: written by q, read by nobody" in notes
    text = "InfiniteSource -> c :: CheckPaint(1) -> Discard;"
    assert "+ c: paint has no place: written by nobody, read by c" in told(
        text, "drop_dead_metadata"
    )


def test_an_annotation_that_is_chosen_at_run_time() -> None:
    text = "InfiniteSource -> p :: Paint(1, !5) -> Discard;"
    assert told(text, "drop_dead_metadata") == [
        "- p: every field stays: which annotation it uses is known only at run time"
    ]


def test_borders_of_regions() -> None:
    join = f"join :: Counter -> {'Counter -> ' * 40} Discard;"
    text = (
        f"{join} InfiniteSource -> s :: Switch(0); s[0] -> join; s[1] -> long :: Counter -> join;"
    )
    notes = alone(text, Devirtualize(), OutlineCold(), FuseRegions(budget=0))
    assert any(n.startswith("- long[0]: calls: ") for n in notes)
    text = "InfiniteSource -> a :: Counter -> t :: Tee -> a; t[1] -> Discard;"
    assert "- t[0]: calls: it closes a cycle" in told(text, "fuse_regions")
    text = "InfiniteSource -> q :: Queue -> u :: Unqueue -> Discard;"
    assert "+ [0]u: inlined: u takes q into its loop" in told(text, "fuse_regions")


def test_a_profile_knows_better() -> None:
    text = (
        "s :: InfiniteSource -> MarkIPHeader -> t :: DecIPTTL -> Discard; t[1] -> Discard;"
        "PassInfo(PACKETS s[0]=1000 MarkIPHeader@2[0]=1000 t[0]={0} t[1]={1});"
    )
    assert told(text.format(999, 1), "outline_cold") == [
        "+ t[1]: rarely taken: a profile counted 1 packet here"
    ]
    assert told(text.format(1, 999), "outline_cold") == [
        "+ t[0]: rarely taken: a profile counted 1 packet here",
        "- t[1]: not outlined: a profile counted 999 packets here",
    ]
