"""What passes find out about a graph before they change it: cycles, heat, sizes, liveness."""

from __future__ import annotations

import re
from dataclasses import replace

import networkx as nx
import pytest

from pmill.graph import PipelineGraph, field_bits, layout, verify, with_packets
from pmill.passes.cut_stages import CutStages
from pmill.passes.devirtualize import Devirtualize
from pmill.passes.drop_dead_metadata import DropDeadMetadata
from pmill.passes.embed_constants import EmbedConstants
from pmill.passes.fuse_regions import FuseRegions
from pmill.passes.heat import cold_elements
from pmill.passes.metadata_layout import MetadataLayout
from pmill.passes.outline_cold import OutlineCold
from pmill.passes.remove_unreachable import RemoveUnreachable
from pmill.passes.weights import weight
from tests.conftest import ROOT
from tests.elaborate import kit
from tests.passes.kit import after, calls, edges, graph_of

EXAMPLES = sorted((ROOT / "examples").glob("*.click"))

# --- cycles ---------------------------------------------------------------------------------------


def test_a_chain_and_a_diamond_have_no_back_edges() -> None:
    assert edges(graph_of("InfiniteSource -> Null -> Discard;")) == []
    diamond = "InfiniteSource -> t :: Tee -> a :: Null -> join :: Null -> Discard; t[1] -> join;"
    assert edges(graph_of(diamond)) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("InfiniteSource -> a :: Null -> t :: Tee -> a; t[1] -> Discard;", ["t[0] -> [0]a"]),
        ("InfiniteSource -> t :: Tee -> t; t[1] -> Discard;", ["t[0] -> [0]t"]),
        # The source decides where a cycle begins, not the order of the elements in it.
        ("b :: Null -> a :: Tee -> b; a[1] -> Discard; InfiniteSource -> a;", ["b[0] -> [0]a"]),
        # Nothing leads into it: the first element of the configuration decides.
        ("b :: Null -> a :: Tee -> b; a[1] -> Discard;", ["a[0] -> [0]b"]),
        (
            "InfiniteSource -> a :: Null -> b :: Null -> t :: Tee; t[0] -> b; t[1] -> a; t[2] -> Discard;",
            ["t[0] -> [0]b", "t[1] -> [0]a"],
        ),
        # Two sources that enter the same cycle in two places: the first one decides.
        (
            "InfiniteSource -> a :: Null; InfiniteSource -> b :: Null;"
            "a -> b -> t :: Tee -> a; t[1] -> Discard;",
            ["t[0] -> [0]a"],
        ),
    ],
)
def test_back_edges(text: str, wanted: list[str]) -> None:
    assert edges(graph_of(text)) == wanted


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_back_edges_are_enough_and_none_too_many(example) -> None:
    graph = graph_of(example.read_text())
    forward = nx.MultiDiGraph(graph.nx)
    for a, b, key, connection in list(forward.edges(keys=True, data="connection")):
        if (connection.source, connection.target) in graph.back_edges:
            forward.remove_edge(a, b, key)
    assert nx.is_directed_acyclic_graph(forward)
    for source, target in graph.back_edges:
        assert nx.has_path(forward, target.element, source.element)
    assert bool(graph.back_edges) == (example.stem.startswith("router"))


def test_back_edges_are_the_same_at_every_level() -> None:
    """Where a cycle is cut decides how often a packet goes round, so passes must not move it."""
    text = (
        "Idle -> b :: Null; InfiniteSource -> a :: Counter -> t :: Tee -> b -> a; t[1] -> Discard;"
    )
    for p in (RemoveUnreachable(), EmbedConstants(), Devirtualize(), OutlineCold(), FuseRegions()):
        assert edges(after(text, p)) == edges(graph_of(text)), p.name


# --- heat -----------------------------------------------------------------------------------------

ROUND = """\
FromDump(in.pcap) -> check :: CheckIPHeader(14) -> route :: Null -> ttl :: DecIPTTL -> out :: Discard;
check[1] -> bad :: Counter -> waste :: Discard;
ttl[1] -> error :: ICMPError(10.0.0.1, timeexceeded) -> note :: Counter -> route;
"""


def test_what_only_cold_outputs_lead_to_is_cold() -> None:
    assert cold_elements(after(ROUND, Devirtualize())) == set()
    cold = cold_elements(after(ROUND, Devirtualize(), OutlineCold()))
    assert cold == {"bad", "waste", "error", "note"}


