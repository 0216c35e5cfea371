"""What a pattern asks of a packet's bytes.

A `Match` of bytes that a packet does not have is false, and so its `Not` is true. The functions
fold constants, so that one is either the whole predicate or nowhere in it.

Comparisons by size become matches: the bits of `U` in runs of ones and zeros, highest first, tell
how a larger number can look. `port > 1023` is one match, that the upper six bits are not all zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

__all__ = [
    "FALSE",
    "TRUE",
    "All",
    "AnyOf",
    "Base",
    "Choice",
    "Constant",
    "Match",
    "Not",
    "Predicate",
    "Present",
    "all_of",
    "any_of",
    "choice",
    "equal",
    "larger",
    "negated",
]


class Base(IntEnum):
    """The header in which an offset counts; the value is where its offsets begin in a program."""

    MAC = 0
    NETWORK = 256
    TRANSPORT = 512


@dataclass(frozen=True, slots=True)
class Constant:
    """True or false of every packet."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Are the bits of `mask` in the `size` bytes at `offset` those of `value`?

    Only bytes in which the mask has a bit need to be there.
    """

    base: Base
    offset: int
    size: int
    mask: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Has the packet `end` bytes from the header's first?"""

    base: Base
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Predicate


@dataclass(frozen=True, slots=True)
class All:
    """All of two or more."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of two or more."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One or the other, as the condition says."""

    condition: Predicate
    then: Predicate
    otherwise: Predicate


Predicate = Constant | Match | Present | Not | All | AnyOf | Choice

TRUE: Final = Constant(True)
FALSE: Final = Constant(False)


def equal(base: Base, offset: int, size: int, mask: int, value: int) -> Predicate:
    """Return a match; one without a mask is true of every packet."""
    if mask == 0:
        return TRUE
    return Match(base=base, offset=offset, size=size, mask=mask, value=value & mask)


def negated(part: Predicate) -> Predicate:
    """Return the opposite."""
    match part:
        case Constant(value):
            return Constant(not value)
        case Not(inner):
            return inner
        case _:
            return Not(part)


def all_of(*parts: Predicate) -> Predicate:
    """Return what holds when all parts do."""
    needed = tuple(p for p in parts if p != TRUE)
    if FALSE in needed:
        return FALSE
    return All(needed) if len(needed) > 1 else needed[0] if needed else TRUE


def any_of(*parts: Predicate) -> Predicate:
    """Return what holds when one of the parts does."""
    needed = tuple(p for p in parts if p != FALSE)
    if TRUE in needed:
        return TRUE
    return AnyOf(needed) if len(needed) > 1 else needed[0] if needed else FALSE


def choice(condition: Predicate, then: Predicate, otherwise: Predicate) -> Predicate:
    """Return one of two, as the condition says."""
    if then == otherwise:
        return then
    match condition:
        case Constant(value):
            return then if value else otherwise
        case Not(inner):
            return Choice(condition=inner, then=otherwise, otherwise=then)
        case _:
            return Choice(condition=condition, then=then, otherwise=otherwise)


def larger(base: Base, offset: int, size: int, mask: int, value: int) -> Predicate:
    """Return whether the bits of `mask` are, as a number, larger than `value`.

    True or false of bytes that are there; the caller asks whether they are.
    """
    if value < 0:
        return TRUE
    found: Predicate = FALSE
    for run, ones in reversed(list(_runs(mask, value))):
        same = equal(base, offset, size, run, run if ones else 0)
        found = all_of(same, found) if ones else any_of(negated(same), found)
    return found


def _runs(mask: int, value: int) -> Iterator[tuple[int, bool]]:
    """Yield the bits of a mask, highest first, in runs for which `value` has equal bits.

    A bit of the value that the mask lacks makes every number below it smaller: the rest are ones.
    """
    run, ones, all_ones = 0, False, False
    for n in reversed(range(max(mask.bit_length(), value.bit_length()))):
        bit = 1 << n
        if not mask & bit:
            all_ones = all_ones or bool(value & bit)
            continue
        one = all_ones or bool(value & bit)
        if run and one != ones:
            yield run, ones
            run = 0
        run, ones = run | bit, one
    if run:
        yield run, ones
