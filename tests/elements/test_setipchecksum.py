from __future__ import annotations

import random

import pytest

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import checksum_is_right, ether, patched, udp, with_checksum
from tests.elements.transport import packets
from tests.elements.transport_checks import MARKED


@pytest.mark.parametrize("level", [0, 3])
def test_the_checksum_is_computed_anew(run_element: RunElement, level: int) -> None:
    options = [b"\x07\x07\x04\0\0\0\0"]
    good = [bytes(udp()), bytes(udp(options=options)), *(bytes(udp(id=n)) for n in range(500))]
    sent = [patched(p, 10, n & 0xFF, n >> 8) for n, p in enumerate(good)]
    result = run_element("SetIPChecksum", [ether(p) for p in sent], before=MARKED, level=level)
    assert result.out[0] == good
    assert all(checksum_is_right(p) for p in result.out[0])


def test_any_packet(run_element: RunElement) -> None:
    sent = [*packets(random.Random(9), "udp", 500), b"", b"\x45"]
    whole = [len(p) >= 20 and 20 <= 4 * (p[0] & 15) <= len(p) for p in sent]
    result = run_element("SetIPChecksum", [ether(p) for p in sent], before=MARKED, outputs=2)
    assert result.out[0] == [with_checksum(p) for p, w in zip(sent, whole, strict=True) if w]
    assert result.out[1] == [p for p, w in zip(sent, whole, strict=True) if not w]
    assert result.counters["e.drops"] == whole.count(False) > 5


def test_what_was_checked_stays_checked(run_element: RunElement) -> None:
    """A header whose checksum was right is left as it is, and the second check only counts."""
    packet = bytes(udp())
    result = run_element(
        "CheckIPHeader(CHECKSUM true)",
        [ether(packet), ether(patched(packet, 10, 0, 0))],
        before="Strip(14) -> CheckIPHeader(CHECKSUM true) -> SetIPChecksum",
    )
    assert result.out[0] == [packet]
    assert result.counters["e.count"] == 1