def test_what_hot_code_also_reaches_is_hot() -> None:
    text = "FromDump(in.pcap) -> c :: CheckIPHeader(14) -> n :: Null -> Discard; c[1] -> b :: Null -> n;"
    assert cold_elements(after(text, Devirtualize(), OutlineCold())) == {"b"}


def test_what_no_source_reaches_is_cold() -> None:
    text = "InfiniteSource -> Discard; i :: Idle -> n :: Null -> d :: Discard;"
    assert cold_elements(graph_of(text)) == {"i", "n", "d"}


# --- regions --------------------------------------------------------------------------------------


# Instructions of the elements below.
TRUNCATE, DISCARD, PAIR = 15, 10, 30


def arms(count: int, tail: int) -> str:
    """Several arms of a switch that meet in a tail of `tail` elements."""
    lines = ["join :: Truncate(60)" + " -> Truncate(60)" * (tail - 2) + " -> Discard;"]
    lines += ["FromDump(in.pcap) -> s :: Switch(0);"]
    lines += [f"s[{i}] -> arm{i} :: Null -> join;" for i in range(count)]
    return "\n".join(lines)


def fused(text: str, budget: int = 1000) -> dict[str, str]:
    return calls(after(text, Devirtualize(), OutlineCold(), FuseRegions(budget=budget)))


@pytest.mark.parametrize(("count", "tail"), [(2, 3), (2, 6), (3, 4), (5, 2)])
def test_a_join_is_shared_when_its_copies_exceed_the_budget(count: int, tail: int) -> None:
    added = ((tail - 1) * TRUNCATE + DISCARD) * (count - 1)
    inlined = fused(arms(count, tail), budget=added)
    assert set(inlined.values()) == {"inline"}
    shared = fused(arms(count, tail), budget=added - 1)
    assert {k for k, v in shared.items() if v == "outlined"} == {f"arm{i}[0]" for i in range(count)}
    assert {v for k, v in shared.items() if not k.startswith("arm")} == {"inline"}


def test_the_weights_are_those_of_the_tests() -> None:
    graph = graph_of("InfiniteSource -> t :: Truncate(60) -> d :: Discard;")
    assert [weight(graph.elements[n]) for n in ("t", "d")] == [TRUNCATE, DISCARD]
    assert weight(pair("i -> [1]p;").elements["p"]) == PAIR


def test_tables_that_become_code_weigh_more() -> None:
    def weighs(text: str) -> int:
        graph = after(f"InfiniteSource -> x :: {text} -> Discard;", EmbedConstants())
        return weight(graph.elements["x"])

    short, long = weighs("Classifier(12/0800)"), weighs("Classifier(12/0800 20/0001 30/01 31/02)")
    assert 0 < short < long
    routes = [
        weighs(f"StaticIPLookup({', '.join(f'10.{i}.0.0/16 0' for i in range(n))})")
        for n in (2, 9, 40)
    ]
    assert routes[0] < routes[1]
    assert routes[2] <= routes[0]  # a table, no code


def test_copies_of_all_joins_count_together() -> None:
    text = """\
    FromDump(in.pcap) -> s :: Switch(0);
    s[0] -> a :: Truncate(60) -> b :: Truncate(60) -> Truncate(60) -> Discard; s[1] -> a;
    s[2] -> c :: Truncate(60) -> Truncate(60) -> Discard; s[3] -> c;"""
    a, c = 3 * TRUNCATE + DISCARD, 2 * TRUNCATE + DISCARD
    assert "outlined" not in fused(text, a + c).values()
    # The join whose copies are most is called first.
    assert {k for k, v in fused(text, a + c - 1).items() if v == "outlined"} == {"s[0]", "s[1]"}
    assert {k for k, v in fused(text, c).items() if v == "outlined"} == {"s[0]", "s[1]"}
    assert sorted(k for k, v in fused(text, 0).items() if v == "outlined") == [
        f"s[{n}]" for n in range(4)
    ]


def test_copies_of_copies_count() -> None:
    text = """\
    FromDump(in.pcap) -> s :: Switch(0);
    s[0] -> a :: Truncate(60) -> t :: Switch(0); s[1] -> a;
    t[0] -> b :: Truncate(60) -> Discard; t[1] -> b;"""
    inner = TRUNCATE + DISCARD
    added = 3 * inner + TRUNCATE + 5  # four copies of the inner tail, two of the switch
    assert "outlined" not in fused(text, added).values()
    assert "outlined" in fused(text, added - 1).values()


