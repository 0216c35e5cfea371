"""pmill's own test files in Click's format, run as a user would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT, Pmill

SUITE = ROOT / "tests" / "clicktests"
FILES = sorted(SUITE.rglob("*.clicktest"))


@pytest.mark.parametrize("file", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_file(pmill: Pmill, tmp_path: Path, file: Path) -> None:
    done = pmill("test", "-j1", "-t", 200, file, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "clicktest: 1 success, 0 failures, 0 skipped\n"


def test_every_area_has_files() -> None:
    assert {p.parent.name for p in FILES} == {"cmdline", "control", "elements", "language"}
    assert len(FILES) >= 60
