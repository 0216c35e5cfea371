"""Arguments that name an element in front of theirs."""

from __future__ import annotations

import pytest

from pmill.graph import PipelineGraph, print_graph
from pmill.options import CompileOptions
from pmill.passes import run
from tests.elements.programs import refusal
from tests.passes.kit import graph_of, placeless

M = "FlowIPManagerIMP"
SOURCE = "InfiniteSource -> MarkIPHeader"


def manager_of(graph: PipelineGraph, name: str) -> str | None:
    return graph.elements[name].arguments["manager"].element


def test_the_one_in_front_is_named() -> None:
    graph = graph_of(f"{SOURCE} -> m :: {M} -> Null -> c :: FlowCounter -> Discard;")
    assert manager_of(graph, "c") == "m"
    assert graph.elements["c"].config == "MANAGER m"
    again = graph_of(print_graph(graph))
    assert placeless(again) == placeless(graph)


def test_the_last_one_counts() -> None:
    graph = graph_of(f"{SOURCE} -> {M} -> last :: {M} -> c :: FlowCounter -> Discard;")
    assert manager_of(graph, "c") == "last"
    refused = refusal(f"{SOURCE} -> first :: {M} -> {M} -> FlowCounter(MANAGER first) -> Discard;")
    assert "PM0886" in refused


def test_in_compounds() -> None:
    graph = graph_of(
        f"elementclass Way {{ input -> m :: {M} -> c :: FlowCounter -> output }}"
        f"{SOURCE} -> a :: Way -> b :: Way -> c :: FlowCounter -> Discard;"
    )
    found = [manager_of(graph, name) for name in ("a/c", "b/c", "c")]
    assert found == ["a/m", "b/m", "b/m"]
    again = graph_of(print_graph(graph))
    assert [manager_of(again, name) for name in ("a/c", "b/c", "c")] == found


@pytest.mark.parametrize(
    "ways",
    [
        f"{SOURCE} -> s :: Switch -> m :: {M} -> c; s[1] -> m; m[1] -> c;",
        f"{SOURCE} -> m :: {M} -> t :: Tee(2) -> c; t[1] -> Null -> c;",
        f"{SOURCE} -> m :: {M} -> c; {SOURCE} -> c;",  # no flow, which an element can tell
        f"{SOURCE} -> m :: {M} -> c; c[0] -> Null -> c;",
    ],
)
def test_on_all_ways(ways: str) -> None:
    end = "" if "c[0]" in ways else " c -> Discard;"
    assert manager_of(graph_of(f"c :: FlowCounter; {ways}{end}"), "c") == "m"


def test_what_does_not_come_from_there() -> None:
    """Responses end in an ARPQuerier: what came through a manager does not leave it."""
    arp = "arp :: ARPQuerier(10.0.0.1, 02:00:00:00:00:01)"
    text = f"{arp}; {SOURCE} -> {M} -> [1] arp; {SOURCE} -> arp -> FlowCounter -> Discard;"
    assert "PM0885" in refusal(text)


def test_it_holds_as_much_as_the_named_one() -> None:
    graph = graph_of(
        f"{SOURCE} -> m :: {M}(100000) -> n :: FlowIPNAT(192.0.2.1) -> Discard;"
        f"{SOURCE} -> r :: FlowIPNATReverse(n) -> Discard;"
    )
    for name, argument in (("n", "manager"), ("r", "nat")):
        assert graph.elements[name].arguments[argument].footprint == 6_400_000


def test_large_tables_are_looked_up_by_bursts() -> None:
    """The manager and who keeps something for each flow are in stages of their own."""
    text = f"""
FromDump(in.pcap) -> MarkIPHeader -> m :: {M}(CAPACITY {{}}) -> n :: FlowIPNAT(192.0.2.1)
  -> c :: FlowCounter -> Discard;
"""
    for capacity, calls in ((1_000_000, {"m", "n", "c"}), (1000, set())):
        graph = run(graph_of(text.format(capacity)), CompileOptions())[-1].graph
        staged = {c.target.element for c in graph.connections if c.call == "staged"}
        assert staged == calls
