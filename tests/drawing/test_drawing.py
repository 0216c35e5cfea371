"""Drawings: nothing overlaps, wires lead from port to port, and little crosses."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmill.drawing import Picture, arrange, dot_text, json_text, svg_text
from pmill.drawing.columns import closest
from pmill.drawing.layers import Edge, Node, layers_of
from pmill.drawing.order import crossings, sketch
from tests.drawing.kit import check, pictures

varied = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@varied
@given(pictures())
def test_random_pictures(picture: Picture) -> None:
    drawing = arrange(picture)
    check(drawing)
    ET.fromstring(svg_text(drawing))
    dot_text(picture)
    json_text(picture)


@varied
@given(pictures(5))
def test_what_is_drawn_wrongly_is_seen(picture: Picture) -> None:
    """The check is no check of nothing: shifting one box away from its place fails it."""
    drawing = arrange(picture)
    if not picture.wires:
        return
    name = picture.wires[0].source.element
    shifted = tuple(
        (box, shape, replace(place, x=place.x + 3) if box.name == name else place)
        for box, shape, place in drawing.boxes
    )
    with pytest.raises(AssertionError):
        check(replace(drawing, boxes=shifted))


# --- layers and order -----------------------------------------------------------------------------


def node(name: str, pins: int = 4, rank: str = "inner") -> Node:
    offsets = {n: 20.0 * n + 10 for n in range(pins)}
    return Node(id=name, width=20.0 * pins, height=20, tops=offsets, bottoms=offsets, rank=rank)


def edges(text: str) -> list[Edge]:
    """Read edges as `a0-b1`: from the pin 0 of a to the pin 1 of b."""
    return [
        Edge(source=w[0], source_pin=int(w[1]), target=w[3], target_pin=int(w[4]))
        for w in text.split()
    ]


def test_edges_lead_down_but_for_those_that_close_cycles() -> None:
    found = layers_of([node(n) for n in "abcd"], edges("a0-b0 b0-c0 c0-b1 c1-d0 a1-d1"))
    assert dict(found.of) == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert [(e.source, e.target) for e in found.back] == [("c", "b")]


def test_a_source_stands_right_above_what_it_leads_to() -> None:
    assert layers_of([node(n) for n in "abcd"], edges("a0-b0 b0-c0 d0-c1")).of["d"] == 1


def test_pins_stand_at_the_borders() -> None:
    nodes = [node("i", 1, "first"), *(node(n) for n in "abc"), node("o", 1, "last")]
    found = layers_of(nodes, edges("i0-b0 a0-b1 b0-c0 a1-o0"))
    assert dict(found.of) == {"i": 0, "a": 1, "b": 2, "c": 3, "o": 4}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a0-d0 a1-c0 b0-c1", 0),  # c goes left of d or b left of a
        ("a0-x1 a1-x0", 1),  # pins stay where they are
        ("a0-c0 b0-c1 a1-d0 b1-d1", 1),
        ("a0-c0 c0-e0 b0-d0 d0-f1 a1-f0", 0),
    ],
)
def test_as_little_crosses_as_can(text: str, count: int) -> None:
    found = edges(text)
    names = sorted({e.source for e in found} | {e.target for e in found}, reverse=True)
    nodes = [node(n) for n in names]
    made = sketch(nodes, found, layers_of(nodes, found))
    assert crossings(made.rows) == count


# --- columns --------------------------------------------------------------------------------------


@pytest.mark.slow
@varied
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 6), st.sampled_from([1, 2])), min_size=1, max_size=3),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
def test_places_are_closest_to_their_targets(
    targets: list[list[tuple[float, float]]], data: st.DataObject
) -> None:
    gaps = data.draw(
        st.lists(st.integers(0, 2), min_size=len(targets) - 1, max_size=len(targets) - 1)
    )

    def cost(places: tuple[float, ...]) -> float:
        return sum(
            w * abs(p - x) for p, wanted in zip(places, targets, strict=True) for x, w in wanted
        )

    def fits(places: tuple[float, ...]) -> bool:
        return all(b - a >= g for a, b, g in zip(places, places[1:], gaps, strict=False))

    found = tuple(closest(targets, gaps))
    assert fits(found)
    # With whole numbers as targets and gaps, whole numbers are among the best places.
    best = min(cost(p) for p in product(range(-6, 13), repeat=len(targets)) if fits(p))
    assert cost(found) == best
