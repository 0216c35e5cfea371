"""Boxes: what packets of one rule look like that no earlier rule can take.

    0  src 10.1.*.*, dst port 80 -> 1           src byte 0-1  in {10.*} but not {10.1}
    1  dst 20.2.*.* -> 2                   =>   dst byte 0-1  not {20.2}
    2  src 10.*.*.* -> 3, got most packets      -> 3

A box is a set of values for each of some dimensions. It begins as what the rule asks for, and each
row of an earlier rule with another jump that meets it is cut off in one dimension: the one in which
fewest values are lost. So it has not all packets of the rule, but few are lost when values are
evenly spread, and it takes one look at a bit of each dimension to know whether a packet is inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pmill.match.rows import Dimension, Row, Rows, TooManyRows
from pmill.match.sets import ValueSet, contains
from pmill.match.vectors import Rule

__all__ = ["Box", "boxes"]

_MOST: Final = 2  # boxes of an element
_LEAST_SHARE: Final = 16  # one packet in so many
_LEAST_PART: Final = 0.5  # of a rule's packets
_SIDE: Final = 1.0  # what looking at a side costs, in steps of a program
_LONG: Final = 1 << 20  # the length of a header that has every byte that matters


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Values of dimensions that lead to a jump: bit `v` of a number is value `v`.

    Only of packets that have all bytes which any rule looks at. `part` is the share of the rule's
    packets that are inside, were their values evenly spread.
    """

    sides: tuple[tuple[Dimension, int], ...]
    jump: int
    part: float

    @property
    def data(self) -> bytes:
        """The bits of all sides, one after the other, as the program reads them."""
        return b"".join(bits.to_bytes(d.values // 8, "little") for d, bits in self.sides)


def boxes(rules: Sequence[Rule], hits: Sequence[int], cost: float) -> tuple[Box, ...]:
    """Return boxes to look into before rules are looked up, the most useful first.

    `hits` are packets that each rule got, `cost` is what looking one up costs, in steps of a
    program. Rules with one jump that follow each other are one.
    """
    total = left = sum(hits)
    found: list[Box] = []
    for n in sorted(range(len(rules)), key=lambda n: (-hits[n], n)):
        if len(found) == _MOST or hits[n] * _LEAST_SHARE < total or not hits[n]:
            break
        box = _box(n, rules)
        if box is None or box.part < _LEAST_PART:
            continue
        taken = hits[n] * box.part
        if taken * cost > left * _SIDE * len(box.sides):
            found.append(box)
            left -= hits[n]
    return tuple(found)


def _box(n: int, rules: Sequence[Rule]) -> Box | None:
    """Return a box of packets that rule `n` gets; None when there is none, or it is too small."""
    maker = Rows.of(predicate for predicate, _ in rules)
    wanted, jump = rules[n]
    try:
        own = [row for row in maker.of_rule(wanted) if _is_whole(row)]
        others = [
            row
            for predicate, other in rules[:n]
            if other != jump
            for row in maker.of_rule(predicate)
            if _is_whole(row)
        ]
    except TooManyRows:
        return None
    if not own:
        return None
    sides, part = _cut({d: _bits(v, d) for d, v in own[0].items() if d.size}, others)
    if not sides or not part:
        return None
    return Box(sides=tuple(sorted(sides.items())), jump=jump, part=part / len(own))


def _is_whole(row: Row) -> bool:
    """Whether packets with all bytes can match a row."""
    return all(contains(values, _LONG) for d, values in row.items() if not d.size)


def _cut(sides: dict[Dimension, int], others: Sequence[Row]) -> tuple[dict[Dimension, int], float]:
    """Cut rows off; return what is left, and how much of it that is."""
    part = 1.0
    known: dict[tuple[Dimension, ValueSet], int] = {}
    for row in others:
        least, where, rest = 1.0, None, 0
        for dimension, values in row.items():
            if not dimension.size:
                continue
            key = (dimension, values)
            bits = known.get(key) or known.setdefault(key, _bits(values, dimension))
            here = sides.get(dimension, _full(dimension))
            lost = (here & bits).bit_count() / here.bit_count()
            if lost < least or where is None:
                least, where, rest = lost, dimension, here & ~bits
            if not lost:
                break
        if not least:
            continue
        if where is None or not rest:
            return {}, 0.0
        sides[where] = rest
        part *= 1 - least
    return {d: bits for d, bits in sides.items() if bits != _full(d)}, part


def _full(dimension: Dimension) -> int:
    return (1 << dimension.values) - 1


def _bits(values: ValueSet, dimension: Dimension) -> int:
    """Return a set as a number with a bit for each value."""
    points = values if len(values) % 2 == 0 else (*values, dimension.values)
    return sum(
        (1 << end) - (1 << start) for start, end in zip(points[::2], points[1::2], strict=True)
    )


def inside(box: Box, values: Mapping[Dimension, int]) -> bool:
    """Whether a packet with these values of its bytes is in a box."""
    return all(bits >> values[d] & 1 for d, bits in box.sides)
