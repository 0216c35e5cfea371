"""Medians, and how sure one can be of them."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

_RESAMPLES: Final = 2000
_CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A median, its 95 % confidence interval, and the extremes of what was measured."""

    median: float
    low: float
    high: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Estimate:
        """Estimate the median by the percentile bootstrap (Efron, 1979), the same each time."""
        rng = random.Random(len(values))
        medians = sorted(
            statistics.median(rng.choices(values, k=len(values))) for _ in range(_RESAMPLES)
        )
        tail = round((1 - _CONFIDENCE) / 2 * _RESAMPLES)
        return cls(
            median=statistics.median(values),
            low=medians[tail],
            high=medians[-1 - tail],
            least=min(values),
            most=max(values),
        )

    @classmethod
    def resampled(cls, value: Callable[[Sequence[int]], float], rounds: int) -> Estimate:
        """Estimate a value of some rounds by the percentile bootstrap, the same each time.

        The value of all rounds stands for the median; the extremes are those of the resamples.
        """
        rng = random.Random(rounds)
        found = sorted(value(rng.choices(range(rounds), k=rounds)) for _ in range(_RESAMPLES))
        tail = round((1 - _CONFIDENCE) / 2 * _RESAMPLES)
        return cls(
            median=value(range(rounds)),
            low=found[tail],
            high=found[-1 - tail],
            least=found[0],
            most=found[-1],
        )

    def __str__(self) -> str:
        digits = 1 if self.median >= 10 else 2
        return f"{self.median:.{digits}f} [{self.low:.{digits}f}-{self.high:.{digits}f}]"

    def json(self) -> dict[str, float]:
        """Return it for JSON."""
        return asdict(self)
