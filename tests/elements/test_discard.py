from __future__ import annotations

from tests.elements.conftest import RunElement


def test_packets_are_counted(run_element: RunElement) -> None:
    result = run_element("Discard(BURST 4)", [b"a" * 60] * 3, outputs=0)
    assert result.counters["e.count"] == 3
