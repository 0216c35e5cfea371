from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import EVERY_LEVEL
from tests.elements.programs import refusal, run_program


def count(folder: Path, arguments: str, level: int = 3) -> int:
    text = (
        "InfiniteSource(LIMIT 100, BURST 100) -> Queue(100) -> "
        f"u :: Unqueue({arguments}) -> d :: Discard;"
    )
    counters = run_program(folder, text, level=level).counters
    assert counters["u.count"] == counters["d.count"]
    return counters["d.count"]


@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_pulls_everything(tmp_path: Path, level: int) -> None:
    assert count(tmp_path, "", level) == 100


@pytest.mark.parametrize("burst", ["1", "3", "100", "BURST -1"])
def test_any_burst(tmp_path: Path, burst: str) -> None:
    assert count(tmp_path, burst) == 100


def test_the_burst_limits_a_round(tmp_path: Path) -> None:
    """The queue holds what three packets in a round, and one out, leave in it."""
    text = "InfiniteSource(LIMIT 30, BURST 3) -> q :: Queue -> Unqueue({}) -> Discard;"
    slow = run_program(tmp_path, text.format("1")).counters
    fast = run_program(tmp_path, text.format("3")).counters
    assert slow["q.highwater_length"] == 21
    assert fast["q.highwater_length"] == 3


def test_limit(tmp_path: Path) -> None:
    assert count(tmp_path, "BURST 8, LIMIT 30") == 30
    assert count(tmp_path, "LIMIT 0") == 0


def test_active(tmp_path: Path) -> None:
    assert count(tmp_path, "ACTIVE false") == 0


def test_push_does_not_end_in_it() -> None:
    said = refusal("InfiniteSource -> Null -> PushNull2 :: Tee -> Unqueue -> Discard;")
    assert "push output 0 connected to 'Unqueue@4 :: Unqueue' pull input 0" in said