def test_what_is_in_front_is_called_rather_than_what_is_behind() -> None:
    text = """\
    FromDump(in.pcap) -> s :: Switch(0);
    s[0] -> outer :: Truncate(60) -> t :: Switch(0); s[1] -> outer; s[2] -> outer;
    t[0] -> inner :: Truncate(60) -> Truncate(60) -> Truncate(60) -> Discard; t[1] -> inner;"""
    inner = 3 * TRUNCATE + DISCARD
    # Six copies of the inner join, three of the outer one, which bring along six of the inner.
    assert {k for k, v in fused(text, inner).items() if v == "outlined"} == {
        f"s[{n}]" for n in range(3)
    }


def test_a_profile_says_which_way_is_usual() -> None:
    text = """\
    FromDump(in.pcap) -> s :: Switch(0);
    s[0] -> join :: Truncate(60) -> Truncate(60) -> Discard;
    s[1] -> long :: Null -> join;"""
    graph = after(text, Devirtualize(), OutlineCold())
    few, many = {"s[0]": 10, "long[0]": 100}, {"s[0]": 100, "long[0]": 100}
    one = calls(FuseRegions().run(with_packets(graph, few)))
    assert (one["s[0]"], one["long[0]"]) == ("outlined", "inline")
    both = calls(FuseRegions().run(with_packets(graph, many)))
    assert (both["s[0]"], both["long[0]"]) == ("inline", "inline")


def test_where_packets_go_on_there_is_one_copy() -> None:
    """However many ways wait there; a way from behind the border that comes back calls it."""
    text = """\
    FromDump(in.pcap) -> s :: RoundRobinSwitch;
    s[0] -> Paint(1) -> t :: FarTable(ENTRIES 16777216) -> c :: Truncate(60) -> Truncate(60) -> Discard;
    s[1] -> Paint(2) -> t; t[1] -> c;"""
    found = calls(after(text, Devirtualize(), OutlineCold(), CutStages(), FuseRegions(budget=0)))
    assert found["s[0]"] == "inline"
    assert [k for k, v in found.items() if v == "staged"] == ["Paint@3[0]", "Paint@8[0]"]
    assert [k for k, v in found.items() if v == "outlined"] == ["t[0]", "t[1]"]


def test_it_tells_why_a_connection_is_no_part_of_a_region() -> None:
    text = """\
    FromDump(in.pcap) -> s :: Switch(0);
    s[0] -> join :: Truncate(60) -> Truncate(60) -> t :: Tee -> Discard; t[1] -> join;
    s[1] -> Null -> join;"""
    graph = after(text, Devirtualize(), OutlineCold())
    p = FuseRegions()
    told = {note.where: note.text for note in p.notes(graph, p.run(graph)) if not note.done}
    refused = {k for k, v in calls(p.run(graph)).items() if v == "outlined"}
    assert told.keys() == refused
    assert told["t[1]"] == "calls: it closes a cycle"
    (other,) = (text for where, text in told.items() if where != "t[1]")
    assert re.fullmatch(r"calls: about \d+ instructions are behind, and .* more often", other)


def test_a_shared_join_counts_for_nothing_in_front_of_it() -> None:
    text = """\
    FromDump(in.pcap) -> s :: Switch(0);
    s[0] -> outer :: Truncate(60) -> inner :: Truncate(60) -> Truncate(60) -> Truncate(60) -> Discard;
    s[1] -> outer; s[2] -> inner;"""
    # The shorter way to the inner join is s[2], so that one is inlined there and called by the
    # outer one: there are two of it, and a copy of the outer one costs only itself.
    inner = 3 * TRUNCATE + DISCARD
    found = fused(text, inner + TRUNCATE)
    assert {k for k, v in found.items() if v == "outlined"} == {"outer[0]"}


def test_the_longer_way_to_a_join_calls() -> None:
    text = """\
    FromDump(in.pcap) -> s :: Switch(0);
    s[0] -> join :: Truncate(60) -> Truncate(60) -> Truncate(60) -> Discard;
    s[1] -> Null -> join;"""
    found = {k for k, v in fused(text).items() if v == "outlined"}
    assert len(found) == 1
    assert not found & {"s[0]", "s[1]"}


