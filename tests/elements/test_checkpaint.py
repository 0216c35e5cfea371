from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement

PACKETS = [b"\x01" * 60, b"\x02" * 60, b"\x01" * 61]


def test_other_paint_leaves_on_output_1(run_element: RunElement) -> None:
    result = run_element("CheckPaint(1)", PACKETS, before="Paint(2)", outputs=2)
    assert (result.out[0], result.out[1]) == ([], PACKETS)
    assert result.counters.get("e.drops", 0) == 0  # it may be optimised away


@pytest.mark.parametrize("level", [0, 3])
def test_other_paint_is_dropped(run_element: RunElement, level: int) -> None:
    result = run_element("CheckPaint(COLOR 1)", PACKETS, before="Paint(2)", level=level)
    assert result.out[0] == []
    assert result.counters["e.drops"] == 3


def test_unpainted_packets_have_paint_0(run_element: RunElement) -> None:
    assert run_element("CheckPaint(0)", PACKETS).out[0] == PACKETS
