"""One dimension of what is asked of packets: some bytes of a header, or how many it has.

    port >= 80 and port < 443, and there     with 2 bytes or more: {80 … 442}; with fewer: nothing

A predicate about one dimension is a set of its values, one for each range of lengths of the header.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

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
from pmill.match.sets import ValueSet

__all__ = [
    "Dimension",
    "TooManyRows",
    "holds",
    "length_of",
    "lengths_of",
    "matches_of",
    "needed",
    "values_of",
]

_MOST_STEPS: Final = 2048  # to find the values of one dimension


class TooManyRows(Exception):
    """What a rule asks for is no small number of products."""


@dataclass(frozen=True, slots=True, order=True)
class Dimension:
    """The `size` bytes at `offset` of a header as a number, or, without a size, its length."""

    base: Base
    offset: int
    size: int

    @property
    def values(self) -> int:
        """How many values there are, of bytes."""
        return 1 << (8 * self.size)


def length_of(base: Base) -> Dimension:
    """Return the dimension that is the number of bytes of a header."""
    return Dimension(base, 0, 0)


def needed(match: Match) -> int:
    """Return how many bytes of its header a match needs to be there."""
    trailing_zeros = (match.mask & -match.mask).bit_length() - 1
    return match.offset + match.size - trailing_zeros // 8


def matches_of(predicates: Iterable[Predicate]) -> Iterator[Match]:
    """Yield all comparisons in some predicates."""
    waiting = list(predicates)
    while waiting:
        match waiting.pop():
            case Match() as found:
                yield found
            case Not(part):
                waiting.append(part)
            case All(parts) | AnyOf(parts):
                waiting.extend(parts)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                waiting.extend((condition, then, otherwise))
            case Constant() | Present():
                pass


def lengths_of(predicate: Predicate) -> set[int]:
    """Return the numbers of bytes of a header at which the answer can change."""
    found = {needed(match) for match in matches_of([predicate])}
    waiting = [predicate]
    while waiting:
        match waiting.pop():
            case Present(end=end):
                found.add(end)
            case Not(part):
                waiting.append(part)
            case All(parts) | AnyOf(parts):
                waiting.extend(parts)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                waiting.extend((condition, then, otherwise))
            case _:
                pass
    return found


def values_of(predicate: Predicate, dimension: Dimension, length: int) -> ValueSet:
    """Return the values for which a predicate holds; raises TooManyRows.

    Bits are given values from the highest on until the predicate is decided.
    """
    points: list[int] = []
    inside = False
    waiting = [(0, 0)]  # how many bits are known, and the value that they have
    steps = 0
    while waiting:
        steps += 1
        if steps > _MOST_STEPS:
            raise TooManyRows
        known, value = waiting.pop()
        free = 8 * dimension.size - known
        mask = dimension.values - (1 << free)
        answer = holds(predicate, dimension, mask, value << free, length)
        if answer is None:
            waiting += [(known + 1, 2 * value + 1), (known + 1, 2 * value)]
        elif answer != inside:
            points.append(value << free)
            inside = answer
    return tuple(points)


def holds(
    predicate: Predicate, dimension: Dimension, known: int, value: int, length: int
) -> bool | None:
    """Return whether a predicate holds of a value of which the bits of `known` are known."""

    def of(part: Predicate) -> bool | None:
        match part:
            case Constant(answer):
                return answer
            case Present(end=end):
                return length >= end
            case Match():
                return matches(part)
            case Not(inner):
                opposite = of(inner)
                return None if opposite is None else not opposite
            case All(parts):
                return joined(parts, decisive=False)
            case AnyOf(parts):
                return joined(parts, decisive=True)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                taken = of(condition)
                return None if taken is None else of(then if taken else otherwise)

    def joined(parts: Sequence[Predicate], *, decisive: bool) -> bool | None:
        answers = [of(part) for part in parts]
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive

    def matches(part: Match) -> bool | None:
        if length < needed(part):
            return False
        shift = 8 * (part.offset + part.size - dimension.offset - dimension.size)
        mask, wanted = (
            bits >> shift if shift >= 0 else bits << -shift for bits in (part.mask, part.value)
        )
        if (value ^ wanted) & mask & known:
            return False
        return None if mask & ~known & (dimension.values - 1) else True

    return of(predicate)