def test_a_small_join_is_copied_on_every_way() -> None:
    text = """\
    FromDump(in.pcap) -> s :: Switch(0);
    s[0] -> join :: Null -> Discard;
    s[1] -> Null -> join;"""
    assert "outlined" not in fused(text).values()


def test_an_input_brings_along_what_it_leads_to() -> None:
    graph = kit.graph_of(
        "s :: Source;\nw :: Switch(0);\np :: Pair;\nd :: Discard;\ne :: Discard;\n"
        "s -> w;\nw -> p;\nw[1] -> p;\nw[2] -> [1]p;\np -> d;\np[1] -> e;"
    )
    graph = Devirtualize().run(graph)
    # Input 0 of a Pair brings along the Pair and the one Discard to which it leads.
    added = PAIR + DISCARD
    assert "outlined" not in calls(FuseRegions(budget=added).run(graph)).values()
    shared = calls(FuseRegions(budget=added - 1).run(graph))
    assert {k for k, v in shared.items() if v == "outlined"} == {"w[0]", "w[1]"}


def test_connections_to_different_inputs_do_not_meet() -> None:
    graph = kit.graph_of(
        "s :: Source;\nw :: Switch(0);\na :: Null;\np :: Pair;\nb :: Null;\nc :: Null;\n"
        "d :: Discard;\ne :: Discard;\n"
        "s -> w;\nw -> a;\na -> p;\nw[1] -> [1]p;\np -> b;\nb -> c;\nc -> d;\np[1] -> e;"
    )
    # Input 1 is nearer to the source: what comes by input 0 is inlined all the same.
    graph = FuseRegions().run(Devirtualize().run(graph))
    assert set(calls(graph).values()) == {"inline"}


def test_a_back_edge_is_a_border_and_counts_for_no_copy() -> None:
    text = "FromDump(in.pcap) -> a :: Null -> t :: Tee -> a; t[1] -> Discard;"
    assert fused(text, budget=0) == {
        "FromDump@1[0]": "inline",
        "a[0]": "inline",
        "t[0]": "outlined",
        "t[1]": "inline",
    }


def test_cold_code_calls_hot_code() -> None:
    text = "FromDump(in.pcap) -> c :: CheckIPHeader(14) -> n :: Null -> Discard; c[1] -> b :: Null -> n;"
    assert fused(text, budget=0) == {
        "FromDump@1[0]": "inline",
        "c[0]": "inline",
        "c[1]": "cold",
        "b[0]": "cold",
        "n[0]": "inline",
    }


def test_behind_a_cold_output_every_element_is_called() -> None:
    assert fused(ROUND) == {
        "FromDump@1[0]": "inline",
        "check[0]": "inline",
        "check[1]": "cold",
        "route[0]": "inline",
        "ttl[0]": "inline",
        "ttl[1]": "cold",
        "bad[0]": "cold",
        "error[0]": "cold",
        "note[0]": "cold",
    }


def test_virtual_calls_stay() -> None:
    graph = graph_of(ROUND)
    for p in (OutlineCold(), FuseRegions()):
        assert p.run(graph) == graph


# --- metadata -------------------------------------------------------------------------------------


def live(text: str) -> set[str]:
    found = after(text, EmbedConstants(), DropDeadMetadata()).live
    assert found is not None
    return set(found)


def test_without_readers_nothing_lives() -> None:
    assert live("FromDump(in.pcap) -> Paint(1) -> CheckIPHeader(14) -> Discard;") == set()


def test_without_writers_nothing_lives() -> None:
    assert live("InfiniteSource -> CheckPaint(1) -> DecIPTTL -> Discard;") == set()


def test_what_is_written_and_read_lives() -> None:
    text = "InfiniteSource -> Paint(1) -> MarkIPHeader(14) -> DecIPTTL -> CheckPaint(1) -> Discard;"
    assert {"paint", "network"} <= live(text)
    assert not live(text) & {"dst_ip", "transport", "timestamp", "mac", "fix_ip_src"}


@pytest.mark.parametrize("offset", [0, 5, 16, 17, 20, 23, 31, 47])
def test_an_argument_chooses_the_annotation(offset: int) -> None:
    found = live(f"InfiniteSource -> Paint(1, {offset}) -> CheckPaint(1, {offset}) -> Discard;")
    assert field_bits(found) >> offset & 1
    assert live(f"InfiniteSource -> Paint(1, {offset}) -> CheckPaint(1, 10) -> Discard;") == set()


