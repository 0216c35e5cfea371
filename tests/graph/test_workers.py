"""Which workers may come to an element, known before their number is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import stages
from pmill.elements import ElementLibrary
from pmill.graph import Meeting, PipelineGraph, meetings
from pmill.options import CompileOptions
from tests.elements.programs import refusal

EXTRA = Path(__file__).resolve().parent.parent / "workers" / "extra"


def graph_of(text: str, *keep: str) -> PipelineGraph:
    options = CompileOptions(include=(EXTRA,), keep=frozenset(keep))
    return stages(Source("test.click", text), options, Diagnostics())[0]


def met(text: str, *keep: str) -> dict[str, Meeting]:
    return meetings(graph_of(text, *keep))


def verdict(text: str, *keep: str) -> str:
    """The verdict on the element `x` of a configuration."""
    return met(text, *keep)["x"].verdict


TWO = "a :: InfiniteSource -> x :: {}; b :: InfiniteSource -> x -> Discard;"


@pytest.mark.parametrize(
    ("element", "wanted"),
    [
        ("Null", "alike"),
        ("CheckIPHeader", "alike"),
        ("Counter", "any"),
        ("RoundRobinSwitch", "each"),
        ("Serial", "one"),
        ("Secretive", "undeclared"),
    ],
)
def test_what_state_means_to_several(element: str, wanted: str) -> None:
    assert verdict(TWO.format(element)) == wanted
    assert verdict(f"{TWO.format(element)} StaticThreadSched(a 0, b 0);") == "alone"
    if element != "Serial":  # that one is refused
        assert verdict(f"{TWO.format(element)} StaticThreadSched(a 0, b 1);") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FromDPDKDevice(0) -> x :: Counter -> Discard;", "any"),
        ("d :: FromDPDKDevice(0) -> x :: Counter -> Discard; StaticThreadSched(d 0);", "alone"),
        ("a :: InfiniteSource -> x :: Counter -> Discard;", "alone"),
        ("FromDPDKDevice(0) -> x :: Queue -> Unqueue -> Discard;", "shared"),
        ("a :: InfiniteSource -> x :: Queue -> u :: Unqueue -> Discard;", "shared"),
        ("FromDPDKDevice(0) -> Queue -> Unqueue -> x :: Counter -> Discard;", "alone"),
        ("FromDPDKDevice(0) -> Queue -> x :: Counter -> Unqueue -> Discard;", "alone"),
        ("Idle -> x :: Counter -> Discard;", "nobody"),
    ],
)
def test_who_comes(text: str, wanted: str) -> None:
    assert verdict(text) == wanted


def test_what_is_refused_by_a_queue_goes_on_with_those_who_push() -> None:
    text = "a :: InfiniteSource -> q :: Queue -> u :: Unqueue -> Discard; q[1] -> x :: Counter -> Discard;"
    (way,) = met(text)["x"].ways
    assert way.elements == ("a", "q", "x")


def test_what_is_refused_while_it_is_pulled_goes_on_with_who_pulls() -> None:
    text = (
        "a :: InfiniteSource -> q :: Queue -> p :: CheckPaint(1) -> u :: Unqueue -> Discard;"
        "p[1] -> x :: Counter -> Discard;"
    )
    (way,) = met(text)["x"].ways
    assert way.elements == ("u", "p", "x")


def test_what_does_not_flow_through_an_element_does_not_come() -> None:
    """What the kernel sends does not come from what is sent to the kernel."""
    text = (
        "a :: InfiniteSource -> k :: KernelTap(10.0.0.1/24) -> x :: Counter -> Discard;"
        "StaticThreadSched(a 1, k 0);"
    )
    assert [way.task for way in met(text)["x"].ways] == ["k"]
    assert [way.task for way in met(text)["k"].ways] == ["a", "k"]


def test_what_a_device_pulls_one_worker_pulls() -> None:
    """Every worker receives from the device, and the first sends what is queued for it."""
    text = (
        "a :: InfiniteSource -> q :: Queue -> x :: Serial -> k :: KernelTap(10.0.0.1/24)"
        " -> y :: Counter -> Discard; b :: InfiniteSource -> y; {}"
    )
    found = met(text.format(""))
    assert (found["x"].verdict, found["k"].verdict, found["y"].verdict) == ("alone", "any", "any")
    assert [way.elements for way in found["x"].ways] == [("k", "x")]
    placed = met(text.format("StaticThreadSched(k 1, b 1);"))
    assert {placed[name].verdict for name in "xky"} == {"alone"}


def test_elements_that_arguments_name_are_come_to() -> None:
    querier = "ARPQuerier(10.0.0.{0}/24, 02:00:00:00:00:0{0}, TABLE x)"
    text = "".join(
        f"s{n} :: InfiniteSource -> SetIPAddress(10.0.0.9) -> [0] q{n} :: {querier.format(n)}"
        f" -> Discard; Idle -> [1] q{n};"
        for n in (1, 2)
    )
    x = met(f"x :: ARPTable; {text}")["x"]
    assert x.verdict == "shared"
    assert [way.elements[-2:] for way in x.ways] == [("q1", "x"), ("q2", "x")]


def test_a_placement_that_can_be_changed_is_none() -> None:
    text = "a :: InfiniteSource -> x :: Counter; b :: InfiniteSource -> x -> Discard;"
    placed = f"{text} StaticThreadSched(a 0, b 0);"
    assert verdict(placed) == "alone"
    assert verdict(placed, "b.home_thread") == "any"


def test_two_placed_workers_are_refused_with_their_ways() -> None:
    packets = "s :: Script(TYPE PACKET, return 0); a :: InfiniteSource -> s; b :: InfiniteSource"
    text = f"{packets} -> c :: Counter -> s -> Discard; StaticThreadSched(a 0, b {{}});"
    said = refusal(text.format(1))
    assert "error[PM0870]: 's :: Script' serves one worker" in said
    assert "worker 0 comes by a -> s" in said
    assert "worker 1 comes by b -> c -> s" in said
    assert "place a and b on one worker" in said
    graph_of(text.format(0))
    graph_of(text.format(-1))  # the last one, which may be the first


def test_every_element_says_what_its_state_is_to_several_workers() -> None:
    """A state that is more than counters means something, and its header says what."""
    for spec in ElementLibrary.load((), Diagnostics()).values():
        assert not spec.stateful or spec.shared or spec.workers, spec.name
        assert not (spec.shared and spec.workers), f"{spec.name}: there is one state"
