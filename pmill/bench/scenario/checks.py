"""Holds results to what their scenario demands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmill.bench.comparison import Comparison
from pmill.bench.scenario.intervals import Estimate
from pmill.bench.scenario.model import Check
from pmill.bench.scenario.results import Result
from pmill.bench.settings import Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A check, and what came of it in one memory mode."""

    check: Check
    memory: Memory
    found: Estimate

    @property
    def limit(self) -> float:
        """The limit in this memory mode."""
        return self.check.limits[self.memory]

    @property
    def passed(self) -> bool:
        """Whether the median keeps the limit or, for a control, breaks it."""
        above = self.found.median > self.limit
        return above == (self.check.control or self.check.least)

    def __str__(self) -> str:
        kind = "at least" if self.check.least else "at most"
        limit = f"{'must be above' if self.check.control else kind} {self.limit:g}"
        what = "" if self.check.value == "cycles" else "work of "
        against = " + ".join(
            name if factor == 1 else f"{factor:g} x {name}"
            for name, factor in self.check.against.items()
        )
        mark = "pass" if self.passed else "FAIL"
        return f"{mark}  {self.memory}: {what}{self.check.of} / {against}: {self.found}, {limit}"


def verdicts(result: Result) -> list[Verdict]:
    """Return what came of all checks, in the order of the scenario, by memory mode."""
    return [
        Verdict(check=check, memory=comparison.memory, found=ratio(comparison, result, check))
        for comparison in result.cycles
        for check in result.scenario.checks
        if comparison.memory in check.limits
    ]


def ratio(comparison: Comparison, result: Result, check: Check) -> Estimate:
    """Return the ratio of a check, over the rounds.

    Cycles are divided within each round. Works are differences of noisy numbers, so each round's
    is divided by the median of the reference's.
    """
    own = values(comparison, {check.of: 1.0})
    other = values(comparison, check.against)
    if check.value == "cycles":
        return Estimate.of([a / b for a, b in zip(own, other, strict=True)])
    assert result.scenario.floor is not None, "the reader has seen to it"
    floor = values(comparison, {result.scenario.floor: 1.0})
    floors = sum(check.against.values())
    unit = Estimate.of([b - floors * least for b, least in zip(other, floor, strict=True)]).median
    works = [a - least for a, least in zip(own, floor, strict=True)]
    return Estimate.of([work / unit if unit > 0 else float("inf") for work in works])


def values(comparison: Comparison, of: Mapping[str, float]) -> Sequence[float]:
    """Return the cycles a packet of each round, or of a sum of alternatives."""
    rounds = [[sample.cycles for sample in comparison.samples[name]] for name in of]
    return [
        sum(factor * cycles for factor, cycles in zip(of.values(), one, strict=True))
        for one in zip(*rounds, strict=True)
    ]
