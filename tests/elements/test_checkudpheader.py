from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, patched, tcp, udp
from tests.elements.transport import with_transport_checksum
from tests.elements.transport_checks import (
    MARKED,
    check_all_kinds,
    check_first_report,
    check_reason,
    check_unmarked,
)


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("verify", [True, False])
def test_packets_of_all_kinds(run_element: RunElement, verify: bool, level: int) -> None:
    check_all_kinds(run_element, "udp", level, verify=verify)


def test_the_first_bad_packet_is_reported(run_element: RunElement) -> None:
    check_first_report(run_element, "udp", "not UDP")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (bytes(tcp()), "not UDP"),
        (patched(udp(), 24, 0, 7), "bad packet length"),
        (patched(udp(), 24, 1, 0), "bad packet length"),
        (patched(udp(), 6, 0x20), "fragment"),
        (patched(udp(), 26, 0x12, 0x34), "bad UDP checksum"),
    ],
)
def test_verbose_reports_each(run_element: RunElement, bad: bytes, reason: str) -> None:
    check_reason(run_element, "udp", bad, reason)


def test_unmarked_packets_are_bad(run_element: RunElement) -> None:
    check_unmarked(run_element, "udp", bytes(udp()))


def test_a_checksum_of_0_is_none(run_element: RunElement) -> None:
    without = patched(udp(b"odd"), 26, 0, 0)
    # The source port that makes the sum 0xffff: then the other zero of one's complement is sent.
    whole = with_transport_checksum(patched(udp(bytes(4)), 20, 0, 0), "udp")
    zero = with_transport_checksum(patched(whole, 20, *whole[26:28]), "udp")
    assert zero[26:28] == b"\xff\xff"
    result = run_element("CheckUDPHeader", [ether(without), ether(zero)], before=MARKED)
    assert result.out[0] == [without, zero]


def test_bytes_behind_its_length_are_not_summed_up(run_element: RunElement) -> None:
    """The UDP header may say less than the IP header does."""
    whole = bytes(udp(b"payload" + b"\xff" * 5))
    shorter = with_transport_checksum(patched(whole, 24, 0, 15), "udp")
    assert shorter[26:28] != whole[26:28]
    result = run_element("CheckUDPHeader", [ether(shorter)], before=MARKED)
    assert result.out[0] == [shorter]