def test_annotations_that_overlap_live_together() -> None:
    # PARAM (byte 16) and PAINT (byte 17) lie in PAINT2.
    text = "InfiniteSource -> Paint(1, 17) -> Paint(2, 16) -> CheckPaint(1) -> Discard;"
    assert live(text) == {"paint", "paint2"}
    assert live(text.replace("CheckPaint(1)", "CheckPaint(2, 16)")) == {"param", "paint2"}


def test_a_run_time_annotation_keeps_everything() -> None:
    text = "InfiniteSource -> p :: Paint(1) -> n :: Strip(1) -> Discard;"
    graph = graph_of(text)
    assert DropDeadMetadata().run(graph) == graph
    frozen = graph_of(text + "PassInfo(FROZEN n);")
    assert DropDeadMetadata().run(frozen).live is None
    frozen = graph_of(text + "PassInfo(FROZEN p);")  # the other one names no annotation
    assert DropDeadMetadata().run(frozen).live == frozenset()


def test_an_argument_switches_a_field_on() -> None:
    off = "FromDPDKDevice(0) -> Print -> Discard;"
    on = "FromDPDKDevice(0, PAINT_QUEUE true) -> Print -> Discard;"
    assert "paint" in live(on)
    assert "paint" not in live(off)
    assert "aggregate" in live(on.replace("PAINT_QUEUE", "RSS_AGGREGATE"))
    # When the program starts it may be switched on.
    assert {"paint", "aggregate", "timestamp"} <= set(after(off, DropDeadMetadata()).live or ())


def test_reading_everything_makes_nothing_live_that_nobody_writes() -> None:
    assert live("InfiniteSource -> Print -> Discard;") == {"timestamp"}


def test_written_on_one_way_and_read_on_another_is_not_carried() -> None:
    text = "InfiniteSource -> Paint(1) -> Discard; FromDump(in.pcap) -> CheckPaint(1) -> Discard;"
    assert live(text) == set()
    joined = """\
    InfiniteSource -> Paint(1) -> join :: Null -> CheckPaint(1) -> Discard;
    FromDump(in.pcap) -> join;"""
    assert "paint" in live(joined)


def test_read_before_it_is_written_is_not_carried() -> None:
    text = "InfiniteSource -> CheckPaint(0) -> Paint(1) -> Discard;"
    assert live(text) == set()
    cycle = "InfiniteSource -> c :: CheckPaint(0) -> Paint(1) -> c; c[1] -> Discard;"
    assert "paint" in live(cycle), "round the cycle it is"


def test_ways_through_an_element_that_keeps_them_apart() -> None:
    """Packets of input 1 of an ARPQuerier end there."""
    text = """\
    FromDump(in.pcap) -> Paint(1) -> [0] arp :: ARPQuerier(10.0.0.1, 2:0:0:0:0:1);
    FromDump(in.pcap) -> Paint(2, 18) -> [1] arp;
    arp -> CheckPaint(1) -> CheckPaint(2, 18) -> Discard;"""
    found = live(text)
    assert "paint" in found
    assert "byte18" not in found


def test_packets_that_wait_in_a_table_may_leave_by_another_element() -> None:
    """Two ARPQueriers, one ARPTable: whoever gets the answer sends what waited for it."""
    text = """\
    table :: ARPTable;
    FromDump(a.pcap) -> Paint(1) -> a :: ARPQuerier(10.0.0.1, 2:0:0:0:0:1, TABLE table) -> Discard;
    FromDump(b.pcap) -> b :: ARPQuerier(10.0.1.1, 2:0:0:0:0:2, TABLE table) -> CheckPaint(1) -> Discard;
    Idle -> [1] a; Idle -> [1] b;"""
    assert "paint" in live(text)
    assert "paint" not in live(text.replace("0:2, TABLE table", "0:2"))


# --- layout ---------------------------------------------------------------------------------------


def laid_out(text: str) -> dict[str, int]:
    """Return where fields lie: by their names, bytes from the beginning."""
    graph = after(text, EmbedConstants(), DropDeadMetadata(), MetadataLayout())
    assert graph.layout is not None
    assert verify(graph) == []
    return {layout.name_of(place): place.at for place in graph.layout}


