from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import run_program

TEXT = """
InfiniteSource(LIMIT 3, STOP true) -> Paint(0) -> Queue -> s :: PullSwitch({arguments});
InfiniteSource(LIMIT 3) -> Paint(1) -> Queue -> [1] s;
s -> Unqueue -> p :: PaintSwitch; p[0] -> a :: Counter -> Discard; p[1] -> b :: Counter -> Discard;
"""


def counts(folder: Path, arguments: str, level: int = 3) -> tuple[int, int]:
    counters = run_program(folder, TEXT.format(arguments=arguments), level=level).counters
    return counters["a.count"], counters["b.count"]


@pytest.mark.parametrize("level", [0, 3])
def test_pulls_from_one_input(tmp_path: Path, level: int) -> None:
    first = counts(tmp_path, "", level)
    assert first[0] > 0
    assert first[1] == 0
    second = counts(tmp_path, "1", level)
    assert second[0] == 0
    assert second[1] > 0


@pytest.mark.parametrize("arguments", ["-1", "2", "INPUT 99"])
def test_no_such_input(tmp_path: Path, arguments: str) -> None:
    assert counts(tmp_path, arguments) == (0, 0)
