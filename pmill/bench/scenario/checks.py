"""Holds results to what their scenario demands."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pmill.bench.comparison import Comparison
from pmill.bench.scenario.intervals import Estimate
from pmill.bench.scenario.model import Check
from pmill.bench.scenario.results import Result
from pmill.bench.settings import Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A check, and what came of it in one memory mode.

    `whole` is what comes of works when medians of whole runs are taken: to be shown, not judged.
    """

    check: Check
    memory: Memory
    found: Estimate
    whole: float | None = None

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
        whole = "" if self.whole is None else f" (of whole runs {self.whole:.2f})"
        names = f"{what}{self.check.of} / {against}"
        return f"{mark}  {self.memory}: {names}: {self.found}{whole}, {limit}"


def verdicts(result: Result) -> list[Verdict]:
    """Return what came of all checks, in the order of the scenario, by memory mode."""
    return [
        Verdict(
            check=check,
            memory=comparison.memory,
            found=ratio(comparison, result, check),
            whole=whole_ratio(comparison, result, check),
        )
        for comparison in result.cycles
        for check in result.scenario.checks
        if comparison.memory in check.limits
    ]


def ratio(comparison: Comparison, result: Result, check: Check) -> Estimate:
    """Return the ratio of a check: of cycles the median of the rounds' ratios, or that of works."""
    if check.value == "work":
        assert result.scenario.floor is not None, "the reader has seen to it"
        return work_ratio(comparison, check, result.scenario.floor)
    own = values(comparison, {check.of: 1.0})
    other = values(comparison, check.against)
    return Estimate.of([a / b for a, b in zip(own, other, strict=True)])


def work_ratio(comparison: Comparison, check: Check, floor: str) -> Estimate:
    """Return the work above the floor as a multiple of that of others."""
    runs = Runs(comparison, {check.of, *check.against, floor})

    def found(rounds: Sequence[int]) -> float:
        unit = sum(f * runs.work(name, floor, rounds) for name, f in check.against.items())
        return runs.work(check.of, floor, rounds) / unit if unit > 0 else float("inf")

    return Estimate.resampled(found, runs.rounds)


def whole_ratio(comparison: Comparison, result: Result, check: Check) -> float | None:
    """Return the ratio of works as medians over the rounds of what whole runs took."""
    floor = result.scenario.floor
    if check.value != "work" or floor is None:
        return None
    own = values(comparison, {check.of: 1, floor: -1})
    floors = sum(check.against.values()) - check.against.get(floor, 0)
    others = values(comparison, {**check.against, floor: -floors})
    unit = statistics.median(others)
    return statistics.median(own) / unit if unit > 0 else float("inf")


class Runs:
    """Runs of which small differences are taken: those of the medians of the alternatives.

    Where all alternatives tell them, the stretches of their runs are taken.
    """

    def __init__(self, comparison: Comparison, names: Iterable[str]) -> None:
        runs = {name: comparison.samples[name] for name in names}
        told = all(s.stretch is not None for samples in runs.values() for s in samples)
        self._runs = {
            name: [(s.stretch or 0.0) if told else s.cycles for s in samples]
            for name, samples in runs.items()
        }
        self.rounds = len(next(iter(self._runs.values())))

    def work(self, name: str, floor: str, rounds: Sequence[int] | None = None) -> float:
        """Return the cycles a packet above the floor, in some rounds or all."""
        return self._median(name, rounds) - self._median(floor, rounds)

    def _median(self, name: str, rounds: Sequence[int] | None) -> float:
        runs = self._runs[name]
        return statistics.median(runs if rounds is None else [runs[i] for i in rounds])


def values(comparison: Comparison, of: Mapping[str, float]) -> Sequence[float]:
    """Return the cycles a packet of each round, or of a sum of alternatives."""
    rounds = [[sample.cycles for sample in comparison.samples[name]] for name in of]
    return [
        sum(factor * cycles for factor, cycles in zip(of.values(), one, strict=True))
        for one in zip(*rounds, strict=True)
    ]
