from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import EVERY_LEVEL
from tests.control.programs import ask
from tests.elements.conftest import RunElement
from tests.elements.flow_frames import (
    ETHER,
    FIN,
    ICMP,
    TCP,
    UDP,
    Flow,
    body,
    frame,
    ip,
)
from tests.elements.ip_frames import CHECKED
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import write_pcap

LEVELS = pytest.mark.parametrize("level", EVERY_LEVEL)
TWO = pytest.mark.parametrize("level", [0, 3])
SECOND = 1_000_000_000


@LEVELS
def test_flows_are_told_apart(run_element: RunElement, level: int) -> None:
    flow = Flow()
    others = [
        Flow(protocol=TCP),
        Flow(source="10.0.0.3"),
        Flow(destination="198.51.100.8"),
        Flow(source_port=1001),
        Flow(destination_port=81),
        flow.back(),
        Flow(protocol=ICMP, destination_port=0),
        Flow(protocol=ICMP, destination_port=0, source_port=1001),
    ]
    packets = [frame(f, b"x" * n) for n in range(3) for f in (flow, *others)]
    result = run_element("FlowIPManagerIMP", packets, before=CHECKED, level=level)
    assert result.out[0] == [p[14:] for p in packets]
    assert result.counters["e.count"] == result.counters["e.begun"] == len(others) + 1
    assert result.counters["e.expired"] == result.counters["e.refused"] == 0


@TWO
def test_what_has_nothing_but_zeros_is_a_flow_too(run_element: RunElement, level: int) -> None:
    """Its key is not that of a place that is free."""
    zeros = Flow(protocol=0, source="0.0.0.0", destination="0.0.0.0")
    packets = [ETHER + ip(f, bytes(20)) for f in (zeros, Flow(), zeros, zeros)]
    result = run_element(
        "FlowIPManagerIMP", packets, before="Strip(14) -> MarkIPHeader", level=level
    )
    assert len(result.out[0]) == 4
    assert result.counters["e.count"] == result.counters["e.begun"] == 2


@TWO
def test_what_has_no_ports_is_a_flow_of_its_addresses(run_element: RunElement, level: int) -> None:
    udp = Flow()
    payload = body(udp, b"payload of two fragments")
    fragments = [ip(udp, payload[:8], fragment=0x2000), ip(udp, payload[8:], fragment=1)]
    gre = [ip(Flow(protocol=47), bytes([n]) * 9) for n in range(3)]
    options = [ip(udp, payload, options=bytes(4)), ip(udp, payload)]
    packets = [ETHER + p for p in (*fragments, *gre, *options)]
    result = run_element("FlowIPManagerIMP", packets, before=CHECKED, level=level)
    assert len(result.out[0]) == len(packets)
    assert result.counters["e.count"] == 3  # fragments; the other protocol; with ports


@TWO
def test_an_icmp_error_belongs_to_the_flow_that_it_is_about(
    run_element: RunElement, level: int
) -> None:
    flow = Flow(protocol=TCP)
    came_back = ip(flow.back(), body(flow.back(), b"data"))
    error = Flow(protocol=ICMP, source=flow.source, destination=flow.destination)

    def about(quoted: bytes) -> bytes:
        return ETHER + ip(error, b"\3\3\0\0\0\0\0\0" + quoted)

    known, unknown = about(came_back[:28]), about(ip(flow, body(flow, b""))[:28])
    result = run_element(
        "FlowIPManagerIMP", [frame(flow), known, known], before=CHECKED, level=level
    )
    assert result.counters["e.count"] == 1
    result = run_element(
        "FlowIPManagerIMP",
        [frame(flow), unknown, about(came_back[:20]), about(b"")],
        before=CHECKED,
        level=level,
    )
    assert result.counters["e.count"] == 2  # all of these errors are of one flow, their own


