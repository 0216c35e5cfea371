from __future__ import annotations

from tests.elements.conftest import RunElement


def test_packets_are_dropped_and_counted(run_element: RunElement) -> None:
    result = run_element("Idle", [b"a" * 60, b"b" * 60], outputs=0)
    assert result.counters["e.drops"] == 2


def test_an_output_never_emits(run_element: RunElement) -> None:
    assert run_element("Idle", [b"a" * 60], outputs=1).out[0] == []
