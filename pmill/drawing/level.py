"""One level drawn: where its nodes stand and which way its edges go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pmill.drawing.columns import place
from pmill.drawing.layers import Edge, Layers, Node, NodeId, layers_of
from pmill.drawing.order import Sketch, Slot, middle_offset, sketch

_GAP = 26  # between layers, where edges are short
_MOST = 96
_SLOPE = 0.12  # how much more for an edge that goes far to the side
_APART = 26  # between nodes without edges

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]  # a cubic one: begin, two handles, end


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The left upper corners of nodes and the curves of edges, in pixels from the corner of all."""

    width: float
    height: float
    corners: dict[NodeId, Point]
    curves: dict[Edge, list[Curve]]


def draw_level(nodes: Sequence[Node], edges: Sequence[Edge]) -> Level:
    """Draw nodes in layers, and those without edges in columns to the right."""
    ends = {edge.source for edge in edges} | {edge.target for edge in edges}
    level = _layered([node for node in nodes if node.id in ends], edges)
    lone = [node for node in nodes if node.id not in ends]
    return _with_columns(level, lone, {node.id for node in nodes if node.rank == "last"})


def _with_columns(level: Level, nodes: Sequence[Node], lasts: set[NodeId]) -> Level:
    if not nodes:
        return level
    tallest = max(level.height, sum(node.height for node in nodes) ** 0.5 * 16)
    x = right = level.width + (_APART if level.width else 0)
    y = bottom = 0.0
    corners = dict(level.corners)
    for node in nodes:
        if y and y + node.height > tallest:
            x, y = right + _APART, 0.0
        corners[node.id] = (x, y)
        right = max(right, x + node.width)
        bottom = max(bottom, y + node.height)
        y += node.height + _APART
    lower = max(bottom - level.height, 0)
    curves = dict(level.curves)
    if lower:  # pins stay in the lower border
        for name in lasts:
            corners[name] = (corners[name][0], corners[name][1] + lower)
        for edge in curves:
            if edge.target in lasts:
                pen = _Pen(*curves[edge][-1][-1])
                pen.line(pen.y + lower)
                curves[edge] = [*curves[edge], *pen.curves]
    return Level(width=right, height=level.height + lower, corners=corners, curves=curves)


def _layered(nodes: Sequence[Node], edges: Sequence[Edge]) -> Level:
    if not nodes:
        return Level(width=0, height=0, corners={}, curves={})
    layers = layers_of(nodes, edges)
    made = sketch(nodes, edges, layers)
    place(made.rows)
    left = min(slot.x - slot.width / 2 for row in made.rows for slot in row)
    for row in made.rows:
        for slot in row:
            slot.x -= left
    drawing = _Drawing(made, layers)
    return Level(
        width=max(slot.x + slot.width / 2 for row in made.rows for slot in row),
        height=drawing.height,
        corners={name: drawing.corner(slot) for name, slot in made.slots.items()},
        curves={edge: drawing.curves(edge) for edge in edges},
    )


class _Drawing:
    """The vertical places of layers, and edges between them.

    Between layers edges bend; inside of a layer they are vertical, where nothing else stands.
    """

    def __init__(self, made: Sketch, layers: Layers) -> None:
        self.made = made
        self.layers = layers
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        gaps = self._gaps()
        y = gaps[0]
        for row, gap in zip(made.rows, gaps[1:], strict=True):
            height = max((slot.node.height for slot in row if slot.node), default=0)
            self.tops.append(y)
            self.bottoms.append(y + height)
            y += height + gap
        self.height = y

    def corner(self, slot: Slot) -> Point:
        """Return the left upper corner of a node: layers are centred."""
        assert slot.node is not None
        middle = (self.tops[slot.layer] + self.bottoms[slot.layer]) / 2
        return slot.x - slot.width / 2, middle - slot.node.height / 2

    def curves(self, edge: Edge) -> list[Curve]:
        """Return the way of an edge, from its source to its target."""
        source, target = self.made.slots[edge.source], self.made.slots[edge.target]
        assert source.node is not None
        assert target.node is not None
        x = source.x + middle_offset(source, edge, end=False)
        y = self.corner(source)[1]
        y += source.node.height if source.node.rank == "inner" else 0
        pen = _Pen(x, y)
        pen.line(self.bottoms[source.layer])
        lanes = self.made.lanes[edge]
        end = target.x + middle_offset(target, edge, end=True)
        if edge in self.layers.back:
            self._up(pen, lanes)
            pen.turn(end, -_depth(end - pen.x))
        else:
            for lane in lanes:
                pen.bend(lane.x, self.tops[lane.layer])
                pen.line(self.bottoms[lane.layer])
            pen.bend(end, self.tops[target.layer])
        at = self.corner(target)[1]
        pen.line(at + (target.node.height if target.node.rank == "last" else 0))
        return pen.curves

    def _up(self, pen: _Pen, lanes: Sequence[Slot]) -> None:
        """Turn at the source and go up to beside the target."""
        pen.turn(lanes[-1].x, _depth(lanes[-1].x - pen.x))
        pen.line(self.tops[lanes[-1].layer])
        for lane in lanes[-2::-1]:
            pen.bend(lane.x, self.bottoms[lane.layer])
            pen.line(self.tops[lane.layer])

    def _gaps(self) -> list[float]:
        """Return the gaps above, between and below the layers: as high as their edges are wide."""
        rows = self.made.rows
        gaps = [0.0, *(float(_GAP) for _ in rows[1:]), 0.0]
        for number, row in enumerate(rows):
            for slot in row:
                for own, other, offset in slot.below:
                    aside = abs(slot.x + own - other.x - offset)
                    gaps[number + 1] = max(gaps[number + 1], min(_GAP + _SLOPE * aside, _MOST))
        for edge in self.layers.back:
            lanes = self.made.lanes[edge]
            for lane, end, below in ((lanes[-1], False, 1), (lanes[0], True, 0)):
                node = self.made.slots[edge.target if end else edge.source]
                aside = node.x + middle_offset(node, edge, end=end) - lane.x
                gap = lane.layer + below
                gaps[gap] = max(gaps[gap], _depth(aside) + _GAP / 4)
        return gaps


def _depth(aside: float) -> float:
    """Return how far the handles of a turn stand out; it needs three quarters of that."""
    return min(_GAP + _SLOPE * abs(aside), _MOST)


class _Pen:
    """Draws one edge."""

    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y
        self.curves: list[Curve] = []

    def line(self, y: float) -> None:
        """Go straight up or down."""
        if y != self.y:
            self._to(self.x, y, self.y, y)

    def bend(self, x: float, y: float) -> None:
        """Go to a place in the next layer; begin and end vertically."""
        middle = (self.y + y) / 2
        self._to(x, y, middle, middle)

    def turn(self, x: float, depth: float) -> None:
        """Go down (or with a negative depth up), to the side and back."""
        self._to(x, self.y, self.y + depth, self.y + depth)

    def _to(self, x: float, y: float, first: float, second: float) -> None:
        self.curves.append(((self.x, self.y), (self.x, first), (x, second), (x, y)))
        self.x, self.y = x, y
