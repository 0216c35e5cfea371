"""Rows to bit vectors: a value of each dimension gives the rows that it can belong to.

    rows                         src byte 0       dst port         a packet from 10.*, port 80
     0  src 10.*, dst port 80     10 -> 1 0 1      80 -> 1 1 0      101 & 110 = 100: row 0
     1  src 20.*, dst port 80     20 -> 0 1 1      else -> 0 0 1
     2  dst port not 80           else -> 0 0 1

Values with the same vector are one class, and share it. The vectors that a packet's values have are
ANDed word by word; a summary vector tells which words of a vector are not zero, so that most words
are never looked at (Lakshman and Stiliadis, SIGCOMM 1998; Baboescu and Varghese, SIGCOMM 2001).

Up to `PLAIN_ROWS` rows stand in the order of their rules, so that the first bit that is left is the
answer. More are sorted by what they ask for: rows that the same packet can match are then in few
words. Each has the number of its rule, and the least number counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pmill.match.byte_program import NEVER
from pmill.match.predicates import TRUE, Predicate
from pmill.match.rows import Dimension, Row, Rows, TooManyRows
from pmill.match.sets import ALL, ValueSet

__all__ = ["BitVectors", "Classes", "Rule", "bit_vectors", "classes"]

WORD: Final = 64
PLAIN_ROWS: Final = 4 * WORD
_MOST_ROWS: Final = 1 << 17
_MOST_NEEDED: Final = 1024  # bytes of a header: those of short packets are copied
_MOST_POINTS: Final = 1 << 21  # at which vectors of one dimension change
_WIDE: Final = 16  # a set of more than one in so many values tells rows badly apart

Rule = tuple[Predicate, int]  # and the jump: an output, negated, or NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """The vectors of one dimension: that of the last start which is at most the value.

    Bit `n` of a vector is row `n`. Lengths above the last start are as that one.
    """

    dimension: Dimension
    starts: tuple[int, ...]
    vectors: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BitVectors:
    """Rules as vectors. `priorities` has a number for each row, a place in `jumps`.

    Smaller numbers win; a packet that no row is left for has the jump `otherwise`. `ordered`: the
    numbers never fall from a row to the next, otherwise only inside of a word.
    """

    classes: tuple[Classes, ...]
    priorities: tuple[int, ...]
    jumps: tuple[int, ...]
    otherwise: int
    ordered: bool

    @property
    def words(self) -> int:
        """How many words of 64 bits a vector has."""
        return (len(self.priorities) + WORD - 1) // WORD


def bit_vectors(rules: Sequence[Rule]) -> BitVectors | None:
    """Return rules as vectors; None when they are not small products of sets."""
    try:
        rows, jumps, otherwise = _numbered(rules)
    except TooManyRows:
        return None
    if not rows or len(rows) > _MOST_ROWS:
        return None
    ordered = len(rows) <= PLAIN_ROWS
    if not ordered:
        rows = _clustered(rows)
    fields = []
    asked = [row for row, _ in rows]
    for dimension in sorted({d for row in asked for d in row}):
        found = classes(dimension, asked)
        if found is None or dimension.offset + dimension.size > _MOST_NEEDED:
            return None
        fields.append(found)
    return BitVectors(
        classes=tuple(fields),
        priorities=tuple(number for _, number in rows),
        jumps=jumps,
        otherwise=otherwise,
        ordered=ordered,
    )


def _numbered(rules: Sequence[Rule]) -> tuple[list[tuple[Row, int]], tuple[int, ...], int]:
    """Return the rows with the numbers of their jumps: rules that follow each other and have one
    jump have one number. What a rule for all packets decides needs no row."""
    maker = Rows.of(predicate for predicate, _ in rules)
    rows: list[tuple[Row, int]] = []
    jumps: list[int] = []
    for predicate, jump in rules:
        found = [{}] if predicate == TRUE else maker.of_rule(predicate)
        if {} in found:
            return rows, tuple(jumps), jump
        if found and (not jumps or jumps[-1] != jump):
            jumps.append(jump)
        rows += [(row, len(jumps) - 1) for row in found]
    return rows, tuple(jumps), NEVER


def _clustered(rows: list[tuple[Row, int]]) -> list[tuple[Row, int]]:
    """Bring together what the same packets match; inside of each word the first rules first."""
    different: dict[Dimension, set[ValueSet]] = {}
    for row, _ in rows:
        for dimension, values in row.items():
            different.setdefault(dimension, set()).add(values)
    telling = sorted((d for d in different if d.size), key=lambda d: (-len(different[d]), d))

    def place(item: tuple[Row, int]) -> list[tuple[bool, int]]:
        row, _ = item
        key = []
        for dimension in telling:
            values = row.get(dimension, ALL)
            wide = _covered(values, dimension.values) * _WIDE > dimension.values
            key.append((wide, 0 if wide else values[0]))
        return key

    found = sorted(rows, key=place)
    return [
        item
        for at in range(0, len(found), WORD)
        for item in sorted(found[at : at + WORD], key=lambda item: item[1])
    ]


def _covered(values: ValueSet, end: int) -> int:
    """Return how many of the values below `end` are in a set."""
    points = values if len(values) % 2 == 0 else (*values, end)
    return sum(points[1::2]) - sum(points[::2])


def classes(dimension: Dimension, rows: Sequence[Row]) -> Classes | None:
    """Sweep over the values of a dimension; None when there are too many changes."""
    bits: dict[ValueSet, list[int]] = {}
    for n, row in enumerate(rows):
        bits.setdefault(row.get(dimension, ALL), []).append(n)
    if sum(len(values) for values in bits) > _MOST_POINTS:
        return None
    changes: dict[int, int] = {0: 0}
    for values, members in bits.items():
        vector = _vector(members, len(rows))
        for point in values:
            changes[point] = changes.get(point, 0) ^ vector
    starts: list[int] = []
    vectors: list[int] = []
    vector = 0
    for point in sorted(changes):
        vector ^= changes[point]
        if not vectors or vector != vectors[-1]:
            starts.append(point)
            vectors.append(vector)
    return Classes(dimension=dimension, starts=tuple(starts), vectors=tuple(vectors))


def _vector(members: Sequence[int], size: int) -> int:
    raw = bytearray((size + 7) // 8)
    for n in members:
        raw[n >> 3] |= 1 << (n & 7)
    return int.from_bytes(raw, "little")
