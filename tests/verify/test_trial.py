"""What is random is not taken for a difference, however seldom it shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pmill.verify.building import Code
from pmill.verify.observing import Observation
from pmill.verify.trial import Trial
from pmill.verify.variants import Variant

OFF = frozenset[str]()
ON = frozenset({"some"})


class Builder:
    """Two programs that need no compiler."""

    def code(self, passes: frozenset[str]) -> Code:
        return Code(passes=passes, key=" ".join(passes))

    def program(self, code: Code) -> Path:
        return Path(code.key or "off")


class Runner:
    """Runs of the reference go through a list, and stay at its end; the other program has one."""

    def __init__(self, runs: list[Observation], other: Observation) -> None:
        self.doors = SimpleNamespace(workers=False)
        self.runs, self.other = runs, other

    def of_feed(self, program: Path, *_: object) -> Observation:
        if program != Path("off"):
            return self.other
        return self.runs.pop(0) if len(self.runs) > 1 else self.runs[0]


def seen(noise: int, place: str, count: int = 1) -> Observation:
    """A run: `noise` is never the same, `place` is one of few."""
    return Observation(
        end="status 0",
        counters={"c.count": count},
        handlers={"a.noise": str(noise), "a.place": place},
    )


def told(runs: list[Observation], other: Observation) -> list[str]:
    builder: Any = Builder()
    runner: Any = Runner(runs, other)
    feed: Any = None
    with ThreadPoolExecutor(1) as pool:
        trial = Trial(builder, runner, feed, lambda _: None, pool)
        (compared,) = trial.compare([Variant(label="all passes", passes=ON)])
    return [d.what for d in compared.differences]


@pytest.mark.parametrize("agreeing", [2, 5, 9])
def test_a_coin_that_falls_the_same_way_for_long(agreeing: int) -> None:
    """Its reference shows one side for some runs, the other program the other one."""
    runs = [seen(i, "heads") for i in range(agreeing)]
    assert not told([*runs, seen(99, "tails")], seen(100, "tails"))


def test_what_is_always_another_is_a_difference() -> None:
    runs = [seen(i, "heads") for i in range(100)]
    assert told(runs, seen(100, "heads", count=2)) == ["counter c.count"]


def test_without_anything_random_two_runs_are_enough() -> None:
    runs = [seen(0, "heads"), seen(0, "heads"), seen(0, "tails")]
    assert told(runs, seen(0, "tails")) == ["handler a.place"]
