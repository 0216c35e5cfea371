from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import refusal, run_program


@pytest.mark.parametrize("level", [0, 3])
def test_passes_what_is_pulled(tmp_path: Path, level: int) -> None:
    text = "InfiniteSource(LIMIT 9) -> Queue -> PullNull -> PullNull -> d :: Discard;"
    assert run_program(tmp_path, text, level=level).counters["d.count"] == 9


def test_only_when_pulled() -> None:
    assert "pull input 0" in refusal("InfiniteSource -> Tee -> PullNull -> Discard;")
