"""How large texts and boxes are, in pixels, and where a box has its ports.

Nothing is known of the font that will be used; widths are those of DejaVu Sans, a wide one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pmill.drawing.picture import Box

CLASS_SIZE: Final = 13  # of the letters
NAME_SIZE: Final = 11
CONFIG_SIZE: Final = 10
LEADING: Final = 1.35  # lines are so many times as high as their letters
PORT: Final = 7  # height of a port's sign
NUMBER_SIZE: Final = 8

_SIDE = 9  # left and right of the text
_PORT_PITCH = 22
_NARROW, _WIDE = frozenset("fijlrtI.,:;'|!()[]/ -"), frozenset("mwMWGOQ@%&")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a box: its letters, and where it stands in the box."""

    text: str
    kind: str  # class, name or config
    size: int
    y: float  # of its base


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A box by its size, its lines, and the offsets of its ports from its left side."""

    width: float
    height: float
    lines: tuple[Line, ...]
    inputs: tuple[float, ...]
    outputs: tuple[float, ...]


def shape_of(box: Box) -> Shape:
    """Return the shape of a box: as large as what is in it."""
    written = [(box.class_name, "class", CLASS_SIZE)]
    if not box.is_anonymous:
        written.append((box.local_name, "name", NAME_SIZE))
    written += [(line, "config", CONFIG_SIZE) for line in box.lines]
    width = max(text_width(text, kind, size) for text, kind, size in written) + 2 * _SIDE
    width = max(width, _PORT_PITCH * max(len(box.inputs), len(box.outputs)))
    y = _room_for(box.inputs)
    lines = []
    for text, kind, size in written:
        y += size * LEADING
        lines.append(Line(text=text, kind=kind, size=size, y=y - size * (LEADING - 1)))
    return Shape(
        width=round(width),
        height=round(y + _room_for(box.outputs)),
        lines=tuple(lines),
        inputs=spread(len(box.inputs), round(width)),
        outputs=spread(len(box.outputs), round(width)),
    )


def text_width(text: str, kind: str, size: int) -> float:
    """Return how wide a text is at most."""
    if kind == "config":
        return 0.61 * size * len(text)
    em = sum(0.42 if c in _NARROW else 1.0 if c in _WIDE else 0.7 for c in text)
    return em * size


def spread(count: int, width: float) -> tuple[float, ...]:
    """Return the places of ports along a side."""
    return tuple(width * (2 * n + 1) / (2 * count) for n in range(count))


def _room_for(ports: Sequence[object]) -> float:
    """Return the height that a side's ports and their numbers take from a box."""
    return 4 if not ports else PORT + (2 if len(ports) < 2 else NUMBER_SIZE + 2)
