from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement

PACKETS = [b"a" * 60, b"b" * 61]


@pytest.mark.parametrize(("config", "output"), [("Switch", 0), ("Switch(1)", 1)])
def test_one_output_gets_everything(run_element: RunElement, config: str, output: int) -> None:
    result = run_element(config, PACKETS, outputs=2)
    assert result.out == {output: PACKETS, 1 - output: []}


@pytest.mark.parametrize("config", ["Switch(-1)", "Switch(OUTPUT 2)"])
@pytest.mark.parametrize("level", [0, 3])
def test_no_such_output(run_element: RunElement, config: str, level: int) -> None:
    result = run_element(config, PACKETS, outputs=2, level=level)
    assert result.out == {0: [], 1: []}
    assert result.counters["e.drops"] == 2
