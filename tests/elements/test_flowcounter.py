from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import EVERY_LEVEL
from tests.control.programs import ask
from tests.elements.flow_frames import ETHER, Flow, frame
from tests.elements.ip_frames import CHECKED
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import write_frames, write_pcap

LEVELS = pytest.mark.parametrize("level", EVERY_LEVEL)
TWO = pytest.mark.parametrize("level", [0, 3])
SECOND = 1_000_000_000


@LEVELS
def test_flows_packets_and_bytes(tmp_path: Path, level: int) -> None:
    packets = [frame(Flow(source_port=n), b"." * n) for n in (1, 2, 2, 3, 3, 3, 3)]
    write_frames(tmp_path / "in.pcap", packets)
    text = f"""
FromDump(in.pcap, STOP true) -> {CHECKED} -> FlowIPManagerIMP -> c :: FlowCounter
  -> ToDump(out.pcap, SNAPLEN 0);
"""
    words = [word for name in ("average", "median", "dump") for word in ("-h", f"c.{name}")]
    done = ask(text, *words, level=level, folder=tmp_path)
    lines = [line for line in done.stdout.splitlines() if line and not line.endswith(":")]
    assert float(lines[0]) == pytest.approx(7 / 3, abs=0.01)
    assert lines[1:] == ["2", "1 1", "2 1", "4 1"]
    assert done.counters["c.count"] == done.counters["c.open"] == 3
    assert done.counters["c.packets"] == 7
    assert done.counters["c.bytes"] == sum(len(p) - 14 for p in packets)
    assert done.counters["c.no_flow"] == 0


@TWO
def test_long_flows_are_counted_together(tmp_path: Path, level: int) -> None:
    lengths = (1, 63, 64, 65, 66, 1000)
    write_frames(
        tmp_path / "in.pcap",
        [frame(Flow(source_port=n)) for n in lengths for _ in range(n)],
    )
    text = f"FromDump(in.pcap, STOP true) -> {CHECKED} -> FlowIPManagerIMP -> c :: FlowCounter -> Discard;"
    done = ask(text, "-h", "c.dump", level=level, folder=tmp_path)
    lines = [line for line in done.stdout.splitlines() if line and not line.endswith(":")]
    assert lines == ["1 1", "63 1", "64 2", "66 1", "992 1"]


@LEVELS
def test_ended_flows_count_too(tmp_path: Path, level: int) -> None:
    write_pcap(
        tmp_path / "in.pcap",
        [(1_000 * SECOND + n * 10 * SECOND, frame(Flow(source_port=7))) for n in range(5)],
    )
    text = f"""
FromDump(in.pcap, STOP true, TIMING true) -> {CHECKED} -> FlowIPManagerIMP(TIMEOUT 3)
  -> c :: FlowCounter -> Discard;
"""
    done = ask(text, "--simtime", "-h", "c.dump", level=level, folder=tmp_path)
    assert done.counters["c.count"] == 5
    assert done.counters["c.open"] <= 1
    assert "1 5" in done.stdout.splitlines()


@TWO
def test_two_counters_and_packets_without_a_flow(tmp_path: Path, level: int) -> None:
    flows = [frame(Flow(source_port=n)) for n in range(1, 9)]
    write_frames(tmp_path / "in.pcap", [*flows, ETHER])
    text = """
FromDump(in.pcap, STOP true) -> MarkIPHeader(14) -> m :: FlowIPManagerIMP(4) -> a :: FlowCounter
  -> b :: FlowCounter -> Discard;
m[1] -> c :: FlowCounter -> Discard;
"""
    found = run_program(tmp_path, text, level=level).counters
    assert [found[f"{name}.count"] for name in "abc"] == [4, 4, 0]
    assert [found[f"{name}.no_flow"] for name in "abc"] == [0, 0, 5]


def test_somebody_must_tell_flows() -> None:
    text = "InfiniteSource -> {} -> FlowCounter -> Discard;"
    assert "PM0885" in refusal(text.format("Null"))
    assert "PM0887" in refusal(text.format("FlowIPManagerIMP -> Queue -> Unqueue"))
    two = "a :: FlowIPManagerIMP -> c :: FlowCounter(MANAGER {}) -> Discard; InfiniteSource -> a;"
    assert "PM0886" in refusal(two.format("b") + " InfiniteSource -> b :: FlowIPManagerIMP -> c;")
    assert "PM0411" in refusal(two.format("b"))
