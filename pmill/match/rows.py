"""Rules to rows: what a rule asks for as products of sets, one set a dimension.

    src port 80 or 81, of TCP      network length >= 10 | byte 9 in {6} | …
                                   transport length >= 2 | bytes 0-1 in {80, 81}

A dimension is one byte, two bytes at an even offset, or the number of bytes that a header has.
Whatever a predicate asks of one dimension, however long, is one set; an `or` between dimensions
makes several rows. A comparison of bytes that are not there is false, as predicates say: every
set of bytes comes with a set of lengths, so no row depends on what is read in place of missing
bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pmill.match.dimension import (
    Dimension,
    TooManyRows,
    holds,
    length_of,
    lengths_of,
    matches_of,
    needed,
    values_of,
)
from pmill.match.predicates import (
    All,
    AnyOf,
    Base,
    Choice,
    Constant,
    Match,
    Not,
    Predicate,
    Present,
)
from pmill.match.sets import (
    ALL,
    NONE,
    ValueSet,
    at_least,
    complement,
    intersection,
    masked,
    union,
)

__all__ = ["Dimension", "Row", "Rows", "TooManyRows"]

_MOST_ROWS: Final = 64  # of one rule
_MOST_FREE_BITS: Final = 12  # between bits of a mask: as many intervals as they have values


Row = dict[Dimension, ValueSet]  # a dimension that is not there can have any value


# What a predicate is about: one dimension, no bytes at all (None), or more (SEVERAL).
SEVERAL: Final = Dimension(Base.MAC, -1, 0)


@dataclass(slots=True)
class Rows:
    """Makes rows of the predicates of some rules.

    Two neighbouring bytes are one dimension where a mask has bits in both: all rules must be known
    before the first is read.
    """

    pairs: frozenset[tuple[Base, int]]
    _known: dict[Predicate, tuple[list[Row], list[Row]]] = field(default_factory=dict)

    @classmethod
    def of(cls, predicates: Iterable[Predicate]) -> Rows:
        """Return the maker for some rules."""
        found: set[tuple[Base, int]] = set()
        seen: set[tuple[Base, int, int, int]] = set()
        for match in matches_of(predicates):
            shape = (match.base, match.offset, match.size, match.mask)
            if shape not in seen:
                seen.add(shape)
                found.update(
                    (match.base, offset)
                    for offset, mask, _ in _units(match)
                    if mask & 0xFF and mask & 0xFF00
                )
        return cls(pairs=frozenset(found))

    def of_rule(self, predicate: Predicate) -> list[Row]:
        """Return rows of which one holds where the predicate does; raises TooManyRows."""
        return self._rows(predicate, wanted=True)

    def _rows(self, predicate: Predicate, *, wanted: bool) -> list[Row]:
        match predicate:
            case Constant(value):
                return [{}] if value == wanted else []
            case Present(base=base, end=end):
                there = at_least(end)
                return [{length_of(base): there if wanted else complement(there)}]
            case Not(part):
                return self._rows(part, wanted=not wanted)
        if isinstance(predicate, Match) or self._about(predicate) != SEVERAL:
            return self._once(predicate)[0 if wanted else 1]
        match predicate:
            case All(parts):
                return self._joined(parts, wanted=wanted, every=wanted)
            case AnyOf(parts):
                return self._joined(parts, wanted=wanted, every=not wanted)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                return self._chosen(condition, then, otherwise, wanted=wanted)

    def _once(self, predicate: Predicate) -> tuple[list[Row], list[Row]]:
        """Return the rows of a comparison, or of a predicate about one dimension, and of its
        opposite; they are kept, because rules resemble each other."""
        known = self._known.get(predicate)
        if known is None:
            if isinstance(predicate, Match):
                known = self._of_match(predicate)
            else:
                about = self._about(predicate)
                known = _of_one(predicate, about or length_of(Base.MAC))
            self._known[predicate] = known
        return known

    def _chosen(
        self, condition: Predicate, then: Predicate, otherwise: Predicate, *, wanted: bool
    ) -> list[Row]:
        first = _product(self._rows(condition, wanted=True), self._rows(then, wanted=wanted))
        rest = _product(self._rows(condition, wanted=False), self._rows(otherwise, wanted=wanted))
        return _simplified([*first, *rest])

    def _about(self, predicate: Predicate) -> Dimension | None:
        """Return which bytes a predicate is about, and the lengths of that header."""
        match predicate:
            case Constant() | Present():
                return None if isinstance(predicate, Constant) else length_of(predicate.base)
            case Match():
                found = self._dimensions(predicate)
                return found[0][0] if len(found) == 1 else SEVERAL
            case Not(part):
                return self._about(part)
            case All(parts) | AnyOf(parts):
                return self._about_all(parts)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                return self._about_all((condition, then, otherwise))

    def _about_all(self, parts: Sequence[Predicate]) -> Dimension | None:
        found: Dimension | None = None
        for part in parts:
            about = self._about(part)
            if found is None or (about is not None and found == length_of(about.base)):
                found = about or found
            elif about is not None and about not in (found, length_of(found.base)):
                return SEVERAL
        return found

    def _joined(self, parts: Sequence[Predicate], *, wanted: bool, every: bool) -> list[Row]:
        found: list[Row] = [{}] if every else []
        for part in parts:
            rows = self._rows(part, wanted=wanted)
            found = _product(found, rows) if every else _simplified([*found, *rows])
        return found

    def _of_match(self, match: Match) -> tuple[list[Row], list[Row]]:
        """Return the rows of a comparison and those of its opposite."""
        row: Row = {
            dimension: _masked(8 * dimension.size, mask, value)
            for dimension, mask, value in self._dimensions(match)
        }
        row[length_of(match.base)] = at_least(needed(match))
        return [row], [{dimension: complement(values)} for dimension, values in row.items()]

    def _dimensions(self, match: Match) -> list[tuple[Dimension, int, int]]:
        """Return the dimensions in which a match has bits, with their masks and values."""
        found = []
        for offset, mask, value in _units(match):
            if (match.base, offset) in self.pairs:
                found.append((Dimension(match.base, offset, 2), mask, value))
                continue
            for at, shift in ((offset, 8), (offset + 1, 0)):
                bits = mask >> shift & 0xFF
                if bits:
                    found.append((Dimension(match.base, at, 1), bits, value >> shift & 0xFF))
        return found


def _masked(bits: int, mask: int, value: int) -> ValueSet:
    lowest = (mask & -mask).bit_length() - 1
    if bits - mask.bit_count() - lowest > _MOST_FREE_BITS:
        raise TooManyRows
    return masked(bits, mask, value)


def _of_one(predicate: Predicate, dimension: Dimension) -> tuple[list[Row], list[Row]]:
    """Return the rows of a predicate about one dimension, and those of its opposite.

    Between the lengths that its parts need, it is a set of values.
    """
    length = length_of(dimension.base)
    lengths = [0, *sorted(lengths_of(predicate) - {0})]
    good: list[Row] = []
    bad: list[Row] = []
    for n, least in enumerate(lengths):
        between = (least, lengths[n + 1]) if n + 1 < len(lengths) else at_least(least)
        there: Row = {} if between == ALL else {length: between}
        values = NONE
        if dimension.size:
            values = values_of(predicate, dimension, least)
        elif holds(predicate, dimension, 0, 0, least):
            values = ALL
        for rows, wanted in ((good, values), (bad, complement(values))):
            if wanted == ALL:
                rows.append(there)
            elif wanted != NONE:
                rows.append({**there, dimension: wanted})
    return _simplified(good), _simplified(bad)


def _units(match: Match) -> Iterator[tuple[int, int, int]]:
    """Yield (offset, mask, value) of the pairs of bytes in which a match has bits."""
    end = match.offset + match.size
    for offset in range(match.offset // 2 * 2, end, 2):
        shift = 8 * (end - offset - 2)
        mask, value = (
            (bits >> shift if shift >= 0 else bits << -shift) & 0xFFFF
            for bits in (match.mask, match.value)
        )
        if mask:
            yield offset, mask, value


# --- rows of several dimensions -------------------------------------------------------------------


def _product(some: list[Row], others: list[Row]) -> list[Row]:
    if len(some) == 1 and not some[0]:
        return others
    return _simplified([row for a in some for b in others if (row := _both(a, b)) is not None])


def _both(a: Row, b: Row) -> Row | None:
    """Return the row of what is in both, None when that is nothing."""
    row = dict(a)
    for dimension, values in b.items():
        before = row.get(dimension)
        if before is not None:
            values = intersection(before, values)
            if values == NONE:
                return None
        row[dimension] = values
    return row


def _simplified(rows: list[Row]) -> list[Row]:
    """Make one row of two wherever that says the same; raises TooManyRows."""
    kept: list[Row] = []
    for row in rows:
        fresh: Row | None = row
        while fresh is not None:
            for n, other in enumerate(kept):
                joined = _as_one(other, fresh)
                if joined is not None:
                    del kept[n]
                    fresh = joined
                    break
            else:
                kept.append(fresh)
                fresh = None
    if len(kept) > _MOST_ROWS:
        raise TooManyRows
    return kept


def _as_one(a: Row, b: Row) -> Row | None:
    """Return the one row that two are together, None when they are none."""
    small, large = (a, b) if len(a) <= len(b) else (b, a)
    if all(large.get(d) == values for d, values in small.items()):
        if len(large) == len(small):
            return small
        return small  # it asks for less of what both ask for
    if a.keys() != b.keys():
        return None
    different = [d for d, values in a.items() if b[d] != values]
    if len(different) != 1:
        return None
    (d,) = different
    whole = union(a[d], b[d])
    row = {**a, d: whole}
    if whole == ALL:
        del row[d]
    return row
