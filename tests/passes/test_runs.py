"""The case of a pass is a program, too: with the pass alone it does what it does without."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Source
from pmill.options import CompileOptions
from pmill.passes import DEFAULT
from pmill.verify import report, verify
from pmill.verify.variants import PassList
from pmill.verify.verifying import Request
from tests.passes.kit import EXTRA
from tests.passes.test_passes import CASES, name_of

ALL = PassList(options=CompileOptions(level=2, include=EXTRA), pipeline=None)


def runs(case: Path) -> object:
    """Return a case; where the pass does something at least, others are left to the night."""
    marks = () if case.stem == "applies" else (pytest.mark.verify,)
    return pytest.param(case, id=name_of(case), marks=marks)


@pytest.mark.parametrize("case", [runs(case) for case in CASES])
def test_the_pass_alone_changes_nothing(case: Path) -> None:
    request = Request(
        source=Source(case.name, case.read_text()),
        options=ALL.options_of(ALL.with_required(case.parent.name)),
        packets=300,
        each=False,
    )
    verdict = verify(request)
    assert verdict.equal, report.text(verdict)


def test_every_pass_is_tried() -> None:
    assert {case.parent.name for case in CASES} == {p.name for p in DEFAULT}
