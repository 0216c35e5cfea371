from __future__ import annotations

from tests.elements.conftest import RunElement
from tests.elements.programs import refusal


def test_paint_reaches_the_elements_behind(run_element: RunElement) -> None:
    result = run_element("CheckPaint(7)", [b"a" * 60], before="Paint(7)")
    assert result.out[0] == [b"a" * 60]


def test_another_annotation_can_hold_it(run_element: RunElement) -> None:
    before = "Paint(7, 5) -> Paint(8) -> CheckPaint(7, ANNO 5)"
    result = run_element("CheckPaint(8, PAINT)", [b"a" * 60], before=before)
    assert result.out[0] == [b"a" * 60]


def test_colors_are_bytes() -> None:
    assert "COLOR" in refusal("Idle -> Paint(256) -> Discard;")
    assert "ANNO" in refusal("Idle -> Paint(1, 48) -> Discard;")
