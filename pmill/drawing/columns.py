"""The horizontal places of slots: edges as straight as the order inside of layers allows.

Each layer in turn is placed so that the sum of the horizontal distances along its edges is least;
for one layer this has an exact answer: isotonic regression, by pooling adjacent violators.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pmill.drawing.order import Slot

_ROUNDS = 10
_APART = 26  # pixels between nodes
_LANES_APART = 8  # between lanes, and between a lane and a node
_FAINT = 0.01  # what has no edges stays, if nothing speaks against it
_TURN = 0.5

Targets = list[tuple[float, float]]  # places that a slot would like, and how much


def place(rows: Sequence[Sequence[Slot]]) -> None:
    """Set `x` of all slots."""
    for row in rows:
        _pack(row)
    for _ in range(_ROUNDS):
        for up in (False, True):
            for row in rows if up else reversed(rows):
                _place_row(row, up=up)


def _gap(left: Slot, right: Slot) -> float:
    """Return how far apart the middles of neighbours have to be."""
    apart = _APART if left.node and right.node else _LANES_APART
    return (left.width + right.width) / 2 + apart


def _pack(row: Sequence[Slot]) -> None:
    for left, right in pairwise(row):
        right.x = left.x + _gap(left, right)


def _place_row(row: Sequence[Slot], *, up: bool) -> None:
    gaps = [_gap(left, right) for left, right in pairwise(row)]
    places = closest([_targets(slot, up=up) for slot in row], gaps)
    for slot, x in zip(row, places, strict=True):
        slot.x = x


def _targets(slot: Slot, *, up: bool) -> Targets:
    """Return where a slot's edges would be straight; those of the layer just placed count more."""
    found: Targets = []
    for above in (True, False):
        for own, other, offset in slot.links(up=above):
            lanes = (slot.node is None) + (other.node is None)
            weight = (1, 2, 8)[lanes] * (1.0 if above == up else 0.9)
            found.append((other.x + offset - own, weight))
    found += [(other.x + offset, _TURN) for other, offset in slot.beside]
    return found or [(slot.x, _FAINT)]


def closest(targets: Sequence[Targets], gaps: Sequence[float]) -> list[float]:
    """Return places, each at least a gap behind the one before, that are closest to the targets.

    Closest: the weighted sum of all distances is as small as it can be.
    """
    blocks: list[tuple[int, Targets, float]] = []  # slots, their targets, where they begin
    starts = [0.0]
    for gap in gaps:
        starts.append(starts[-1] + gap)
    for wanted, start in zip(targets, starts, strict=False):
        block = (1, [(x - start, weight) for x, weight in wanted])
        value = _median(block[1])
        while blocks and blocks[-1][2] > value:
            count, pooled, _ = blocks.pop()
            block = (count + block[0], pooled + block[1])
            value = _median(block[1])
        blocks.append((*block, value))
    values = [value for count, _, value in blocks for _ in range(count)]
    return [value + start for value, start in zip(values, starts, strict=False)]


def _median(targets: Targets) -> float:
    """Return the weighted median, the lower one of two."""
    half = sum(weight for _, weight in targets) / 2
    for x, weight in sorted(targets):
        half -= weight
        if half <= 0:
            return x
    return targets[-1][0]
