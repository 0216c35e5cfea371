"""Random pictures, and what must be true of every drawing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from hypothesis import strategies as st

from pmill.diagnostics import Source, Span
from pmill.drawing import Box, Compound, Drawing, Picture, Wire
from pmill.drawing.arrange import Rectangle
from pmill.drawing.level import Curve, Point
from pmill.graph import Port

HERE = Span(Source("random.click", ""), 0, 0)
NEAR = 0.01  # pixels
STEPS = 24  # points of a curve that are looked at


def compound(name: str, boxes: list[Box]) -> Compound:
    """Put boxes into the compounds that their names tell of."""
    prefix = f"{name}/" if name else ""
    depth = prefix.count("/")
    inner = {"/".join(b.name.split("/")[: depth + 1]) for b in boxes if b.name.count("/") > depth}
    return Compound(
        name=name,
        boxes=tuple(b for b in boxes if b.name.count("/") == depth),
        compounds=tuple(
            compound(n, [b for b in boxes if b.name.startswith(f"{n}/")]) for n in sorted(inner)
        ),
    )


@st.composite
def pictures(draw: st.DrawFn, most: int = 14) -> Picture:
    """Draw a picture: elements in compounds, and wires from anywhere to anywhere."""
    folders = st.sampled_from(["", "", "", "a/", "b/", "a/c/", "a/d/", "a/c/e/"])
    boxes = []
    for number in range(draw(st.integers(0, most))):
        kinds = [draw(st.sampled_from(["push", "pull"])) for _ in range(draw(st.integers(0, 6)))]
        inputs = draw(st.integers(0, len(kinds)))
        lines = tuple(draw(st.lists(st.sampled_from(["1", "12/0800 <&>", "x" * 30]), max_size=3)))
        boxes.append(
            Box(
                name=f"{draw(folders)}n{number}",
                class_name=draw(st.sampled_from(["Null", "StaticIPLookup"])),
                config=" ".join(lines),
                lines=lines,
                inputs=tuple(kinds[:inputs]),
                outputs=tuple(kinds[inputs:]),
                span=HERE,
            )
        )
    sources = [(Port(element=b.name, number=n), k) for b in boxes for n, k in enumerate(b.outputs)]
    targets = [(Port(element=b.name, number=n), k) for b in boxes for n, k in enumerate(b.inputs)]
    wires = {}
    for kind in ("push", "pull"):
        froms, tos = ([p for p, k in ports if k == kind] for ports in (sources, targets))
        active, passive = (froms, tos) if kind == "push" else (tos, froms)
        for port in active:
            if passive and draw(st.integers(0, 4)):
                other = draw(st.sampled_from(passive))
                source, target = (port, other) if kind == "push" else (other, port)
                rare = draw(st.booleans())
                wires[Wire(source=source, target=target, kind=kind, rare=rare)] = None
    return Picture(title="random", root=compound("", boxes), wires=tuple(wires))


def check(drawing: Drawing) -> None:
    """Check everything that makes a drawing legible."""
    boxes = {box.name: place for box, _, place in drawing.boxes}
    compounds = {c.name: place for c, place in drawing.compounds}
    assert set(boxes) == {box.name for box in drawing.picture.root.all_boxes()}
    page = Rectangle(x=0, y=0, width=drawing.width, height=drawing.height)
    for place in (*boxes.values(), *compounds.values()):
        assert contains(page, place)
    for (a, first), (b, second) in combinations(boxes.items(), 2):
        assert apart(first, second), f"{a} and {b} overlap"
    for name, place in compounds.items():
        for other, where in (*boxes.items(), *compounds.items()):
            if other.startswith(f"{name}/"):
                assert contains(place, where), f"{other} is not in {name}"
            elif other != name and not name.startswith(f"{other}/"):
                assert apart(place, where), f"{other} and {name} overlap"
    _check_strokes(drawing, page, boxes, compounds)
    for wire in drawing.picture.wires:
        _check_wire(drawing, wire)


def _check_strokes(
    drawing: Drawing,
    page: Rectangle,
    boxes: dict[str, Rectangle],
    compounds: dict[str, Rectangle],
) -> None:
    """Strokes are of one piece, on the page, and cross neither boxes nor others' compounds."""
    for stroke in drawing.strokes:
        for before, after in zip(stroke.curves, stroke.curves[1:], strict=False):
            assert close(before[-1], after[0])
        ends = [port.element for w in stroke.wires for port in (w.source, w.target)]
        closed = [*boxes.items()]
        closed += [
            (n, c) for n, c in compounds.items() if not any(e.startswith(f"{n}/") for e in ends)
        ]
        for point in points(stroke.curves):
            assert inside(page, point, -NEAR)
            for name, place in closed:
                assert not inside(place, point, NEAR), f"{stroke.wires[0].label} crosses {name}"


def _check_wire(drawing: Drawing, wire: Wire) -> None:
    """The strokes of a wire lead from its output to its input."""
    left = [stroke.curves for stroke in drawing.strokes if wire in stroke.wires]
    at, end = (port_place(drawing, wire, end=e) for e in (False, True))
    while left:
        following = [curves for curves in left if close(curves[0][0], at)]
        assert following, f"{wire.label} is interrupted at {at}"
        at = following[0][-1][-1]
        left.remove(following[0])
    assert close(at, end)


def port_place(drawing: Drawing, wire: Wire, *, end: bool) -> Point:
    """Return where a wire must begin, or end."""
    port = wire.target if end else wire.source
    for box, shape, place in drawing.boxes:
        if box.name == port.element and end:
            return place.x + shape.inputs[port.number], place.y
        if box.name == port.element:
            return place.x + shape.outputs[port.number], place.y + place.height
    raise AssertionError(port)


def points(curves: tuple[Curve, ...]) -> Iterator[Point]:
    """Yield points of cubic curves."""
    for curve in curves:
        for step in range(STEPS + 1):
            t = step / STEPS
            s = 1 - t
            weights = (s**3, 3 * s * s * t, 3 * s * t * t, t**3)
            yield tuple(sum(w * p[i] for w, p in zip(weights, curve, strict=True)) for i in (0, 1))


def inside(place: Rectangle, point: Point, margin: float) -> bool:
    """Return whether a point is in a rectangle, by more than a margin."""
    return (
        place.x + margin < point[0] < place.x + place.width - margin
        and place.y + margin < point[1] < place.y + place.height - margin
    )


def contains(outer: Rectangle, inner: Rectangle) -> bool:
    """Return whether a rectangle is in another."""
    return (
        outer.x <= inner.x + NEAR
        and outer.y <= inner.y + NEAR
        and outer.x + outer.width >= inner.x + inner.width - NEAR
        and outer.y + outer.height >= inner.y + inner.height - NEAR
    )


def apart(a: Rectangle, b: Rectangle) -> bool:
    """Return whether two rectangles do not overlap."""
    return (
        a.x + a.width <= b.x + NEAR
        or b.x + b.width <= a.x + NEAR
        or a.y + a.height <= b.y + NEAR
        or b.y + b.height <= a.y + NEAR
    )


def close(a: Point, b: Point) -> bool:
    """Return whether two points are the same."""
    return abs(a[0] - b[0]) < NEAR and abs(a[1] - b[1]) < NEAR