def test_bytes_lie_close_and_words_aligned() -> None:
    text = """\
    FromDump(in.pcap) -> Paint(1) -> Paint(2, 5) -> SetIPAddress(1.2.3.4) -> GetIPAddress(16, 8)
      -> CheckPaint(1) -> CheckPaint(2, 5) -> StaticIPLookup(0/0 0) -> ToDump(out.pcap);"""
    assert laid_out(text) == {
        "timestamp": 0,
        "dst_ip": 8,
        "extra_length": 12,
        "byte5": 16,
        "paint": 17,
    }


def test_fields_that_nobody_has_at_the_same_time_share_bytes() -> None:
    one_after_the_other = """\
    FromDump(in.pcap) -> Paint(1, 5) -> CheckPaint(1, 5) -> Null -> Paint(2, 6) -> CheckPaint(2, 6)
      -> Discard;"""
    assert laid_out(one_after_the_other) == {"byte5": 0, "byte6": 0}
    together = "FromDump(in.pcap) -> Paint(1, 5) -> Paint(2, 6) -> CheckPaint(1, 5) -> CheckPaint(2, 6) -> Discard;"
    assert laid_out(together) == {"byte5": 0, "byte6": 1}
    # While an element has a packet it may read the one after it has written the other.
    neighbours = one_after_the_other.replace("-> Null ", "")
    assert laid_out(neighbours) == {"byte5": 0, "byte6": 0}


def test_header_positions_share_with_nobody() -> None:
    text = """\
    FromDump(in.pcap) -> MarkMACHeader -> IPPrint(ETHER true) -> Null -> SetTimestamp -> ToDump(out.pcap);"""
    at = laid_out(text)
    assert {"mac", "timestamp"} <= set(at)
    assert abs(at["mac"] - at["timestamp"]) >= 8


def test_annotations_that_overlap_keep_their_overlap() -> None:
    text = """\
    FromDump(in.pcap) -> Paint(1, 18) -> Paint(2, 20) -> SetIPAddress(1.2.3.4, 17) -> CheckPaint(1, 18)
      -> CheckPaint(2, 20) -> Discard;"""
    assert laid_out(text) == {"byte17-20": 0}


def test_what_crosses_a_queue_comes_first() -> None:
    text = """\
    FromDump(in.pcap) -> SetIPAddress(1.2.3.4) -> StaticIPLookup(0/0 0) -> Paint(1, 5) -> Queue -> Unqueue
      -> CheckPaint(1, 5) -> Discard;"""
    graph = after(text, EmbedConstants(), Devirtualize(), DropDeadMetadata(), FuseRegions())
    assert graph.live == {"dst_ip", "byte5"}
    found = MetadataLayout().run(graph).layout
    assert found is not None
    assert {layout.name_of(p): p.at for p in found}["byte5"] == 0


def test_a_joined_way_is_cleared() -> None:
    """Where one way brings paint in the bytes of what the other way had, that is cleared."""
    text = """\
    FromDump(in.pcap) -> Paint(1, 5) -> a :: CheckPaint(1, 5) -> n :: Null -> join :: Null;
    FromDump(in.pcap) -> Paint(2, 6) -> join -> r :: CheckPaint(2, 6) -> Discard; a[1] -> Discard;"""
    graph = after(text, EmbedConstants(), DropDeadMetadata(), MetadataLayout())
    assert laid_out(text) == {"byte5": 0, "byte6": 0}
    assert [(note.where, note.text) for note in MetadataLayout().notes(graph, graph)] == [
        ("Paint@2", "begins with cleared byte5"),
        ("n", "begins with cleared byte6"),
        ("Paint@7", "begins with cleared byte6"),
    ]


def test_notes_name_who_writes_for_nobody_and_who_reads_what_nobody_wrote() -> None:
    text = """\
    FromDPDKDevice(0) -> p :: Paint(1) -> q :: Paint(2, 5) -> c :: CheckPaint(1)
      -> d :: CheckPaint(1, 6) -> Discard;"""
    before = after(text, EmbedConstants())
    notes = DropDeadMetadata().notes(before, DropDeadMetadata().run(before))
    assert [(note.where, note.text) for note in notes if note.where in "pqcd"] == [
        ("q", "byte5 has no place: written by q, read by nobody"),
        ("c", "paint2 stays: read by c, written by p"),
        ("c", "paint stays: read by c, written by p"),
        ("d", "byte6 has no place: written by nobody, read by d"),
    ]
    kept = graph_of(text)
    notes = DropDeadMetadata().notes(kept, DropDeadMetadata().run(kept))
    assert {note.where for note in notes} == {"p", "q", "c", "d"}
    assert not any(note.done for note in notes)


