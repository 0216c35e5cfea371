"""Interleaves contestants round by round and compares them within each round.

What disturbs a machine changes slowly; a round is short. So a ratio is taken within each round,
and the median of the rounds' ratios is what counts, not the ratio of two medians.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pmill.bench import hugepages
from pmill.bench.contestants import Contestant
from pmill.bench.copies import copies
from pmill.bench.sample import Sample
from pmill.bench.settings import Memory

# Pages are worth some hundredths of a run; a neighbour on the same core, two fifths.
_DISTURBED: Final = 1.1
_ATTEMPTS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Median and extremes of a value over the rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise the values of all rounds."""
        return cls(median=statistics.median(values), low=min(values), high=max(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All samples of one memory mode: contestant's name -> one sample a round.

    `again` is how many runs were made again, because they were disturbed.
    """

    memory: Memory
    samples: Mapping[str, tuple[Sample, ...]]
    again: int = 0

    def cycles(self, name: str) -> Spread:
        """Return a contestant's cycles a packet."""
        return Spread.of(self._cycles(name))

    def ratio(self, name: str, reference: str) -> Spread:
        """Return cycles a packet as a multiple of the reference's."""
        pairs = zip(self._cycles(name), self._cycles(reference), strict=True)
        return Spread.of([own / other for own, other in pairs])

    def work(self, name: str, floor: str) -> Spread:
        """Return the cycles a packet above the floor."""
        pairs = zip(self._cycles(name), self._cycles(floor), strict=True)
        return Spread.of([own - least for own, least in pairs])

    def work_ratio(self, name: str, reference: str, floor: str) -> Spread:
        """Return the work above the floor as a multiple of the reference's.

        The works of a round are differences of noisy numbers, so they are smoothed before they
        are divided: each round's work is compared with the median work of the reference.
        """
        unit = self.work(reference, floor).median
        pairs = zip(self._cycles(name), self._cycles(floor), strict=True)
        return Spread.of([(own - least) / unit if unit > 0 else 0.0 for own, least in pairs])

    def least_share(self) -> float:
        """Return the smallest share of the processor that any run had."""
        return min(sample.share for runs in self.samples.values() for sample in runs)

    def _cycles(self, name: str) -> list[float]:
        return [sample.cycles for sample in self.samples[name]]


def interleave(
    contestants: Sequence[Contestant],
    rounds: int,
    memory: Memory,
    run: Callable[[Contestant], Sample],
    show: Callable[[str], None],
) -> Comparison:
    """Run every contestant once a round; each round begins with another one, all in other pages.

    A run that is slower than one of its program was by as much as only the machine can be is made
    again, and the last one counts, whatever it is.
    """
    samples: dict[str, list[Sample]] = {contestant.name: [] for contestant in contestants}
    least: dict[str, float] = {}
    again = 0
    with copies() as programs:
        for number in range(rounds):
            if memory == "huge":
                hugepages.renew()
            first = number % len(contestants)
            for contestant in (*contestants[first:], *contestants[:first]):
                show(f"{memory}, round {number + 1} of {rounds}: {contestant.name}")
                attempts = 0
                while True:
                    attempts += 1
                    sample = run(programs.fresh(contestant))
                    took = sample.cycles if sample.stretch is None else sample.stretch
                    best = least[contestant.name] = min(least.get(contestant.name, took), took)
                    if took <= best * _DISTURBED or attempts == _ATTEMPTS:
                        break
                again += attempts - 1
                samples[contestant.name].append(sample)
    found = {name: tuple(runs) for name, runs in samples.items()}
    return Comparison(memory=memory, samples=found, again=again)
