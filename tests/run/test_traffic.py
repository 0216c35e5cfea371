"""The trace of the demo: deterministic, quick to make, and something of everything in it."""

from __future__ import annotations

from pathlib import Path

from pmill.run.traffic import write_trace
from tests.models.router import ICMP_ERRORS, Router
from tests.traffic import read_pcap


def test_is_deterministic(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_trace(tmp_path / name, packets=500, seed=seed)
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again
    assert first != other


def test_takes_every_way_through_the_router(tmp_path: Path) -> None:
    path = tmp_path / "trace.pcap"
    write_trace(path)
    packets = read_pcap(path)
    assert len(packets) == 10_000
    assert packets == sorted(packets, key=lambda packet: packet[0])

    router = Router()
    sent = [out for _, frame in packets for out in router.process(0, frame)]
    to_port_1 = [frame for port, frame in sent if port == 1]
    assert 8_000 < len(to_port_1) < 10_000
    errors = {f[34] for port, f in sent if port == 0 and f[22:24] == b"\xc7\x01"}
    assert errors == set(ICMP_ERRORS) - {4}
    assert any(frame[12:14] == b"\x08\x06" for _, frame in sent)
    assert any(frame[20] & 0x20 for frame in to_port_1), "nothing was fragmented"
    assert {"local", "header: checksum", "ARP for somebody else"} <= set(router.drops)
    assert {"not IP, nor an ARP request", "icmp 3: about a broadcast or multicast"} <= set(
        router.drops
    )