def test_verify_knows_wrong_layouts() -> None:
    text = "FromDump(in.pcap) -> Paint(1, 5) -> Paint(2, 6) -> CheckPaint(1, 5) -> CheckPaint(2, 6) -> Discard;"
    graph = after(text, EmbedConstants(), DropDeadMetadata(), MetadataLayout())
    assert verify(graph) == []
    assert graph.layout is not None
    one, other = graph.layout
    together = replace(graph, layout=(one, replace(other, at=one.at)))
    assert any("'byte5' and 'byte6' share bytes" in said for said in verify(together))
    assert verify(replace(graph, layout=(one,))) == ["there is no place for byte6"]
    assert "'byte5' has two places" in verify(replace(graph, layout=(one, one, other)))


# --- reachability ---------------------------------------------------------------------------------


def removed(text: str) -> set[str]:
    graph = graph_of(text)
    result = RemoveUnreachable().run(graph)
    assert verify(result) == []
    return set(graph.elements) - set(result.elements)


def test_what_an_idle_feeds_is_removed() -> None:
    text = "InfiniteSource -> n :: Null -> Discard; i :: Idle -> x :: Null -> n; x2 :: Null -> n; i[1] -> x2;"
    assert removed(text) == {"i", "x", "x2"}


def test_an_idle_that_takes_packets_stays() -> None:
    assert removed("InfiniteSource -> i :: Idle;") == set()


def test_behind_an_idle_that_takes_packets_nothing_comes() -> None:
    text = "InfiniteSource -> i :: Idle; i -> n :: Null -> d :: Discard;"
    graph = RemoveUnreachable().run(graph_of(text))
    assert verify(graph) == []
    assert "i" in graph.elements


def test_an_input_that_nothing_feeds() -> None:
    graph = RemoveUnreachable().run(pair("i -> [1]p;"))
    assert verify(graph) == []
    assert {"s", "p", "d"} <= set(graph.elements)


def test_ports_of_elements_that_keep_paths_apart() -> None:
    """Packets of input 0 leave on output 0 only, which alone does not make `x` reachable."""
    graph = RemoveUnreachable().run(pair("i -> x;\nx -> [1]p;", "x :: Null;\n"))
    assert verify(graph) == []
    assert {"s", "p", "d"} <= set(graph.elements)


def pair(feed: str, more: str = "") -> PipelineGraph:
    """A Pair of which a source feeds input 0, and an Idle input 1."""
    return kit.graph_of(
        f"s :: Source;\ni :: Idle;\np :: Pair;\nd :: Discard;\ne :: Discard;\n{more}"
        f"s -> p;\n{feed}\np -> d;\np[1] -> e;"
    )


def test_elements_without_ports_stay() -> None:
    graph = kit.graph_of("s :: Source;\nd :: Discard;\nn :: Null;\ns -> d;\nn -> n;")
    lonely = replace(graph.elements["n"], inputs=(), outputs=())
    kept = graph.with_elements([graph.elements["s"], graph.elements["d"], lonely])
    kept = kept.with_connections(c for c in kept.connections if c.source.element == "s")
    assert set(RemoveUnreachable().run(kept).elements) == {"s", "d", "n"}


def test_elements_that_arguments_name_stay() -> None:
    graph = kit.graph_of(
        "s :: Source;\na :: Strip(1);\nd :: Discard;\nx :: Idle;\nb :: Strip(2);\ne :: Discard;\n"
        "s -> a;\na -> d;\nx -> b;\nb -> e;"
    )
    assert set(RemoveUnreachable().run(graph).elements) == {"s", "a", "d"}
    named = replace(graph.elements["a"].arguments["length"], element="b")
    a = replace(graph.elements["a"], arguments={"length": named})
    graph = graph.with_elements(a if e.name == "a" else e for e in graph.elements.values())
    assert RemoveUnreachable().run(graph) == graph, "b, and what is on its ports"


def test_the_examples_have_nothing_unreachable() -> None:
    for example in EXAMPLES:
        graph = graph_of(example.read_text())
        assert RemoveUnreachable().run(graph) == graph
