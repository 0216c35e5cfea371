from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.elements.conftest import Result, RunElement
from tests.elements.ip_frames import ether, udp
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap

FRAME = ether(udp(ttl=9))
PACKETS = [FRAME, bytes(range(1)), b""]


def room_in_front(result: Result) -> list[int]:
    """Return what a Print behind the element says; buffers begin at a multiple of 64."""
    return [int(n) for n in re.findall(r"\(h(\d+) t\d+\)", result.stderr)]


@pytest.mark.parametrize("level", [0, 3])
def test_the_address_is_aligned(run_element: RunElement, level: int) -> None:
    asked = [(m, offset) for m in (2, 4, 8) for offset in range(m)]
    show = "Print(MAXLENGTH 0, HEADROOM true)"
    chain = " -> ".join(f"a{m}{offset} :: Align({m}, {offset}) -> {show}" for m, offset in asked)
    result = run_element("Null", PACKETS, before=chain, level=level)
    assert result.out[0] == PACKETS
    found = room_in_front(result)
    # Packets come one after the other, each through the whole chain.
    assert [n % m for n, (m, _) in zip(found, asked * 3, strict=True)] == [
        offset for _, offset in asked * 3
    ]
    moves = [n != before for n, before in zip(found, [128, *found], strict=False)]
    assert [result.counters[f"a{m}{offset}.moved"] for m, offset in asked] == [
        3 * move for move in moves[: len(asked)]
    ]


def test_an_address_may_need_no_move(run_element: RunElement) -> None:
    result = run_element(
        "Print(MAXLENGTH 0, HEADROOM true)",
        [FRAME],
        before="Strip(14) -> a :: Align(OFFSET 2, MODULUS 4) -> b :: Align(4, 0)",
    )
    assert result.out[0] == [FRAME[14:]]
    assert room_in_front(result) == [144]
    assert (result.counters["a.moved"], result.counters["b.moved"]) == (0, 1)


@pytest.mark.parametrize("level", [0, 3])
def test_headers_move_along(run_element: RunElement, level: int) -> None:
    result = run_element(
        "MarkMACHeader",
        [FRAME],
        before="MarkIPHeader(14) -> Align(8, 5) -> DecIPTTL -> IPPrint(ETHER true)",
        level=level,
    )
    assert result.out[0] == [ether(udp(ttl=8))]
    shown = "02-00-00-00-00-0A > 02-00-00-00-00-0B: 10.0.0.2.1000 > 10.0.1.2.2000: udp"
    assert shown in result.stderr


@pytest.mark.parametrize("level", [0, 3])
def test_stripped_bytes_move_along(run_element: RunElement, level: int) -> None:
    before = "EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> Strip(24) -> Align(8, 1)"
    header = bytes([2] * 6 + [1] * 6 + [8, 0])
    result = run_element("Unstrip(24)", [FRAME], before=before, level=level)
    assert result.out[0] == [header + FRAME]


@pytest.mark.parametrize("level", [0, 3])
def test_where_there_is_no_room_behind(tmp_path: Path, level: int) -> None:
    # A buffer has 2176 bytes: this packet moves towards its start.
    run = run_program(
        tmp_path,
        """InfiniteSource(DATA \\<01 02 03>, LENGTH 2168, HEADROOM 8, LIMIT 2, STOP true)
        -> a :: Align(8, 3) -> Print(MAXLENGTH 0, HEADROOM true)
        -> EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> out :: ToDump(out.pcap, 0);""",
        level=level,
    )
    assert run.stderr.splitlines() == ["2168 (h3 t5)"] * 2
    assert run.counters["a.moved"] == 2
    # Eight bytes of room do not hold another header.
    assert run.counters["out.count"] == 0
    assert read_pcap(tmp_path / "out.pcap") == []


@pytest.mark.parametrize("level", [0, 3])
def test_a_full_buffer(tmp_path: Path, level: int) -> None:
    run = run_program(
        tmp_path,
        """InfiniteSource(LENGTH 2176, HEADROOM 0, LIMIT 2, STOP true)
        -> a :: Align(2, 1) -> c :: Counter -> Discard;""",
        level=level,
    )
    assert (run.counters["a.no_room"], run.counters["c.count"]) == (2, 0)


def test_the_bytes_arrive_whole(tmp_path: Path) -> None:
    run_program(
        tmp_path,
        """InfiniteSource(DATA \\<01 02 03>, LENGTH 2168, HEADROOM 8, LIMIT 1, STOP true)
        -> Align(8, 3) -> ToDump(out.pcap, 0);""",
    )
    assert [data for _, data in read_pcap(tmp_path / "out.pcap")] == [(b"\1\2\3" * 723)[:2168]]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("Align(6, 0)", "e :: Align: MODULUS must be 2, 4 or 8"),
        ("Align(4, 4)", "e :: Align: OFFSET must be less than MODULUS"),
    ],
)
def test_wrong_arguments(run_element: RunElement, config: str, message: str) -> None:
    result = run_element(config, [], expect_failure=True)
    assert result.returncode != 0
    assert message in result.stderr


def test_arguments_out_of_range() -> None:
    assert "MODULUS" in refusal("Idle -> Align(16, 0) -> Discard;")
    assert "MODULUS" in refusal("Idle -> Align(1, 0) -> Discard;")
    assert "OFFSET" in refusal("Idle -> Align(4, -1) -> Discard;")
    assert "argument OFFSET is missing" in refusal("Idle -> Align(4) -> Discard;")
