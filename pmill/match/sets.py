"""Sets of the values that one or two bytes, or a length, can have.

A set is the sorted tuple of the values at which membership changes, counting from below: a value
is in it when an odd number of them is at most the value. So `()` is empty, `(0,)` is everything,
`(80, 81)` holds 80 alone and `(0, 80, 81)` all but 80. The largest value need not be known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import Final

__all__ = ["ALL", "NONE", "ValueSet", "at_least", "complement", "contains", "masked"]

ValueSet = tuple[int, ...]

ALL: Final[ValueSet] = (0,)
NONE: Final[ValueSet] = ()
_CACHED: Final = 1 << 13


def contains(values: ValueSet, value: int) -> bool:
    """Return whether a value is in a set."""
    return bool(bisect_right(values, value) & 1)


def complement(values: ValueSet) -> ValueSet:
    """Return the values that are not in a set."""
    return values[1:] if values[:1] == ALL else (0, *values)


def at_least(value: int) -> ValueSet:
    """Return the values from `value` on."""
    return (value,)


@lru_cache(maxsize=_CACHED)
def masked(bits: int, mask: int, value: int) -> ValueSet:
    """Return the numbers of so many bits whose bits of `mask` are those of `value`."""
    low = (mask & -mask) if mask else 1 << bits  # numbers that differ below it are neighbours
    free = ~mask & ((1 << bits) - 1) & ~(low - 1)
    points: list[int] = []
    part = 0
    while True:
        start = value & mask | part
        if points and points[-1] == start:
            points.pop()
        else:
            points.append(start)
        points.append(start + low)
        part = (part - free) & free  # the next larger subset of the free bits
        if part == 0:
            break
    if points[-1] == 1 << bits:
        points.pop()
    return tuple(points)


@lru_cache(maxsize=_CACHED)
def union(one: ValueSet, other: ValueSet) -> ValueSet:
    """Return the values that are in either set."""
    return _combined(one, other, lambda a, b: a or b)


@lru_cache(maxsize=_CACHED)
def intersection(one: ValueSet, other: ValueSet) -> ValueSet:
    """Return the values that are in both sets."""
    if one == other or other == ALL:
        return one
    return other if one == ALL else _combined(one, other, lambda a, b: a and b)


def _combined(one: ValueSet, other: ValueSet, rule: Callable[[bool, bool], bool]) -> ValueSet:
    points: list[int] = []
    inside = in_one = in_other = False
    first, second = set(one), set(other)
    for point in sorted(first | second):
        in_one ^= point in first
        in_other ^= point in second
        if rule(in_one, in_other) != inside:
            inside = not inside
            points.append(point)
    return tuple(points)
