from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, patched, ping, udp
from tests.elements.transport import with_transport_checksum
from tests.elements.transport_checks import (
    MARKED,
    check_all_kinds,
    check_first_report,
    check_reason,
    check_unmarked,
)


@pytest.mark.parametrize("level", [0, 3])
def test_packets_of_all_kinds(run_element: RunElement, level: int) -> None:
    check_all_kinds(run_element, "icmp", level)


def test_the_first_bad_packet_is_reported(run_element: RunElement) -> None:
    check_first_report(run_element, "icmp", "not ICMP")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (bytes(udp()), "not ICMP"),
        (patched(ping(), 20, 13), "bad packet length"),
        (bytes(ping())[:27], "bad packet length"),
        (patched(ping(), 6, 0x20), "fragment"),
        (patched(ping(), 20, 9), "bad ICMP checksum"),
    ],
)
def test_verbose_reports_each(run_element: RunElement, bad: bytes, reason: str) -> None:
    check_reason(run_element, "icmp", bad, reason)


def test_unmarked_packets_are_bad(run_element: RunElement) -> None:
    check_unmarked(run_element, "icmp", bytes(ping()))


@pytest.mark.parametrize(
    ("kind", "lengths"),
    [
        *((error, range(36, 60)) for error in (3, 4, 5, 11, 12)),
        *((stamp, range(20, 21)) for stamp in (13, 14)),
        *((information, range(8, 9)) for information in (15, 16)),
        *((echo, range(8, 60)) for echo in (0, 8, 17, 200)),
    ],
)
def test_how_long_messages_may_be(run_element: RunElement, kind: int, lengths: range) -> None:
    header = bytes(ping())[:20]
    messages = [
        with_transport_checksum(
            header[:2]
            + (20 + size).to_bytes(2, "big")
            + header[4:]
            + bytes([kind])
            + bytes(size - 1),
            "icmp",
        )
        for size in range(4, 60)
    ]
    result = run_element("CheckICMPHeader", [ether(m) for m in messages], before=MARKED)
    assert [len(m) - 20 for m in result.out[0]] == list(lengths)
