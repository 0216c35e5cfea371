"""Programs whose packets wait for their burst before a lookup: nothing else changes.

What random configurations do is compared in tests/property; here is what they have not.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.elements.programs import Run, run_program
from tests.traffic import read_pcap, router_mix, write_frames

EXTRA = (Path(__file__).resolve().parent.parent / "elements" / "extra",)
TWO = ("--", "--lcores", "0@0,1@0,2@1")  # workers beside the main lcore
LOOKUP = "FarTable(CLAIM 4000000)"


def ran(folder: Path, text: str, level: int, *options: str) -> Run:
    if level >= 2:
        assert ("Staged<" in cpp(text)) == ("COUNT_CALL" not in text)  # or nothing is tested
    done = run_program(folder, text, level=level, options=options, include=EXTRA)
    assert done.returncode == 0, done.stderr
    return done


def cpp(text: str) -> str:
    options = CompileOptions(include=EXTRA)
    product = compile_config(Source("test.click", text), options, Diagnostics(), emit="cpp")
    assert product.data is not None
    return product.data.decode()


@pytest.mark.parametrize("level", [0, 2, 3])
def test_what_a_source_calls_at_its_end_comes_behind_its_packets(
    level: int, tmp_path: Path
) -> None:
    write_frames(tmp_path / "in.pcap", router_mix(3, 75, 0))
    text = f"FromDump(in.pcap, STOP true, END_CALL c.reset) -> {LOOKUP} -> c :: Counter -> d :: Discard;"
    run = ran(tmp_path, text, level)
    assert run.counters["c.count"] == 0
    assert run.counters["d.count"] == 75


def test_a_large_program_whose_halves_both_let_packets_go_on(tmp_path: Path) -> None:
    write_frames(tmp_path / "in.pcap", router_mix(3, 75, 0))
    way = " -> ".join(f"Paint({n})" for n in range(15))
    text = f"FromDump(in.pcap, STOP true) -> {way} -> {LOOKUP} -> d :: Discard;"
    assert ran(tmp_path, text, 3).counters["d.count"] == 75


@pytest.mark.parametrize("level", [0, 3])
def test_a_burst_is_longer_than_the_room(level: int, tmp_path: Path) -> None:
    whole = "InfiniteSource(BURST 4294967295, LIMIT 100000, STOP true, LENGTH 60, TIMESTAMP false)"
    check_order(f"{whole} -> t :: {LOOKUP}", level, tmp_path)


@pytest.mark.parametrize("near", [1, 50, 300])
def test_packets_wait_for_some_bursts_and_not_for_others(near: int, tmp_path: Path) -> None:
    """In every burst they go on in their order, and at a second lookup, too."""
    source = "InfiniteSource(BURST 32, LIMIT 100000, STOP true, LENGTH 60, TIMESTAMP false)"
    lookup = f"FarTable(CLAIM 4000000, NEAR {near})"
    check_order(f"{source} -> t :: {lookup}", 3, tmp_path)
    check_order(f"{source} -> {lookup} -> Paint(1) -> t :: {LOOKUP}", 3, tmp_path)


def check_order(way: str, level: int, tmp_path: Path) -> None:
    text = f"{way} -> ToDump(out.pcap, SNAPLEN 0) -> d :: Discard;"
    run = ran(tmp_path, text, level)
    assert (run.counters["t.count"], run.counters["d.count"]) == (100000, 100000)
    numbers = [frame[26] | frame[27] << 8 for _, frame in read_pcap(tmp_path / "out.pcap")]
    assert numbers == [n % 65536 for n in range(100000)]


@pytest.mark.parametrize("eal", [(), TWO], ids=["one", "two"])
def test_every_worker_has_a_room_of_its_own(eal: tuple[str, ...], tmp_path: Path) -> None:
    text = "".join(
        f"s{n} :: InfiniteSource(BURST 32, LIMIT 50001, LENGTH 60) -> t{n} :: {LOOKUP}"
        f" -> q{n} :: Queue(100) -> u{n} :: Unqueue(BURST 16) -> v{n} :: {LOOKUP} -> d{n} :: Discard;"
        for n in (0, 1)
    )
    text += "StaticThreadSched(s0 0, u0 0, s1 1, u1 1);"
    run = ran(tmp_path, text, 3, *eal)
    for n in (0, 1):
        assert run.counters[f"t{n}.count"] == 50001
        dropped = run.counters[f"q{n}.drops"]
        assert run.counters[f"v{n}.count"] == run.counters[f"d{n}.count"] == 50001 - dropped


@pytest.mark.parametrize("level", [0, 3])
def test_packets_that_end_are_counted_where_they_end(level: int, tmp_path: Path) -> None:
    write_frames(tmp_path / "in.pcap", [bytes(20), bytes(60), bytes(29), bytes(30)] * 50)
    text = f"FromDump(in.pcap, STOP true) -> t :: {LOOKUP}; t[0] -> Idle; t[1] -> d :: Discard;"
    run = ran(tmp_path, text, level)
    assert run.counters["t.too_short"] == 100
    assert run.counters["t.count"] == 100


@pytest.mark.parametrize("level", [0, 3])
def test_what_goes_round_is_ended(level: int, tmp_path: Path) -> None:
    """How often a packet went round is not forgotten while it waits for the next lookup."""
    text = (
        "InfiniteSource(BURST 8, LIMIT 64, STOP true, LENGTH 60, TIMESTAMP false) -> a :: Paint(1)"
        " -> i :: FarTable(CLAIM 4000000, NUMBER false) -> j :: RoundRobinSwitch; j[1] -> i;"
        " j[0] -> k :: FarTable(CLAIM 4000000, NUMBER false) -> c :: Counter -> k;"
    )
    plain, run = ran(tmp_path, text, 0), ran(tmp_path, text, level)
    assert run.counters == plain.counters
    assert run.counters["c.count"] > 64


# What would be seen if elements that share something were in different stages.
SHARED = {
    "printing": f"FromDump(in.pcap, STOP true) -> Print(a, 4) -> {LOOKUP} -> Print(b, 4)"
    f" -> {LOOKUP} -> ToDump(out.pcap);",
    "a queue": f"FromDump(in.pcap) -> Paint(0) -> {LOOKUP} -> q :: Queue(20) -> Unqueue(8)"
    " -> p :: CheckPaint(3) -> ToDump(out.pcap);"
    f" p[1] -> s :: PaintSwitch; s[0] -> Paint(1) -> t :: {LOOKUP} -> q;"
    " s[1] -> Paint(2) -> t; s[2] -> Paint(3) -> t;",
    "what a handler changes": "FromDump(in.pcap, STOP true) -> s :: Switch(0) -> t :: FarTable("
    f"CLAIM 4000000) -> Counter(COUNT_CALL 10 s.switch 1) -> {LOOKUP} -> out :: ToDump(out.pcap);"
    " s[1] -> EtherMirror -> t;",
    "nothing": f"FromDump(in.pcap, STOP true) -> s :: RoundRobinSwitch -> t :: {LOOKUP}"
    f" -> u :: {LOOKUP} -> out :: ToDump(out.pcap); s[1] -> u; s[2] -> EtherMirror -> out;"
    " t[1] -> Tee(2) => u, Paint(1) -> out;",
}


@pytest.mark.parametrize("shared", SHARED)
def test_what_elements_share_is_used_in_order(shared: str, tmp_path: Path) -> None:
    found = []
    for level in (0, 3):
        folder = tmp_path / str(level)
        folder.mkdir()
        write_frames(folder / "in.pcap", router_mix(5, 100, 0))
        run = ran(folder, SHARED[shared], level)
        sent = [frame for _, frame in read_pcap(folder / "out.pcap")]
        assert sent
        found.append((sent, run.stderr, run.counters))
    assert found[0] == found[1]
