"""A picture as text for Graphviz: `dot -Tsvg`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pmill.drawing.picture import Box, Compound, Picture
from pmill.graph import Processing

_COLOURS: Final[dict[Processing, str]] = {"push": "#2563eb", "pull": "#c2410c"}


def dot_text(picture: Picture) -> str:
    """Return the picture in the language of Graphviz."""
    lines = [
        f"digraph {_quoted(picture.title)} {{",
        '  graph [fontname="sans-serif", compound=true, ranksep=0.4, nodesep=0.3];',
        '  node [fontname="sans-serif", fontsize=11, shape=record, color="#4b5563"];',
        '  edge [arrowsize=0.6, penwidth=1.3];',
        *_compound(picture.root, "  "),
        *_edges(picture),
        "}",
    ]  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def _compound(compound: Compound, indent: str) -> Iterator[str]:
    for box in compound.boxes:
        tip = f"{box.name} :: {box.class_name}" + (f"({box.config})" if box.config else "")
        label = f'label="{_label(box)}", tooltip={_quoted(tip)}'
        yield f"{indent}{_quoted(box.name)} [{label}];"
    for inner in compound.compounds:
        yield f"{indent}subgraph {_quoted(f'cluster {inner.name}')} {{"
        yield f"{indent}  label={_quoted(inner.local_name)};"
        yield f'{indent}  style="rounded,filled"; color="#94a3b8"; fillcolor="#64748b14";'
        yield from _compound(inner, f"{indent}  ")
        yield f"{indent}}}"


def _label(box: Box) -> str:
    """Return a record: inputs, what stands in the box, outputs."""
    name = [] if box.is_anonymous else [box.local_name]
    text = r"\n".join(_in_record(line) for line in (box.class_name, *name, *box.lines))
    rows = [_ports("i", len(box.inputs)), text, _ports("o", len(box.outputs))]
    return f"{{{'|'.join(row for row in rows if row)}}}"


def _ports(side: str, count: int) -> str:
    """Return a row of numbered ports; one alone needs no number."""
    if count < 2:
        return ""
    return f"{{{'|'.join(f'<{side}{number}> {number}' for number in range(count))}}}"


def _edges(picture: Picture) -> Iterator[str]:
    boxes = {box.name: box for box in picture.root.all_boxes()}
    for wire in picture.wires:
        source, target = boxes[wire.source.element], boxes[wire.target.element]
        tail = _end(source.name, "o", len(source.outputs), wire.source.number) + ":s"
        head = _end(target.name, "i", len(target.inputs), wire.target.number) + ":n"
        style = ", style=dashed" if wire.rare else ""
        colour = f'color="{_COLOURS[wire.kind]}"'
        yield f"  {tail} -> {head} [{colour}{style}, tooltip={_quoted(wire.label)}];"


def _end(name: str, side: str, count: int, number: int) -> str:
    return _quoted(name) + (f":{side}{number}" if count > 1 else "")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _in_record(text: str) -> str:
    """Return a text as a record's label holds it: with its brackets and bars escaped."""
    return re.sub(r'([\\{}|<>" ])', r"\\\1", text)
