from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement
from tests.elements.programs import refusal

PACKETS = [b"a" * 60, b""]


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(
    ("config", "output"), [("StaticSwitch(0)", 0), ("StaticSwitch(OUTPUT 1)", 1)]
)
def test_one_output_gets_everything(
    run_element: RunElement, config: str, output: int, level: int
) -> None:
    result = run_element(config, PACKETS, outputs=2, level=level)
    assert result.out == {output: PACKETS, 1 - output: []}
    assert result.counters.get("e.drops", 0) == 0  # it may be optimised away


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("config", ["StaticSwitch(-1)", "StaticSwitch(2)"])
def test_no_such_output(run_element: RunElement, config: str, level: int) -> None:
    result = run_element(config, PACKETS, outputs=2, level=level)
    assert result.out == {0: [], 1: []}
    assert result.counters["e.drops"] == 2


def test_there_may_be_no_output(run_element: RunElement) -> None:
    assert run_element("StaticSwitch(0)", PACKETS, outputs=0).counters["e.drops"] == 2


def test_the_output_is_mandatory() -> None:
    assert "argument OUTPUT is missing" in refusal("Idle -> StaticSwitch -> Discard;")
