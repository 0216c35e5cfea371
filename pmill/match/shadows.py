"""Rules that no packet reaches, because earlier rules take all that they could match.

    0  src net 10.0.0.0/8          a row each; row 2 is inside of row 0, and row 3 is not inside of
    1  dst port 80                 any, but what row 0 leaves of it (nothing of 10.*) and row 1 …
    2  src net 10.1.0.0/16
    3  src net 0.0.0.0/0 and dst port 80 or 443

Whether one earlier row contains a row is asked of all at once, by bit vectors: of the values of its
set in one dimension, which rows have them all? Where none does, points of the row are tried: mostly
one is found that no earlier row has. Otherwise the earlier rows are taken away from it one by one,
unless that leaves too many pieces: then nothing is said.

What is found is never wrong. It may be incomplete: values that no packet can have together, such as
a byte behind the last one, count as if one could.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pmill.match.rows import Dimension, Row, Rows, TooManyRows
from pmill.match.sets import ALL, NONE, ValueSet, complement, intersection
from pmill.match.vectors import Classes, Rule, classes

__all__ = ["Shadow", "shadows"]

_POINTS: Final = 12  # tried before anything is proven
_MOST_TAKEN: Final = 64  # rows that are taken away from one
_MOST_PIECES: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """Rule `rule` matches no packet: rule `by` takes all, or several do, or there are `none`."""

    rule: int
    by: int | None = None
    none: bool = False


def shadows(rules: Sequence[Rule]) -> list[Shadow]:
    """Return the rules that no packet reaches, as far as that is cheap to tell."""
    maker = Rows.of(predicate for predicate, _ in rules)
    rows: list[Row] = []
    owners: list[int] = []
    found = []
    for n, (predicate, _) in enumerate(rules):
        try:
            made = maker.of_rule(predicate)
        except TooManyRows:
            continue  # it takes something; that is not used
        if not made:
            found.append(Shadow(rule=n, none=True))
        rows += made
        owners += [n] * len(made)
    found += _Search(rows, owners).run()
    return sorted(found, key=lambda shadow: shadow.rule)


@dataclass
class _Search:
    """Rows in the order of their rules; `owners` are these rules."""

    rows: list[Row]
    owners: list[int]

    def run(self) -> Iterator[Shadow]:
        """Yield the rules all of whose rows are covered by those of earlier ones."""
        at = 0
        while at < len(self.rows):
            end = bisect_right(self.owners, self.owners[at])
            shadow = self._shadow(range(at, end)) if self.sweeps is not None else None
            if shadow is not None:
                yield shadow
            at = end

    @cached_property
    def sweeps(self) -> dict[Dimension, _Sweep] | None:
        """By dimension what the sets in it contain and meet; None when that is too much."""
        found = {}
        for dimension in sorted({d for row in self.rows for d in row}):
            swept = classes(dimension, self.rows)
            if swept is None:
                return None
            found[dimension] = _Sweep(swept, len(self.rows))
        return found

    def _shadow(self, own: range) -> Shadow | None:
        """Say by what the rule with these rows is shadowed, if it is."""
        earlier = (1 << own.start) - 1
        by: set[int] | None = None
        for n in own:
            around = self._containing(self.rows[n]) & earlier
            if not around and not self._is_covered(self.rows[n], earlier):
                return None
            names = {self.owners[i] for i in _bits(around)}
            by = names if by is None else by & names
        return Shadow(rule=self.owners[own.start], by=min(by) if by else None)

    def _containing(self, row: Row) -> int:
        assert self.sweeps is not None
        vector = -1
        for dimension, sweep in self.sweeps.items():
            vector &= sweep.containing(row.get(dimension, ALL))
        return vector

    def _is_covered(self, row: Row, earlier: int) -> bool:
        """Return whether several earlier rows certainly cover a row."""
        assert self.sweeps is not None
        meeting = earlier
        for dimension, sweep in self.sweeps.items():
            meeting &= sweep.meeting(row.get(dimension, ALL))
            if not meeting:
                return False
        if any(not self._at_a_point(row, meeting, seed) for seed in range(_POINTS)):
            return False
        pieces = [row]
        for n in self._least_cutting(row, meeting):
            pieces = [rest for piece in pieces for rest in _without(piece, self.rows[n])]
            if len(pieces) > _MOST_PIECES:
                break
        return not pieces

    def _least_cutting(self, row: Row, meeting: int) -> list[int]:
        """Return the rows that leave the fewest pieces of a row when they are taken away."""

        def cuts(n: int) -> int:
            return sum(
                intersection(row.get(dimension, ALL), values) != row.get(dimension, ALL)
                for dimension, values in self.rows[n].items()
            )

        return sorted(_bits(meeting), key=cuts)[:_MOST_TAKEN]

    def _at_a_point(self, row: Row, meeting: int, seed: int) -> int:
        """Return which rows have a point of a row that is drawn anew for each seed."""
        assert self.sweeps is not None
        rng = random.Random(seed)
        for dimension, sweep in self.sweeps.items():
            meeting &= sweep.at_a_value(row.get(dimension, ALL), rng)
        return meeting


class _Sweep:
    """The rows that have all values of a set in one dimension, or any."""

    def __init__(self, swept: Classes, rows: int) -> None:
        self._swept = swept
        self._all = (1 << rows) - 1
        self._containing: dict[ValueSet, int] = {}
        self._meeting: dict[ValueSet, int] = {}
        self._least = self._all
        for vector in swept.vectors:
            self._least &= vector

    def containing(self, values: ValueSet) -> int:
        """Return the rows that have all values."""
        known = self._containing.get(values)
        if known is None:
            known = self._all
            for vector in self._vectors(values):
                known &= vector
                if known == self._least:
                    break
            self._containing[values] = known
        return known

    def meeting(self, values: ValueSet) -> int:
        """Return the rows that have any of the values."""
        known = self._meeting.get(values)
        if known is None:
            known = 0
            for vector in self._vectors(values):
                known |= vector
                if known == self._all:
                    break
            self._meeting[values] = known
        return known

    def at_a_value(self, values: ValueSet, rng: random.Random) -> int:
        """Return the rows that have one of the values, whichever."""
        n = rng.randrange((len(values) + 1) // 2)
        first, last = self._between(values, 2 * n)
        return self._swept.vectors[rng.randrange(first, last)]

    def _vectors(self, values: ValueSet) -> Iterator[int]:
        for n in range(0, len(values), 2):
            for at in range(*self._between(values, n)):
                yield self._swept.vectors[at]

    def _between(self, values: ValueSet, n: int) -> tuple[int, int]:
        """Return the classes of the values from the change `n` of a set to the next."""
        starts = self._swept.starts
        end = values[n + 1] if n + 1 < len(values) else None
        last = len(starts) if end is None else bisect_left(starts, end)
        return bisect_right(starts, values[n]) - 1, last


def _without(row: Row, taken: Row) -> Iterator[Row]:
    """Yield rows, none of which meet, that are what is left of a row without another one."""
    inside = dict(row)
    for dimension, values in taken.items():
        have = inside.get(dimension, ALL)
        outside = intersection(have, complement(values))
        if outside != NONE:
            yield {**inside, dimension: outside}
        inside[dimension] = intersection(have, values)
        if inside[dimension] == NONE:
            return


def _bits(vector: int) -> Iterator[int]:
    while vector:
        lowest = vector & -vector
        yield lowest.bit_length() - 1
        vector ^= lowest
