"""The order inside of layers: where edges cross little.

Edges that pass a layer have a slot of their own there, a lane. An edge that leads back up has
lanes beside both of its ends too, and turns there:

      ╭──╮
      │ [target]
      │ [between]
    [source] │
       ╰─────╯     its lanes are left or right of target, between and source
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pmill.drawing.layers import Edge, Layers, Node, NodeId

_SWEEPS = 12
_LANE = 12  # width, in pixels


@dataclass(slots=True, eq=False)
class Slot:
    """A place in a layer: a node, or the lane of an edge.

    Links lead from an offset from this slot's middle to another slot and an offset from its
    middle. `beside` is the node in the same layer at which a lane turns, and the pin's offset.
    """

    layer: int
    width: float
    node: Node | None = None
    above: list[tuple[float, Slot, float]] = field(default_factory=list)
    below: list[tuple[float, Slot, float]] = field(default_factory=list)
    beside: list[tuple[Slot, float]] = field(default_factory=list)
    position: int = 0
    x: float = 0.0  # of its middle

    def links(self, *, up: bool) -> list[tuple[float, Slot, float]]:
        """Return the links to the layer above, or below."""
        return self.above if up else self.below


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Slots by layer, from left to right; those of nodes, and the lanes of edges downwards."""

    rows: list[list[Slot]]
    slots: dict[NodeId, Slot]
    lanes: dict[Edge, list[Slot]]


def sketch(nodes: Sequence[Node], edges: Sequence[Edge], layers: Layers) -> Sketch:
    """Return the slots of a level in a good order."""
    slots = {n.id: Slot(layer=layers.of[n.id], width=n.width, node=n) for n in nodes}
    rows: list[list[Slot]] = [[] for _ in range(layers.count)]
    for slot in slots.values():
        rows[slot.layer].append(slot)
    made = Sketch(rows=rows, slots=slots, lanes={})
    for edge in edges:
        made.lanes[edge] = _lanes(made, edge, back=edge in layers.back)
    for row in rows:
        _number(row)
    _improve(rows)
    return made


def middle_offset(slot: Slot, edge: Edge, *, end: bool) -> float:
    """Return how far right of a node's middle an edge ends or begins."""
    assert slot.node is not None
    pins = slot.node.tops if end else slot.node.bottoms
    return pins[edge.target_pin if end else edge.source_pin] - slot.width / 2


def _lanes(made: Sketch, edge: Edge, *, back: bool) -> list[Slot]:
    """Make the lanes of an edge, from the top down, and its links."""
    source, target = made.slots[edge.source], made.slots[edge.target]
    top, bottom = middle_offset(target, edge, end=True), middle_offset(source, edge, end=False)
    passed = (
        range(target.layer, source.layer + 1) if back else range(source.layer + 1, target.layer)
    )
    lanes = [Slot(layer=layer, width=_LANE) for layer in passed]
    for lane in lanes:
        made.rows[lane.layer].append(lane)
    chain = [(lane, 0.0) for lane in lanes]
    if back:
        lanes[0].beside.append((target, top))
        lanes[-1].beside.append((source, bottom))
    else:
        chain = [(source, bottom), *chain, (target, top)]
    for (upper, leaves), (lower, enters) in pairwise(chain):
        upper.below.append((leaves, lower, enters))
        lower.above.append((enters, upper, leaves))
    return lanes


def _number(row: list[Slot]) -> None:
    for position, slot in enumerate(row):
        slot.position = position


def _improve(rows: list[list[Slot]]) -> None:
    """Sort layers by their neighbours' places, from two beginnings, and keep the best order."""
    best, fewest = [list(row) for row in rows], crossings(rows)
    for _ in range(2):
        for sweep in range(_SWEEPS):
            if not fewest:
                break
            _sweep(rows, up=sweep % 2 == 0)
            count = crossings(rows)
            if count < fewest:
                best, fewest = [list(row) for row in rows], count
        for row in rows:
            row.reverse()
            _number(row)
    for row, kept in zip(rows, best, strict=True):
        row[:] = kept
        _number(row)


def _sweep(rows: list[list[Slot]], *, up: bool) -> None:
    """Go down and look up, or the other way round."""
    for row in rows if up else reversed(rows):
        wanted = {slot: _wanted(slot, up=up) for slot in row}
        row.sort(key=wanted.__getitem__)
        _number(row)
    _swap(rows)


def _place(slot: Slot, offset: float) -> float:
    """Return a place in a layer as a number: position, and how far right in its slot."""
    return slot.position + offset / (slot.width + 1)


def _wanted(slot: Slot, *, up: bool) -> float:
    """Return the mean place of a slot's neighbours in one layer; without any its own."""
    places = [_place(other, offset) for _, other, offset in slot.links(up=up)]
    if not places:
        places = [_place(other, offset) for other, offset in slot.beside]
    return sum(places) / len(places) if places else slot.position


def crossings(rows: Sequence[Sequence[Slot]]) -> int:
    """Return how often links cross between all layers."""
    return sum(_crossings(row) for row in rows)


def _crossings(row: Sequence[Slot]) -> int:
    ends = sorted(
        (_place(slot, leaves), _place(other, enters))
        for slot in row
        for leaves, other, enters in slot.below
    )
    seen: list[float] = []
    count = 0
    for _, end in ends:
        count += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return count


def _swap(rows: list[list[Slot]]) -> None:
    """Exchange neighbours wherever that removes crossings."""
    for row in rows:
        for at in range(len(row) - 1):
            left, right = row[at], row[at + 1]
            if _between(left, right) > _between(right, left):
                row[at], row[at + 1] = right, left
                left.position, right.position = right.position, left.position


def _between(left: Slot, right: Slot) -> int:
    """Return how often links of two neighbours cross in this order."""
    count = 0
    for up in (True, False):
        ends = sorted(_place(other, offset) for _, other, offset in right.links(up=up))
        for _, other, offset in left.links(up=up):
            count += bisect_left(ends, _place(other, offset))
    return count
