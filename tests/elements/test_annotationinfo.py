from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions
from tests.elements.programs import refusal, run_program

INFO = "AnnotationInfo(COLOR 5 1, place 6, HUE PAINT, far 44 4, wide 8 16);"


def annotation(text: str, element: str = "e") -> tuple[int, int] | None:
    graph = analyse(Source("t.click", text), CompileOptions(variables={}), Diagnostics())
    return graph.elements[element].arguments["anno"].anno


@pytest.mark.parametrize(
    ("user", "place"),
    [
        ("Paint(1, COLOR)", (5, 1)),
        ("Paint(1, place)", (6, 1)),
        ("Paint(1, HUE)", (17, 1)),
        ("Paint(1, PAINT)", (17, 1)),
        ("Paint(1, 3)", (3, 1)),
        ("SetIPAddress(1.0.0.1, place)", (6, 4)),
        ("SetIPAddress(1.0.0.1, far)", (44, 4)),
    ],
)
def test_places(user: str, place: tuple[int, int]) -> None:
    assert annotation(f"{INFO} Idle -> e :: {user} -> Discard;") == place


def test_scopes_and_order() -> None:
    text = (
        "elementclass L { input -> x :: Paint(1, A) -> y :: Paint(1, B) -> output;"
        "  AnnotationInfo(A 11 1) }"
        "Idle -> l :: L -> z :: Paint(1, A) -> Discard; AnnotationInfo(A 1, B 2);"
    )
    assert [annotation(text, e) for e in ("l/x", "l/y", "z")] == [(11, 1), (2, 1), (1, 1)]


def test_names_of_click_may_be_given_anew() -> None:
    text = "AnnotationInfo(PAINT 5 1); Idle -> e :: Paint(1, PAINT) -> Discard;"
    assert annotation(text) == (5, 1)


@pytest.mark.parametrize("name", ["far", "wide", "nothing"])
def test_an_annotation_of_another_size(name: str) -> None:
    said = refusal(f"{INFO} Idle -> Paint(1, {name}) -> Discard;")
    assert f"an annotation of 1 byte, not '{name}'" in said


def test_one_that_does_not_fit() -> None:
    said = refusal("AnnotationInfo(last 47); Idle -> SetIPAddress(1.0.0.1, last) -> Discard;")
    assert "'47' is out of range, expected 0 to 44" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("A", "'A' has no place"),
        ("A x", "'A' has no place"),
        ("A 48", "'A' has no place"),
        ("A -1", "'A' has no place"),
        ("A 44 5", "'A' has no place"),
        ("A 1 0", "'A' has no place"),
        ("A 1 1 1", "'A' has no place"),
        ("1 1", "'1' is no name"),
        ("a,b 1", "'a' has no place"),
        ("A 1 2, B 2 1, CHECK_OVERLAP true", "annotations 'A' and 'B' overlap"),
        ("A 16, B PAINT2, CHECK_OVERLAP true", "annotations 'A' and 'B' overlap"),
    ],
)
def test_errors(arguments: str, message: str) -> None:
    said = refusal(f"AnnotationInfo({arguments}); Idle -> Discard;")
    assert "error[PM0491]" in said
    assert message in said


def test_overlaps_are_allowed() -> None:
    for arguments in ("A 1 2, B 2 1", "A 1 2, B 3 1, CHECK_OVERLAP true"):
        text = f"AnnotationInfo({arguments}); Idle -> e :: Paint(1, B) -> Discard;"
        assert annotation(text) == (2 if "B 2" in arguments else 3, 1)


@pytest.mark.parametrize("level", [0, 3])
def test_in_a_program(tmp_path: Path, level: int) -> None:
    """Two paints of their own do not mix."""
    text = (
        "AnnotationInfo(A 5 1, B 6 1); InfiniteSource(LIMIT 3) -> Paint(7, A) -> Paint(8, B)"
        " -> a :: CheckPaint(7, A) -> b :: CheckPaint(8, B) -> good :: Counter -> Discard;"
        "a[1] -> Discard; b[1] -> Discard;"
    )
    assert run_program(tmp_path, text, level=level).counters["good.count"] == 3
