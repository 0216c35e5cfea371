"""Headers that cannot be read: each gives its complete message."""

from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.elements.reader import read_header
from tests.conftest import Golden

CASES = sorted((Path(__file__).parent / "golden").glob("*.hh"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_message(case: Path, golden: Golden) -> None:
    diags = Diagnostics()
    source = Source(case.name, case.read_text(encoding="utf-8"))
    assert read_header(source, "test/bad.hh", diags) is None
    golden(case.with_suffix(".expect"), "".join(f"{d}\n" for d in diags))


def test_every_code_of_the_reader_has_a_case() -> None:
    texts = [case.with_suffix(".expect").read_text(encoding="utf-8") for case in CASES]
    codes = {f"PM{number:04}" for number in range(201, 213)}
    assert {code for code in codes if not any(code in text for text in texts)} == set()
