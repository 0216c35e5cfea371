from __future__ import annotations

from tests.elements.conftest import RunElement


def test_packets_pass_unchanged(run_element: RunElement) -> None:
    packets = [b"", b"\x01", bytes(range(64))]
    result = run_element("Null", packets)
    assert result.out[0] == packets
    assert result.timestamps[0] == [0, 1000, 2000]
