"""A drawing as SVG that stands alone: no scripts, no fonts, colours for bright and dark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from pmill.drawing.arrange import HEADER, Drawing, Rectangle, Stroke
from pmill.drawing.level import Curve
from pmill.drawing.picture import Box, Compound
from pmill.drawing.sizes import CLASS_SIZE, CONFIG_SIZE, NAME_SIZE, NUMBER_SIZE, PORT, Shape

_LEGEND: Final = 30  # height
_ENTRY: Final = 104  # width
_STYLE: Final = f"""\
  text {{ font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }}
  .page {{ fill: #ffffff; }}
  .compound rect {{ fill: #64748b; fill-opacity: 0.07; stroke: #94a3b8; }}
  .label {{ fill: #475569; font-size: {NAME_SIZE}px; font-weight: 600; }}
  .label {{ stroke: #f4f5f7; stroke-width: 4px; paint-order: stroke; }}
  .element rect.body {{ fill: #ffffff; stroke: #475569; }}
  .class {{ fill: #0f172a; font-size: {CLASS_SIZE}px; font-weight: 600; }}
  .name {{ fill: #334155; font-size: {NAME_SIZE}px; }}
  .config {{ fill: #64748b; font-size: {CONFIG_SIZE}px; }}
  text.config {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }}
  .number {{ fill: #64748b; font-size: {NUMBER_SIZE}px; }}
  .middle {{ text-anchor: middle; }}
  .wire {{ fill: none; stroke-width: 1.5; stroke-linejoin: round; }}
  .wire.push {{ stroke: #2563eb; }}
  .wire.pull {{ stroke: #c2410c; }}
  .wire.rare {{ stroke-dasharray: 5 4; }}
  .port.push {{ fill: #2563eb; stroke: #2563eb; }}
  .port.pull {{ fill: #ffffff; stroke: #c2410c; }}
  @media (prefers-color-scheme: dark) {{
    .page {{ fill: #0f172a; }}
    .compound rect {{ fill: #94a3b8; fill-opacity: 0.09; stroke: #64748b; }}
    .label {{ fill: #cbd5e1; stroke: #1b2538; }}
    .element rect.body {{ fill: #1e293b; stroke: #94a3b8; }}
    .class {{ fill: #f8fafc; }}
    .name {{ fill: #cbd5e1; }}
    .config, .number {{ fill: #94a3b8; }}
    .wire.push {{ stroke: #60a5fa; }}
    .wire.pull {{ stroke: #fb923c; }}
    .port.push {{ fill: #60a5fa; stroke: #60a5fa; }}
    .port.pull {{ fill: #1e293b; stroke: #fb923c; }}
  }}
"""


def svg_text(
    drawing: Drawing, *, links: Mapping[str, str] | None = None, legend: bool = True
) -> str:
    """Return a drawing as the text of an SVG file.

    `links` says where a click on an element leads, by its name; `legend`: the kinds of wires are
    explained below.
    """
    kinds = _kinds(drawing) if legend else []
    width = max(drawing.width, _ENTRY * len(kinds) + 16)
    height = drawing.height + (_LEGEND if kinds else 0)
    size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(drawing.picture.title)}</title>",
        f"<style>\n{_STYLE}</style>",
        f'<rect class="page" width="{_n(width)}" height="{_n(height)}"/>',
        *(_compound(compound, place) for compound, place in drawing.compounds),
        *(_stroke(stroke) for stroke in drawing.strokes),
        *(_label(compound, place) for compound, place in drawing.compounds),
        *(_linked(_element(*placed), placed[0], links or {}) for placed in drawing.boxes),
        *_legend(kinds, drawing.height + _LEGEND / 2),
        "</svg>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _compound(compound: Compound, place: Rectangle) -> str:
    title = f"<title>{escape(compound.name)}</title>"
    return f'<g class="compound">{title}<rect {_rectangle(place)} rx="10"/></g>'


def _label(compound: Compound, place: Rectangle) -> str:
    """Return a compound's name; it stands over the wires that cross it."""
    at = f'x="{_n(place.x + 10)}" y="{_n(place.y + HEADER * 0.68)}"'
    return f'<text class="label" {at}>{escape(compound.local_name)}</text>'


def _stroke(stroke: Stroke) -> str:
    rare = all(wire.rare for wire in stroke.wires)
    kind = f"{stroke.wires[0].kind} rare" if rare else stroke.wires[0].kind
    labels = [
        f"{wire.label}: {wire.kind}" + (", rarely taken" if wire.rare else "")
        for wire in stroke.wires
    ]
    title = escape("\n".join(labels))
    return f'<path class="wire {kind}" d="{path(stroke.curves)}"><title>{title}</title></path>'


def path(curves: Sequence[Curve]) -> str:
    """Return the way of a wire in SVG's letters."""
    (x, y), *_ = curves[0]
    words = [f"M{_n(x)},{_n(y)}"]
    for (x, _), (a, b), (c, d), (e, f) in curves:
        if x == e:
            if words[-1].startswith("V"):
                words.pop()
            words.append(f"V{_n(f)}")
        else:
            words.append(f"C{_n(a)},{_n(b)} {_n(c)},{_n(d)} {_n(e)},{_n(f)}")
    return " ".join(words)


def _linked(element: str, box: Box, links: Mapping[str, str]) -> str:
    target = links.get(box.name)
    if target is None:
        return element
    label = quoteattr(f"{box.name} :: {box.class_name}")
    return f"<a href={quoteattr(target)} aria-label={label}>{element}</a>"


def _element(box: Box, shape: Shape, place: Rectangle) -> str:
    config = f"({box.config})" if box.config else ""
    title = f"{box.name} :: {box.class_name}{config}\n{' '.join(str(box.span).split())}"
    parts = [
        f'<g class="element"><title>{escape(title)}</title>',
        f'<rect class="body" {_rectangle(place)} rx="4"/>',
        *_texts(box, shape, place),
        *_ports(box, shape, place),
        "</g>",
    ]
    return "".join(parts)


def _texts(box: Box, shape: Shape, place: Rectangle) -> Iterator[str]:
    x = place.x + place.width / 2
    for line in shape.lines:
        at = f'x="{_n(x)}" y="{_n(place.y + line.y)}"'
        yield f'<text class="{line.kind} middle" {at}>{escape(line.text)}</text>'


def _ports(box: Box, shape: Shape, place: Rectangle) -> Iterator[str]:
    """Yield triangles for inputs and rectangles for outputs, filled where packets are pushed."""
    bottom = place.y + place.height
    for number, (kind, offset) in enumerate(zip(box.inputs, shape.inputs, strict=True)):
        x = place.x + offset
        corners = (
            f"{_n(x - 5)},{_n(place.y)} {_n(x + 5)},{_n(place.y)} {_n(x)},{_n(place.y + PORT)}"
        )
        yield f'<polygon class="port {kind}" points="{corners}"/>'
        if len(box.inputs) > 1:
            yield _number(number, x, place.y + PORT + NUMBER_SIZE)
    for number, (kind, offset) in enumerate(zip(box.outputs, shape.outputs, strict=True)):
        x = place.x + offset
        at = f'x="{_n(x - 4)}" y="{_n(bottom - 5)}" width="8" height="5"'
        yield f'<rect class="port {kind}" {at}/>'
        if len(box.outputs) > 1:
            yield _number(number, x, bottom - PORT)


def _number(number: int, x: float, y: float) -> str:
    return f'<text class="number middle" x="{_n(x)}" y="{_n(y)}">{number}</text>'


def _kinds(drawing: Drawing) -> list[tuple[str, str]]:
    """Return the kinds of wires that there are, and what they mean."""
    wires = drawing.picture.wires
    found = {wire.kind for wire in wires}
    kinds = [(str(kind), str(kind)) for kind in ("push", "pull") if kind in found]
    if any(wire.rare for wire in wires):
        kinds.append((f"{kinds[0][0]} rare", "rarely taken"))
    return kinds


def _legend(kinds: Sequence[tuple[str, str]], y: float) -> Iterator[str]:
    for number, (kind, meaning) in enumerate(kinds):
        x = 16 + number * _ENTRY
        yield f'<path class="wire {kind}" d="M{_n(x)},{_n(y)} H{_n(x + 24)}"/>'
        yield f'<text class="name" x="{_n(x + 30)}" y="{_n(y + 4)}">{escape(meaning)}</text>'


def _rectangle(place: Rectangle) -> str:
    return (
        f'x="{_n(place.x)}" y="{_n(place.y)}" width="{_n(place.width)}" height="{_n(place.height)}"'
    )


def _n(value: float) -> str:
    """Return a number as short as it can be."""
    return f"{value:.1f}".removesuffix(".0")
