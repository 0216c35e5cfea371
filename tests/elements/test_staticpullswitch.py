from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import refusal, run_program

TEXT = """
InfiniteSource(LIMIT 3) -> Queue -> s :: StaticPullSwitch({input});
InfiniteSource(LIMIT 2, STOP true) -> Queue -> [1] s -> c :: Counter -> Discard;
"""


@pytest.mark.parametrize(("number", "wanted"), [(1, 2), (-1, 0), (7, 0)])
def test_one_input_is_pulled_from(tmp_path: Path, number: int, wanted: int) -> None:
    run = run_program(tmp_path, TEXT.format(input=number), options=("--simtime",))
    assert run.counters["c.count"] == wanted


def test_without_passes(tmp_path: Path) -> None:
    assert run_program(tmp_path, TEXT.format(input=0), level=0).counters["c.count"] > 0


def test_the_input_is_mandatory() -> None:
    assert "argument INPUT is missing" in refusal("Idle -> StaticPullSwitch -> Discard;")
