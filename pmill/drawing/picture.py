"""What a picture of a graph shows: boxes in compounds, and wires between their ports."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from pmill.diagnostics import Span
from pmill.graph import Element, PipelineGraph, Port, Processing

_COLUMNS = 30  # of a configuration in its box
_LINES = 3
_DEEP = 60  # compounds in each other; names in more are those of elements
# Characters that no XML may hold, and what decoders make of bytes that are no text.
_UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An element. `lines` is its configuration, shortened; `config` is the whole of it."""

    name: str
    class_name: str
    config: str
    lines: tuple[str, ...]
    inputs: tuple[Processing, ...]
    outputs: tuple[Processing, ...]
    span: Span

    @property
    def local_name(self) -> str:
        """Its name inside its compound."""
        return self.name.rpartition("/")[2]

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody named it: it is called `Class@N`."""
        return self.local_name.startswith(f"{self.class_name}@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound:
    """The elements and compounds in a compound; the name of the whole picture's is empty."""

    name: str
    boxes: tuple[Box, ...]
    compounds: tuple[Compound, ...]

    @property
    def local_name(self) -> str:
        """Its name inside the compound around it."""
        return self.name.rpartition("/")[2]

    def all_boxes(self) -> Iterator[Box]:
        """Yield the boxes inside, however deep."""
        yield from self.boxes
        for compound in self.compounds:
            yield from compound.all_boxes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A connection; `rare`: few packets take it."""

    source: Port
    target: Port
    kind: Processing
    rare: bool

    @property
    def label(self) -> str:
        """The wire as a configuration writes it."""
        return (
            f"{self.source.element}[{self.source.number}]"
            f" -> [{self.target.number}]{self.target.element}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A whole graph."""

    title: str
    root: Compound
    wires: tuple[Wire, ...]


def picture_of(graph: PipelineGraph) -> Picture:
    """Return what a picture of a graph shows."""
    wires = tuple(
        Wire(
            source=c.source,
            target=c.target,
            kind="push" if graph.is_push(c) else "pull",
            rare=c.source.number in graph.elements[c.source.element].spec.cold,
        )
        for c in graph.connections
    )
    boxes = [_box(element) for element in graph.elements.values()]
    return Picture(title=shown(graph.source_name), root=_compound("", boxes), wires=wires)


def shown(text: str) -> str:
    """Return a text without the characters that a picture cannot show."""
    return _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text)


def _box(element: Element) -> Box:
    config = shown(element.config)
    return Box(
        name=element.name,
        class_name=element.spec.name,
        config=config,
        lines=_shortened(config),
        inputs=element.inputs,
        outputs=element.outputs,
        span=element.span,
    )


def _shortened(config: str) -> tuple[str, ...]:
    lines = textwrap.wrap(
        config, _COLUMNS, max_lines=_LINES, placeholder=" \N{HORIZONTAL ELLIPSIS}",
        break_on_hyphens=False,
    )  # fmt: skip
    return tuple(lines)


def around(name: str) -> list[str]:
    """Return the names of the compounds around an element, from outside; `""` is the picture's."""
    parts = name.split("/")[:_DEEP]
    return ["/".join(parts[:depth]) for depth in range(len(parts))]


def _compound(name: str, boxes: list[Box], depth: int = 1) -> Compound:
    """Return a compound, so deep inside of others, with its boxes."""
    own: list[Box] = []
    inner: dict[str, list[Box]] = {}
    for box in boxes:
        names = around(box.name)
        if len(names) > depth:
            inner.setdefault(names[depth], []).append(box)
        else:
            own.append(box)
    return Compound(
        name=name,
        boxes=tuple(own),
        compounds=tuple(_compound(n, inside, depth + 1) for n, inside in inner.items()),
    )
