from __future__ import annotations

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, checksum_is_right, ether, udp


def test_every_ttl(run_element: RunElement) -> None:
    packets = [bytes(udp(ttl=ttl, id=ttl * 257)) for ttl in range(256)]
    result = run_element("DecIPTTL", [ether(p) for p in packets], before=CHECKED, outputs=2)
    assert result.out[1] == packets[:2]
    assert result.out[0] == [bytes(udp(ttl=ttl - 1, id=ttl * 257)) for ttl in range(2, 256)]
    assert all(checksum_is_right(p) for p in result.out[0])
    assert result.counters["e.drops"] == 2


def test_checksums_at_the_edges(run_element: RunElement) -> None:
    packets = [udp(ttl=64, id=n) for n in range(0, 65536, 113)]
    result = run_element("DecIPTTL", [ether(p) for p in packets], before=CHECKED)
    assert result.out[0] == [bytes(udp(ttl=63, id=n)) for n in range(0, 65536, 113)]


def test_multicast_and_inactive(run_element: RunElement) -> None:
    packets = [bytes(udp(dst="224.0.0.5", ttl=1)), bytes(udp(ttl=2))]
    frames = [ether(p) for p in packets]
    result = run_element("DecIPTTL(MULTICAST false)", frames, before=CHECKED)
    assert result.out[0] == [packets[0], bytes(udp(ttl=1))]
    result = run_element("DecIPTTL(ACTIVE false)", frames, before=CHECKED)
    assert result.out[0] == packets


def test_a_packet_without_a_header_is_dropped(run_element: RunElement) -> None:
    result = run_element("DecIPTTL", [ether(udp())])
    assert result.out[0] == []
    assert result.counters["e.no_header"] == 1
