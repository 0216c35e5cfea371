from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, patched, udp
from tests.elements.transport import fault, packets, with_transport_checksum
from tests.elements.transport_checks import MARKED


def refusal(packet: bytes) -> str | None:
    """Return why the checksum of a packet cannot be set."""
    reason = fault(packet, "udp")
    return None if reason == "bad_checksum" else reason


@pytest.mark.parametrize("level", [0, 3])
def test_packets_of_all_kinds(run_element: RunElement, level: int) -> None:
    sent = [*packets(random.Random(3), "udp", 600), b""]
    result = run_element(
        "SetUDPChecksum", [ether(p) for p in sent], before=MARKED, outputs=2, level=level
    )
    faults = [refusal(p) for p in sent]
    assert result.out[0] == [
        with_transport_checksum(p, "udp") for p, f in zip(sent, faults, strict=True) if f is None
    ]
    assert result.out[1] == [p for p, f in zip(sent, faults, strict=True) if f is not None]
    counts = Counter(faults)
    for reason in ("bad_protocol", "bad_length", "fragment"):
        assert result.counters[f"e.{reason}"] == counts[reason] > 5


def test_no_checksum_is_0(run_element: RunElement) -> None:
    """Where all adds up to 0xffff, the other zero is sent: 0 stands for no checksum."""
    whole = with_transport_checksum(patched(udp(bytes(3)), 20, 0, 0), "udp")
    sent = patched(whole, 20, *whole[26:28], *whole[22:26], 0, 0)
    result = run_element("SetUDPChecksum", [ether(sent)], before=MARKED)
    assert result.out[0] == [patched(sent, 26, 0xFF, 0xFF)]


def test_packets_are_good_afterwards(run_element: RunElement) -> None:
    sent = [patched(udp(b"x" * n), 26, 0x12, 0x34) for n in range(100)]
    result = run_element(
        "CheckUDPHeader", [ether(p) for p in sent], before=f"{MARKED} -> SetUDPChecksum"
    )
    assert len(result.out[0]) == 100
    assert result.counters["e.drops"] == 0
