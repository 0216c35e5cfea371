from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, patched, tcp
from tests.elements.transport import fault, packets, with_transport_checksum
from tests.elements.transport_checks import MARKED


def refusal(packet: bytes) -> str | None:
    """Return why the checksum of a packet cannot be set."""
    reason = fault(patched(packet, 4 * (packet[0] & 15) + 12, 0x50) if packet else b"", "tcp")
    return None if reason == "bad_checksum" else reason


@pytest.mark.parametrize("level", [0, 3])
def test_packets_of_all_kinds(run_element: RunElement, level: int) -> None:
    sent = [*packets(random.Random(3), "tcp", 600), b""]
    result = run_element(
        "SetTCPChecksum", [ether(p) for p in sent], before=MARKED, outputs=2, level=level
    )
    faults = [refusal(p) for p in sent]
    assert result.out[0] == [
        with_transport_checksum(p, "tcp") for p, f in zip(sent, faults, strict=True) if f is None
    ]
    assert result.out[1] == [p for p, f in zip(sent, faults, strict=True) if f is not None]
    counts = Counter(faults)
    for reason in ("bad_protocol", "bad_length", "fragment"):
        assert result.counters[f"e.{reason}"] == counts[reason] > 5


@pytest.mark.parametrize(
    ("payload", "words", "fixed"),
    [(b"", 0, 5), (b"", 4, 5), (b"", 5, 5), (b"", 15, 5), (b"x" * 11, 9, 7), (b"x" * 99, 15, 15)],
)
def test_fixoff(run_element: RunElement, payload: bytes, words: int, fixed: int) -> None:
    wrong = patched(tcp(payload), 32, words << 4 | 3)
    for arguments, wanted in (("", words), ("true", fixed), ("FIXOFF true", fixed)):
        result = run_element(f"SetTCPChecksum({arguments})", [ether(wrong)], before=MARKED)
        right = with_transport_checksum(patched(wrong, 32, wanted << 4 | 3), "tcp")
        assert result.out[0] == [right]


def test_what_was_compared_before_is_compared_again(run_element: RunElement) -> None:
    """Known bytes of the TCP header are not known any more."""
    packet = patched(tcp(b"x"), 36, 0xAB, 0xCD)
    result = run_element(
        "Classifier(36/abcd, -)",
        [ether(packet)],
        before=f"{MARKED} -> Classifier(36/abcd) -> SetTCPChecksum",
        outputs=2,
    )
    assert result.out == {0: [], 1: [with_transport_checksum(packet, "tcp")]}
