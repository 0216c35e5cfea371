from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement

PACKETS = [b"a" * 60, b"b" * 61]


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("color", [0, 2])
def test_paint_is_the_output(run_element: RunElement, color: int, level: int) -> None:
    result = run_element("PaintSwitch", PACKETS, before=f"Paint({color})", outputs=3, level=level)
    assert [result.out[n] for n in range(3)] == [PACKETS if n == color else [] for n in range(3)]


def test_no_such_output(run_element: RunElement) -> None:
    result = run_element("PaintSwitch", PACKETS, before="Paint(3)", outputs=3)
    assert [result.out[n] for n in range(3)] == [[], [], []]
    assert result.counters["e.drops"] == 2


@pytest.mark.parametrize("level", [0, 3])
def test_255_is_every_output(run_element: RunElement, level: int) -> None:
    result = run_element("PaintSwitch", PACKETS, before="Paint(255)", outputs=3, level=level)
    assert [result.out[n] for n in range(3)] == [PACKETS] * 3


def test_another_annotation(run_element: RunElement) -> None:
    result = run_element("PaintSwitch(5)", PACKETS, before="Paint(1, 5)", outputs=2)
    assert result.out == {0: [], 1: PACKETS}
