"""Mutated configurations: never a traceback, never a hang, always status 0 or 1.

PMILL_FUZZ sets how many; `make fuzz` tries 100,000.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from pmill.cli import main
from tests.conformance.cases import read_cases
from tests.conftest import ROOT
from tests.fuzz.mutate import Mutator

SECONDS = 2  # of processor time: the machine may be busy
PATIENCE = 60  # of the clock: a command may wait for something that never comes
PARTS = 8  # each a test, so that they share the processors
COUNT = int(os.environ.get("PMILL_FUZZ", "2000"))
SEED = int(os.environ.get("PMILL_FUZZ_SEED", "0"))
COMMANDS = (
    *(("check",), ("check", "--format=json"), ("check", "--format=gcc"), ("flatten",), ("fmt",)),
    *(("undead",), ("graph", "--format=json"), ("graph", "--format=svg"), ("xform", "--combo")),
)
SHORT = 12  # characters of a text that is hardly worth a change
EXPRESSION = re.compile(r"""-q?e\s+(['"])(.*?)\1""", re.DOTALL)


def corpus() -> list[str]:
    files = sorted(
        path
        for folder, pattern in (
            ("examples", "*.click"),
            ("tests/errors/cases", "*.click"),
            ("tests/syntax/trees", "*.click"),
            ("tests/emit", "*.click"),
            ("tests/passes", "*/*.click"),
        )
        for path in (ROOT / folder).glob(pattern)
    )
    texts = [path.read_text(encoding="utf-8", errors="surrogateescape") for path in files]
    for path in sorted((ROOT / "tests" / "clicktests").rglob("*.clicktest")):
        texts += [found[2] for found in EXPRESSION.finditer(path.read_text(encoding="utf-8"))]
    for path in sorted((ROOT / "tests" / "conformance").glob("*.txt")):
        texts += [case.config for case in read_cases(path)]
    return [text for text in texts if len(text) > SHORT]


class Hang(BaseException):
    """A command that takes too long; nobody but a test may catch it."""


@contextmanager
def time_limit() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise Hang

    before = [(number, signal.signal(number, ring)) for number in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        for number, handler in before:
            signal.signal(number, handler)


@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_configurations(
    part: int,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    mutator = Mutator(corpus(), seed=SEED * PARTS + part)
    main(["check", "-e", "Idle -> Discard;"])  # loads what there is to load
    for number in range(COUNT // PARTS):
        text = mutator.text()
        command = COMMANDS[number % len(COMMANDS)]
        try:
            with time_limit():
                status = main([*command, "-e", text])
        except Hang:
            pytest.fail(f"{command} takes more than {SECONDS} s for {text!r}")
        told = capsysbinary.readouterr()
        assert status in (0, 1), f"{command}: status {status} for {text!r}\n{told.err!r}"
        assert status == 0 or told.err or "json" in command[-1], f"{command}: silent for {text!r}"
