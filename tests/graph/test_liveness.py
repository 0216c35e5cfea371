"""Which metadata is still read, seen from each element."""

from __future__ import annotations

from pmill.graph import field_bits, field_names, live_at_entry
from pmill.options import CompileOptions
from pmill.passes import run
from tests.passes.kit import graph_of


def live(text: str, level: int = 3) -> dict[str, set[str]]:
    graph = run(graph_of(text), CompileOptions(level=level))[-1].graph
    found = live_at_entry(graph)
    return {e: {n for n in field_names() if field_bits([n]) & bits} for e, bits in found.items()}


def test_a_field_lives_up_to_its_last_reader() -> None:
    found = live("InfiniteSource -> a :: Counter -> c :: CheckPaint(1) -> d :: Discard;")
    assert "paint" in found["a"]
    assert "paint" in found["c"]
    assert found["d"] == set()


def test_either_output_may_read() -> None:
    found = live(
        "InfiniteSource -> s :: RoundRobinSwitch; s[0] -> Discard;"
        "s[1] -> IPFragmenter(60) -> PaintSwitch -> Discard; s[2] -> Discard;"
    )
    assert "paint" in found["s"]


def test_round_a_cycle() -> None:
    found = live(
        "InfiniteSource -> n :: Null -> t :: Tee -> o :: Null -> n; t[1] -> DropBroadcasts -> Discard;"
    )
    assert "type" in found["o"]


def test_what_makes_new_packets_lets_nothing_through() -> None:
    text = (
        "FromDump(x) -> CheckIPHeader(14) -> ttl :: DecIPTTL -> Discard;"
        "ttl[1] -> e :: ICMPError(10.0.0.1, {type}) -> DropBroadcasts -> CheckPaint(1) -> Discard;"
    )
    assert live(text.format(type="timeexceeded"))["e"] == {"network", "type"}
    assert live(text.format(type="redirect"))["e"] == {"network", "type", "dst_ip"}
    assert live(text.format(type="parameterproblem"))["e"] >= {"network", "type", "param"}
    assert "dst_ip" not in live(text.format(type="parameterproblem"))["e"]


def test_an_argument_known_only_later_may_name_any_annotation() -> None:
    found = live("InfiniteSource -> c :: CheckPaint(1, 5) -> Discard;", level=0)
    assert found["c"] == set(field_names())
    assert live("InfiniteSource -> c :: CheckPaint(1, 5) -> Discard;")["c"] == {"byte5"}