@LEVELS
def test_new_flows_are_refused_when_all_are_taken(run_element: RunElement, level: int) -> None:
    flows = [Flow(source_port=1000 + n) for n in range(5)]
    packets = [frame(f, bytes([n])) for n in range(2) for f in flows]
    result = run_element(
        "FlowIPManagerIMP(CAPACITY 3)", packets, before=CHECKED, outputs=2, level=level
    )
    assert result.out[0] == [frame(f, bytes([n]))[14:] for n in range(2) for f in flows[:3]]
    assert result.out[1] == [frame(f, bytes([n]))[14:] for n in range(2) for f in flows[3:]]
    assert result.counters["e.refused"] == 4
    alone = run_element("FlowIPManagerIMP(3)", packets, before=CHECKED, level=level)
    assert (alone.out[0], alone.counters["e.refused"]) == (result.out[0], 4)


@TWO
def test_what_is_not_whole_has_no_flow(run_element: RunElement, level: int) -> None:
    packets = [
        ETHER + ip(Flow(), b"123"),
        ETHER + ip(Flow(protocol=ICMP), b"1234567"),
        ETHER + ip(Flow(), b"")[:19],
        ETHER,
    ]
    result = run_element(
        "FlowIPManagerIMP", packets, before="MarkIPHeader(14)", outputs=2, level=level
    )
    assert result.out == {0: [], 1: packets}
    assert result.counters["e.malformed"] == 4


def timed(
    folder: Path, packets: list[tuple[float, bytes]], config: str, level: int
) -> Mapping[str, int]:
    write_pcap(
        folder / "in.pcap",
        [(1_000 * SECOND + int(s * SECOND), p) for s, p in packets],
        nanoseconds=True,
    )
    text = f"""
FromDump(in.pcap, STOP true, TIMING true) -> {CHECKED} -> m :: FlowIPManagerIMP({config})
  -> c :: FlowCounter -> Discard;
"""
    return run_program(folder, text, level=level, options=("--simtime",)).counters


@LEVELS
def test_flows_end_when_nobody_uses_them(tmp_path: Path, level: int) -> None:
    a, b = (frame(Flow(source_port=n)) for n in (1, 2))
    # b is used all the time; a comes again after five seconds, twice.
    packets = [(0.0, a), *((n / 2, b) for n in range(30)), (5.0, a), (10.0, a)]
    found = timed(tmp_path, sorted(packets, key=lambda p: p[0]), "TIMEOUT 6", level)
    assert found["c.count"] == found["m.begun"] == 2
    assert found["m.expired"] == 0
    found = timed(tmp_path, sorted(packets, key=lambda p: p[0]), "TIMEOUT 3", level)
    assert found["m.begun"] == 4  # a three times
    assert found["c.count"] == 4


@TWO
def test_room_comes_back(tmp_path: Path, level: int) -> None:
    many = [(n * 10.0, frame(Flow(source_port=1 + n), flags=FIN)) for n in range(20)]
    found = timed(tmp_path, many, "CAPACITY 2, TIMEOUT 4, RECYCLE_INTERVAL 0.5", level)
    assert (found["m.begun"], found["m.refused"]) == (20, 0)
    assert (found["m.count"], found["m.expired"]) in ((1, 19), (0, 20))
    found = timed(tmp_path, many, "CAPACITY 2", level)
    assert (found["m.begun"], found["m.refused"], found["m.expired"]) == (2, 18, 0)


@TWO
def test_handlers(tmp_path: Path, level: int) -> None:
    write_pcap(tmp_path / "in.pcap", [(0, frame(Flow(UDP, source_port=n))) for n in range(1, 6)])
    text = f"FromDump(in.pcap, STOP true) -> {CHECKED} -> m :: FlowIPManager(50) -> Discard;"
    names = ("count", "count_fids", "capacity", "total_capacity", "avg_load", "refused")
    words = [word for name in names for word in ("-h", f"m.{name}")]
    done = ask(text, *words, level=level, folder=tmp_path)
    said = [line for line in done.stdout.splitlines() if line and not line.endswith(":")]
    assert said == ["5", "5", "50", "50", "0.1", "0"]


def test_a_capacity_that_cannot_be() -> None:
    for capacity in (0, 1 << 24):
        text = f"InfiniteSource -> FlowIPManagerIMP({capacity}) -> Discard;"
        assert "16777215" in refusal(text)
