"""Lookups look at the frames of a burst before those come to them, and only where that may pay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.elements.programs import Run, run_program
from tests.traffic import write_frames

EXTRA = (Path(__file__).resolve().parent.parent / "elements" / "extra",)
ADDRESSES = bytes(12) + b"\x88\xb5"


def foreseen(text: str, *, disabled: frozenset[str] = frozenset(), level: int = 3) -> list[str]:
    """Return what the sources of a program foresee, in the order of the program."""
    options = CompileOptions(level=level, include=EXTRA, disabled=disabled)
    product = compile_config(Source("test.click", text), options, Diagnostics(), emit="cpp")
    assert product.data is not None
    return re.findall(r"using Foreseen = pmill::Foreseen<(.*)>;", product.data.decode())


def ran(folder: Path, numbers: range, *, level: int) -> Run:
    write_frames(folder / "in.pcap", [ADDRESSES + bytes([n]) * 46 for n in numbers])
    text = "FromDPDKDevice(0) -> t :: Foretold -> Discard;"
    options = (f"--expect=0={len(numbers)}", "--", "--vdev", "net_pcap0,rx_pcap=in.pcap")
    run = run_program(folder, text, level=level, options=options, include=EXTRA)
    assert run.returncode == 0, run.stderr
    assert run.counters["t.seen"] == sum(numbers)
    return run


def test_the_frame_four_behind_is_looked_at_and_at_the_end_the_last(tmp_path: Path) -> None:
    run = ran(tmp_path, range(1, 11), level=3)
    assert run.counters["t.guessed"] == 10
    assert run.counters["t.guesses"] == sum((5, 6, 7, 8, 9, 10, 10, 10, 10, 10))


def test_a_burst_of_one(tmp_path: Path) -> None:
    assert ran(tmp_path, range(7, 8), level=3).counters["t.guesses"] == 7


def test_a_whole_burst(tmp_path: Path) -> None:
    numbers = range(32)
    run = ran(tmp_path, numbers, level=3)
    assert run.counters["t.guesses"] == sum(numbers[4:]) + 4 * 31


def test_nobody_guesses_without_passes(tmp_path: Path) -> None:
    assert ran(tmp_path, range(10), level=0).counters["t.guessed"] == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FromDPDKDevice(0) -> t :: Foretold -> Discard;", ["t_"]),
        ("FromDPDKDevice(0) -> Strip(14) -> t :: Foretold -> Foretold -> Discard;", ["t_"]),
        # Each source foresees what its own packets come to first.
        (
            "FromDPDKDevice(0) -> c :: Classifier(12/0800, -);"
            "c[0] -> a :: Foretold -> Discard; c[1] -> b :: Foretold -> Discard;"
            "FromDPDKDevice(1) -> d :: Foretold -> Discard;",
            ["a_, b_", "d_"],
        ),
        # A small table, packets that wait elsewhere, a way that is rarely taken, no frames.
        ("FromDPDKDevice(0) -> Foretold(CLAIM 1000) -> Discard;", []),
        ("FromDPDKDevice(0) -> Queue -> Unqueue -> Foretold -> Discard;", []),
        (
            "FromDPDKDevice(0) -> h :: CheckIPHeader(OFFSET 14) -> Discard;"
            "h[1] -> Foretold -> Discard;",
            [],
        ),
        ("InfiniteSource -> Foretold -> Discard;", []),
    ],
)
def test_who_is_foreseen(text: str, found: list[str]) -> None:
    assert foreseen(text) == found


def test_it_goes_with_waiting() -> None:
    text = "FromDPDKDevice(0) -> Foretold -> Discard;"
    assert foreseen(text, disabled=frozenset({"cut_stages"})) == []
    assert foreseen(text, level=1) == []
