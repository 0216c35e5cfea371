"""A whole picture arranged: each compound is drawn from inside, then stands as a box in the one
around it. A wire that crosses borders passes pins. Wires share a pin where a compound has a port:
those that push into one input, and those that are pulled from one output.

    +- c ----------+
    |  [a]         |        a -> b is drawn in three parts: from a to the pin in c, from c to d
    +---o----------+        around them, and from d's pin to b
        |
    +---o- d -+
    |  [b]    |
    +---------+
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pmill.drawing.layers import Edge, Node, NodeId, PinId, Rank
from pmill.drawing.level import Curve, Level, Point, draw_level
from pmill.drawing.picture import Box, Compound, Picture, Wire, around
from pmill.drawing.sizes import NAME_SIZE, Shape, shape_of, text_width
from pmill.graph import Port

PADDING: Final = 14  # inside of a compound
HEADER: Final = 22  # where a compound's name stands
_FOOTER: Final = 12
_PIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A place in the picture, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A line from a port or pin to another, and the wires that go along it."""

    wires: tuple[Wire, ...]
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture with the place of everything; compounds around others come first."""

    picture: Picture
    width: float
    height: float
    boxes: tuple[tuple[Box, Shape, Rectangle], ...]
    compounds: tuple[tuple[Compound, Rectangle], ...]
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inside:
    """A compound from inside: where its parts stand, from its own corner, and how large it is."""

    level: Level
    origin: Point
    width: float
    height: float


def arrange(picture: Picture) -> Drawing:
    """Return the places of everything in a picture."""
    return _Arranging(picture).drawing()


class _Arranging:
    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.shapes = {box.name: shape_of(box) for box in picture.root.all_boxes()}
        self.edges: dict[str, dict[Edge, list[Wire]]] = {}  # of every compound, with their wires
        for wire in picture.wires:
            for compound, edge in _parts(wire):
                self.edges.setdefault(compound, {}).setdefault(edge, []).append(wire)
        self.inside: dict[str, _Inside] = {}
        self.corners: dict[str, Point] = {}  # of compounds, in the whole picture
        self.boxes: list[tuple[Box, Shape, Rectangle]] = []
        self.compounds: list[tuple[Compound, Rectangle]] = []

    def drawing(self) -> Drawing:
        root = self.picture.root
        self._draw(root)
        self._settle(root, (0.0, 0.0))
        whole = self.inside[root.name]
        return Drawing(
            picture=self.picture,
            width=whole.width,
            height=whole.height,
            boxes=tuple(self.boxes),
            compounds=tuple(self.compounds),
            strokes=tuple(self._strokes()),
        )

    def _draw(self, compound: Compound) -> Node:
        """Draw a compound and return it as a node of the level around it."""
        edges = list(self.edges.get(compound.name, ()))
        inner = [self._draw(c) for c in compound.compounds]
        nodes = [*_pins(edges), *(self._node(box) for box in compound.boxes), *inner]
        level = draw_level(nodes, edges)
        ranks = {node.rank for node in nodes}
        top = 0 if "first" in ranks else HEADER if compound.name else PADDING
        bottom = 0 if "last" in ranks else PADDING
        label = text_width(compound.local_name, "name", NAME_SIZE)
        drawn = _Inside(
            level=level,
            origin=(PADDING, top),
            width=max(level.width, label) + 2 * PADDING,
            height=top + level.height + bottom,
        )
        self.inside[compound.name] = drawn
        offsets = {name: x + PADDING + _PIN / 2 for name, (x, _) in level.corners.items()}
        return Node(
            id=("compound", compound.name),
            width=drawn.width,
            height=drawn.height,
            tops={name: offsets[name] for name in _of_rank(nodes, "first")},
            bottoms={name: offsets[name] for name in _of_rank(nodes, "last")},
        )

    def _node(self, box: Box) -> Node:
        shape = self.shapes[box.name]
        return Node(
            id=("box", box.name),
            width=shape.width,
            height=shape.height,
            tops=dict(enumerate(shape.inputs)),
            bottoms=dict(enumerate(shape.outputs)),
        )

    def _settle(self, compound: Compound, corner: Point) -> None:
        """Give everything in a compound its place in the whole picture."""
        drawn = self.inside[compound.name]
        x, y = self.corners[compound.name] = _moved(corner, drawn.origin)
        if compound.name:
            place = Rectangle(x=corner[0], y=corner[1], width=drawn.width, height=drawn.height)
            self.compounds.append((compound, place))
        for box in compound.boxes:
            shape = self.shapes[box.name]
            left, top = _moved((x, y), drawn.level.corners["box", box.name])
            place = Rectangle(x=left, y=top, width=shape.width, height=shape.height)
            self.boxes.append((box, shape, place))
        for inner in compound.compounds:
            self._settle(inner, _moved((x, y), drawn.level.corners["compound", inner.name]))

    def _strokes(self) -> Iterator[Stroke]:
        for compound, edges in self.edges.items():
            curves = self.inside[compound].level.curves
            for edge, wires in edges.items():
                moved = tuple(_curve_moved(self.corners[compound], c) for c in curves[edge])
                yield Stroke(wires=tuple(wires), curves=moved)


def _parts(wire: Wire) -> Iterator[tuple[str, Edge]]:
    """Cut a wire at the borders of compounds: out of the source's, then into the target's."""
    outer, inner = around(wire.source.element), around(wire.target.element)
    port = wire.target if wire.kind == "push" else wire.source
    shared = 0
    while shared < min(len(outer), len(inner)) and outer[shared] == inner[shared]:
        shared += 1
    at: tuple[NodeId, PinId] = ("box", wire.source.element), wire.source.number
    for compound in reversed(outer[shared:]):
        pin: tuple[str, Port] = ("out", port)
        yield compound, Edge(source=at[0], source_pin=at[1], target=pin, target_pin=0)
        at = ("compound", compound), pin
    level = outer[shared - 1]
    for compound in inner[shared:]:
        pin = ("in", port)
        name = ("compound", compound)
        yield level, Edge(source=at[0], source_pin=at[1], target=name, target_pin=pin)
        at, level = (pin, 0), compound
    end = ("box", wire.target.element)
    yield (
        level,
        Edge(source=at[0], source_pin=at[1], target=end, target_pin=wire.target.number),
    )


def _pins(edges: list[Edge]) -> Iterator[Node]:
    """Yield the pins in the borders that edges begin or end at."""
    names = dict.fromkeys(name for edge in edges for name in (edge.source, edge.target))
    for name in names:
        side = name[0] if isinstance(name, tuple) else ""
        if side in ("in", "out"):
            rank: Rank = "first" if side == "in" else "last"
            height = HEADER if side == "in" else _FOOTER
            pin: dict[PinId, float] = {0: _PIN / 2}
            yield Node(id=name, width=_PIN, height=height, tops=pin, bottoms=pin, rank=rank)


def _of_rank(nodes: list[Node], rank: Rank) -> list[NodeId]:
    return [node.id for node in nodes if node.rank == rank]


def _moved(corner: Point, by: Point) -> Point:
    return corner[0] + by[0], corner[1] + by[1]


def _curve_moved(corner: Point, curve: Curve) -> Curve:
    begin, first, second, end = (_moved(corner, point) for point in curve)
    return begin, first, second, end
