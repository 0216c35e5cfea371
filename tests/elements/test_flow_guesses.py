"""Flows of frames that lookups have guessed at, rightly and wrongly, are those of the packets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import EVERY_LEVEL
from tests.elements.flow_frames import ICMP, TCP, UDP, Flow, flow_of, frame, sums_are_right
from tests.elements.programs import run_program
from tests.traffic import write_frames
from tests.traffic.pcap import read_pcap

# So many flows that the tables may be far, and packets wait for them.
CAPACITY = 1 << 20
TAG = bytes.fromhex("81000005")
INSIDE, OUTSIDE = "10.0.0.2", "192.0.2.1"
LEVELS = pytest.mark.parametrize("level", EVERY_LEVEL)


def flows() -> list[Flow]:
    return [
        Flow(protocol, INSIDE, port, "198.51.100.7", 0 if protocol == ICMP else 80)
        for port in range(1000, 1040)
        for protocol in (TCP, UDP, ICMP)
    ]


def sent(folder: Path, way: str, frames: list[bytes], *, level: int, packets: int) -> dict:
    write_frames(folder / "in.pcap", frames)
    text = f"FromDPDKDevice(0) -> {way} -> out :: ToDPDKDevice(0);"
    options = (
        f"--expect=0={packets}",
        "--",
        *("--vdev", "net_pcap0,rx_pcap=in.pcap,tx_pcap=out.pcap"),
    )
    run = run_program(folder, text, level=level, options=options)
    assert run.returncode == 0, run.stderr
    return dict(run.counters)


@LEVELS
@pytest.mark.parametrize("tagged", [False, True], ids=["bare", "tagged"])
def test_nat_behind_a_device(tmp_path: Path, level: int, tagged: bool) -> None:
    """Behind a tag every guess is wrong: it takes other bytes for the addresses."""
    packets = [frame(f, b"payload" * n) for n in range(3) for f in flows()]
    frames = [p[:12] + TAG + p[12:] for p in packets] if tagged else packets
    way = (
        ("VLANDecap -> " if tagged else "")
        + f"Strip(14) -> CheckIPHeader -> FlowIPManagerIMP(CAPACITY {CAPACITY})"
        + f" -> n :: FlowIPNAT({OUTSIDE}) -> Unstrip(14)"
    )
    counters = sent(tmp_path, way, frames, level=level, packets=len(frames))
    assert counters["n.opened"] == len(flows())
    left = [data for _, data in read_pcap(tmp_path / "out.pcap")]
    assert len(left) == len(packets)
    places: dict[Flow, Flow] = {}
    for before, after in zip(packets, left, strict=True):
        assert sums_are_right(after)
        assert flow_of(after).source == OUTSIDE
        assert places.setdefault(flow_of(before), flow_of(after)) == flow_of(after)
        assert after[54:] == before[54:]
    assert len(set(places.values())) == len(flows())
