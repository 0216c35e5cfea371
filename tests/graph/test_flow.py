from __future__ import annotations

import pytest

from pmill.graph.flow import code_flows, port_counts, processing


@pytest.mark.parametrize(
    ("code", "used", "counts"),
    [
        ("1/1", (0, 0), (1, 1)), ("1/1-2", (1, 2), (1, 2)), ("1/1-2", (1, 5), (1, 2)),
        ("1/1-2", (1, 0), (1, 1)), ("-", (3, 2), (3, 2)), ("2-/-1", (0, 4), (2, 1)),
        ("0/1-", (0, 3), (0, 3)), ("1-/=", (3, 1), (3, 3)), ("1-/=+", (3, 1), (3, 4)),
        ("2", (0, 0), (2, 2)), ("", (0, 0), None), ("x/1", (0, 0), None), ("1/", (0, 0), None),
    ],
)  # fmt: skip
def test_port_counts(code: str, used: tuple[int, int], counts: tuple[int, int] | None) -> None:
    assert port_counts(code, *used) == counts


def test_the_last_processing_letter_repeats() -> None:
    assert processing("a/ah", 2, 3) == ([None, None], [None, "push", "push"])
    assert processing("hl", 1, 3) == (["push"], ["push", "pull", "pull"])


@pytest.mark.parametrize(
    ("code", "pairs"),
    [
        ("x/x", {(0, 0), (0, 1), (1, 0), (1, 1)}),
        ("x/y", set()),
        ("#/#", {(0, 0), (1, 1)}),
        ("#/[^#]", {(0, 1), (1, 0)}),
        ("xy/x", {(0, 0), (0, 1)}),
        ("xy/[xy]x", {(0, 0), (1, 0), (0, 1)}),
        ("[^x]/[^y]", {(0, 0), (0, 1), (1, 0), (1, 1)}),
    ],
)
def test_flow_codes(code: str, pairs: set[tuple[int, int]]) -> None:
    assert {(i, o) for i in (0, 1) for o in (0, 1) if code_flows(code, i, o)} == pairs
