"""What is decided before the text is printed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmill.emit import lower, render
from pmill.emit.lower import identifiers
from pmill.graph import PipelineGraph
from pmill.options import CompileOptions
from pmill.passes import run
from tests.elaborate import kit
from tests.passes.kit import graph_of

NAMES = st.lists(
    st.from_regex(r"\A[A-Za-z_@][A-Za-z0-9_@]{0,4}(/[A-Za-z0-9_@]{1,3}){0,2}\Z"), unique=True
)


@given(NAMES)
@settings(derandomize=True, max_examples=100, database=None)
def test_every_element_has_an_identifier_of_its_own(names: list[str]) -> None:
    found = identifiers(names)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    for ident in found.values():
        assert re.fullmatch(r"[A-Za-z]\w*", ident)  # a leading underscore is the compiler's
        assert "__" not in ident.rstrip("_")


@pytest.mark.parametrize(
    ("name", "ident"),
    [
        ("ttl", "ttl_"),
        ("in0/check", "in0_check_"),
        ("Strip@3", "Strip_3_"),
        ("int", "int_"),
        ("_x", "x_"),
        ("a//b", "a_b_"),
        ("9", "e9_"),
        ("___", "e_"),
    ],
)
def test_identifiers(name: str, ident: str) -> None:
    assert identifiers([name]) == {name: ident}


def test_identifiers_that_meet() -> None:
    assert list(identifiers(["a/b", "a_b", "a@b", "int", "int_"]).values()) == [
        "a_b_",
        "a_b_e_",
        "a_b_e_e_",
        "int_",
        "int_e_",
    ]


def plan_hops(graph: PipelineGraph, name: str) -> list[str]:
    return [hop.type for i in lower(graph).instances if i.name == name for hop in i.hops]


def test_an_output_that_leads_nowhere() -> None:
    graph = kit.graph_of(
        "s :: Source;\nw :: Switch(0);\nd :: Discard;\ne :: Discard;\ns -> w;\nw -> d;\nw[1] -> e;"
    )
    cut = graph.with_elements(e for e in graph.elements.values() if e.name != "d")
    assert plan_hops(cut, "w") == ["Unconnected", "Virtual<e_>"]
    text = render(lower(cut))
    assert "      Unconnected,  // [0] -> nothing\n      Virtual<e_>>;  // [1] -> e\n" in text


CYCLE = """\
FromDump(in.pcap) -> check :: CheckIPHeader(14) -> route :: Null -> ttl :: DecIPTTL -> Discard;
ttl[1] -> error :: ICMPError(10.0.0.1, timeexceeded) -> route;
"""


@pytest.mark.parametrize(
    ("level", "ttl", "error"),
    [
        (0, ["Virtual<Discard_5_>", "Virtual<error_>"], ["Back<Virtual<route_>>"]),
        (1, ["Direct<Discard_5_>", "Cold<error_>"], ["Back<Cold<route_>>"]),
        (2, ["Inline<Discard_5_>", "Cold<error_>"], ["Back<Cold<route_>>"]),
    ],
)
def test_hops(level: int, ttl: list[str], error: list[str]) -> None:
    graph = run(graph_of(CYCLE), CompileOptions(level=level))[-1].graph
    assert plan_hops(graph, "ttl") == ttl
    assert plan_hops(graph, "error") == error
    plan = lower(graph)
    assert plan.virtual_calls == (level == 0)
    assert plan.layout.in_memory == (level < 2)
    assert plan.layout.resizes


def test_packets_that_keep_their_extent() -> None:
    graph = run(graph_of("InfiniteSource -> Paint(1) -> Discard;"), CompileOptions())[-1].graph
    assert not lower(graph).layout.resizes


def test_live_fields_are_bits() -> None:
    graph = replace(graph_of("InfiniteSource -> Discard;"), live=frozenset(("paint", "network")))
    layout = lower(graph).layout
    assert layout.live_bits == 1 << 17 | 1 << 49
    assert layout.live_names == ("network", "paint")


def test_classes_are_described_once_and_sorted() -> None:
    plan = lower(graph_of("InfiniteSource -> Strip(1) -> Counter -> Strip(2) -> Discard;"))
    assert [c.name for c in plan.classes] == ["Counter", "Discard", "InfiniteSource", "Strip"]
    assert [i.location for i in plan.instances] == ["test.click:1"] * 5


def test_run_time_arguments_are_parsed() -> None:
    text = render(lower(graph_of('InfiniteSource -> p :: Print("a \\"b\\"", 3) -> Discard;')))
    assert r'parse(args.label, std::string_view("a \"b\"", 5));' in text
    assert 'parse(args.maxlength, std::string_view("3", 1));' in text
