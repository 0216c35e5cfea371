"""Elements that are told by which input a packet came, through every kind of call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import EVERY_LEVEL
from tests.elements.ip_frames import EXTRA
from tests.elements.programs import run_program
from tests.traffic.pcap import read_pcap, write_frames

SOURCE = "InfiniteSource(LIMIT {}, STOP true)"
LEVELS = pytest.mark.parametrize("level", EVERY_LEVEL)


@LEVELS
def test_each_input_of_many(tmp_path: Path, level: int) -> None:
    text = f"{SOURCE.format(9)} -> s :: RoundRobinSwitch; s[0] -> [0] b :: ByInput;" + "".join(
        f"s[{i}] -> [{i % 3}] b; b[{i % 3}] -> c{i} :: Discard;" for i in (1, 2)
    )
    text += "b -> c0 :: Discard;"
    counters = run_program(tmp_path, text, level=level, include=EXTRA).counters
    assert counters["b.inputs"] == 333
    assert [counters[f"c{i}.count"] for i in range(3)] == [3, 3, 3]


@LEVELS
def test_one_that_is_shared_by_many(tmp_path: Path, level: int) -> None:
    """Twelve copies would be too many: the calls are out of line, one function an input."""
    tail = "Counter -> Paint(1) -> Strip(1) -> Counter -> CheckPaint(1) -> Counter -> d :: Discard"
    text = f"{SOURCE.format(24)} -> s :: RoundRobinSwitch; b :: TwoInputs -> {tail};"
    text += "".join(f"s[{i}] -> [{i % 2}] b;" for i in range(24))
    counters = run_program(tmp_path, text, level=level, include=EXTRA).counters
    assert (counters["b.first"], counters["b.second"], counters["d.count"]) == (12, 12, 24)


@LEVELS
def test_cold_ways(tmp_path: Path, level: int) -> None:
    text = """
    FromDump(in.pcap, STOP true) -> Strip(14) -> c :: CheckIPHeader
      -> [0] b :: TwoInputs -> ToDump(out.pcap, ENCAP IP);
    c[1] -> [1] b;
    """
    frame = bytes(14) + b"\x45" + bytes(19)
    write_frames(tmp_path / "in.pcap", [frame])
    counters = run_program(tmp_path, text, level=level, include=EXTRA).counters
    assert (counters["b.first"], counters["b.second"]) == (0, 1)
    assert read_pcap(tmp_path / "out.pcap")[0][1] == b"*" + frame[14:]


@LEVELS
def test_round_and_round(tmp_path: Path, level: int) -> None:
    text = f"""{SOURCE.format(3)} -> [0] b :: ByInput; b[0] -> Null -> [1] b; b[1] -> [2] b;
    b[2] -> d :: Discard;"""
    counters = run_program(tmp_path, text, level=level, include=EXTRA).counters
    assert (counters["b.inputs"], counters["d.count"]) == (333, 3)


@LEVELS
def test_what_is_pulled_comes_by_input_0(tmp_path: Path, level: int) -> None:
    text = "InfiniteSource(LIMIT 3) -> Queue -> ByInput -> b :: ByInput -> Unqueue -> d :: Discard;"
    counters = run_program(tmp_path, text, level=level, include=EXTRA).counters
    assert (counters["b.inputs"], counters["d.count"]) == (3, 3)
