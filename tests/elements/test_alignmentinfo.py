from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions
from tests.elements.programs import refusal, run_program

FLOW = "InfiniteSource(LIMIT 2) -> c :: Counter -> d :: Discard;"


def test_what_it_says() -> None:
    text = f"{FLOW} i :: AlignmentInfo(c 4 2, d, d 8 0 4 3);"
    graph = analyse(Source("t.click", text), CompileOptions(variables={}), Diagnostics())
    assert graph.elements["i"].arguments["elements"].text == "c 4 2\nd\nd 8 0 4 3"


def test_elements_of_compounds() -> None:
    text = (
        "elementclass L { input -> x :: Counter -> output; AlignmentInfo(x 4 0, d 4 0) }"
        "Idle -> l :: L -> d :: Discard; i :: AlignmentInfo(l/x 2 1);"
    )
    graph = analyse(Source("t.click", text), CompileOptions(variables={}), Diagnostics())
    assert graph.elements["i"].arguments["elements"].text == "l/x 2 1"
    assert "there is no element 'x'" in refusal(text.replace("(l/x", "(x"))


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("e 4 2", "PM0449", "there is no element 'e'"),
        ("c 4", "PM0492", "expected an element and its alignments, not 'c 4'"),
        ("c 4 4", "PM0492", "not 'c 4 4'"),
        ("c 4 -1", "PM0492", "not 'c 4 -1'"),
        ("c 0 0", "PM0492", "not 'c 0 0'"),
        ("c 4 x", "PM0492", "not 'c 4 x'"),
        ("c 4 0, d 4 0 2", "PM0492", "not 'd 4 0 2'"),
    ],
)
def test_errors(arguments: str, code: str, message: str) -> None:
    said = refusal(f"{FLOW} AlignmentInfo({arguments});")
    assert f"error[{code}]" in said
    assert message in said


@pytest.mark.parametrize("level", [0, 3])
def test_in_a_program(tmp_path: Path, level: int) -> None:
    run = run_program(tmp_path, f"{FLOW} AlignmentInfo(c 4 2);", level=level)
    assert (run.counters["c.count"], run.stderr) == (2, "")
