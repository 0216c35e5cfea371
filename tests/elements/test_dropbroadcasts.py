from __future__ import annotations

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import EXTRA, ether, udp

HOST = ether(udp())
BROADCAST = ether(udp(), dst="ff:ff:ff:ff:ff:ff")
MULTICAST = ether(udp(), dst="01:00:5e:00:00:01")


def test_broadcasts_and_multicasts_leave_on_output_1(run_element: RunElement) -> None:
    result = run_element(
        "DropBroadcasts",
        [HOST, BROADCAST, MULTICAST, HOST, BROADCAST],
        before="TypeByAddress",
        outputs=2,
        include=EXTRA,
    )
    assert result.out == {0: [HOST, HOST], 1: [BROADCAST, MULTICAST, BROADCAST]}
    assert result.counters["e.drops"] == 3
    assert result.stderr.count("DropBroadcasts: dropped a packet\n") == 1


def test_packets_of_a_capture_pass(run_element: RunElement) -> None:
    result = run_element("DropBroadcasts", [BROADCAST, HOST])
    assert result.out[0] == [BROADCAST, HOST]
    assert result.counters["e.drops"] == 0
