from __future__ import annotations

from scapy.layers.inet import IP

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, checksum_is_right, ether, udp


def test_only_marked_packets_change(run_element: RunElement) -> None:
    packet = bytes(udp())
    result = run_element("FixIPSrc(1.2.3.4)", [ether(packet)], before=CHECKED)
    assert result.out[0] == [packet]


def test_marked_packets_get_the_address_once(run_element: RunElement) -> None:
    result = run_element(
        "FixIPSrc(9.9.9.9)",
        [ether(udp())],
        before=f"{CHECKED} -> ICMPError(5.6.7.8, unreachable) -> FixIPSrc(1.2.3.4)",
    )
    (error,) = result.out[0]
    assert IP(error).src == "1.2.3.4"
    assert checksum_is_right(error)


def test_a_packet_without_a_header_passes(run_element: RunElement) -> None:
    frame = ether(udp())
    assert run_element("FixIPSrc(1.2.3.4)", [frame]).out[0] == [frame]
