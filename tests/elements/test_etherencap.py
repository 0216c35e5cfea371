from __future__ import annotations

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from tests.elements.conftest import RunElement


@pytest.mark.parametrize("level", [0, 3])
def test_a_header_is_put_in_front(run_element: RunElement, level: int) -> None:
    packet = IP() / UDP() / b"payload"
    framed = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet
    result = run_element(
        "EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02)",
        [bytes(packet), b""],
        level=level,
    )
    assert result.out[0] == [bytes(framed), bytes(framed)[:14]]


def test_without_headroom_the_packet_moves(run_element: RunElement) -> None:
    result = run_element(
        "EtherEncap(0x86dd, 02:00:00:00:00:01, 02:00:00:00:00:02)",
        [b"x" * 40],
        before="Unstrip(128)",
    )
    (got,) = result.out[0]
    assert got[:14] == bytes.fromhex("020000000002 020000000001 86dd")
    assert got[-40:] == b"x" * 40


def test_no_room(run_element: RunElement) -> None:
    # 128 bytes of headroom, 60 of packet and 1988 behind it fill the buffer.
    result = run_element(
        "EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02)",
        [b"x" * 60],
        before="Unstrip(2110)",
    )
    assert result.counters["e.no_room"] == 1
