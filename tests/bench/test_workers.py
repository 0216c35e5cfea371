"""`pmill bench workers` sees what a second worker does, and that one without work does nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from pmill.bench import workers
from pmill.bench.settings import Settings
from pmill.diagnostics import DiagnosticError
from tests.conftest import Pmill


def test_one_processor_is_not_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    with pytest.raises(DiagnosticError, match="PM0871"):
        workers.run(Settings(lcore=0), tmp_path)


@pytest.mark.slow
def test_it_measures(pmill: Pmill) -> None:
    """The control does not gain; how much the others do is for a machine that is quiet."""
    done = pmill("bench", "workers", "--rounds", "3")
    found = [float(n) for n in re.findall(r"with 2: ([\d.]+) \[", done.stdout)]
    assert len(found) == 2, done.stdout + done.stderr
    assert found[0] > found[1]
    assert found[1] < 1.3
