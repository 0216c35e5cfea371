"""What stretches of a worker's busy iterations cost usually."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.runtime.conftest import build_checks


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_checks("stretch_checks.cc", tmp_path_factory.mktemp("stretches"))


@pytest.mark.parametrize(
    ("stretches", "median"),
    [
        ((), 0),
        (("80/2",), 40),
        (("80/2", "9000/1", "41/1"), 41),
        (("1..4096",), 2049),
        # There is room for 4096: then every second one is kept, of the whole run.
        (("1..8192",), 4097),
        (("1..100000",), 50000),
        (("1..9", "+", "11..19", "+", "21..29"), 15),
    ],
)
def test_median(program: Path, stretches: tuple[str, ...], median: float) -> None:
    done = subprocess.run([program, *stretches], capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(median, rel=0.01)
