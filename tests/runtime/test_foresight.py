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


def ran(folder: Path, numbers: range, arguments: str = "", *, level: int = 3) -> Run:
    text = f"FromDPDKDevice(0) -> t :: Foretold({arguments}) -> Discard;"
    run = run_with(folder, numbers, text, level=level)
    assert run.counters["t.seen"] == sum(numbers)
    return run


def run_with(folder: Path, numbers: range, text: str, *, level: int = 3) -> Run:
    write_frames(folder / "in.pcap", [ADDRESSES + bytes([n]) * 46 for n in numbers])
    options = (f"--expect=0={len(numbers)}", "--", "--vdev", "net_pcap0,rx_pcap=in.pcap")
    run = run_program(folder, text, level=level, options=options, include=EXTRA)
    assert run.returncode == 0, run.stderr
    return run


@pytest.mark.parametrize("count", [1, 3, 10, 32, 100])
def test_all_frames_are_looked_at_once_and_their_hints_are_there(
    tmp_path: Path, count: int
) -> None:
    numbers = range(1, count + 1)
    counters = ran(tmp_path, numbers).counters
    assert counters["t.guessed"] == counters["t.right"] == count
    assert counters["t.guesses"] == sum(numbers)
    assert counters["t.again"] == count
    assert counters["t.prepared"] == 0


def test_lookups_look_again_four_packets_ahead(tmp_path: Path) -> None:
    """Of the last four, nothing is behind them but what was never noted."""
    assert ran(tmp_path, range(1, 11)).counters["t.agains"] == sum(range(5, 11))


def test_packets_that_wait_have_the_hints_of_the_first_step(tmp_path: Path) -> None:
    counters = ran(tmp_path, range(1, 101), "FAR true").counters
    assert counters["t.guessed"] == 0
    assert counters["t.prepared"] == counters["t.right"] == 100


def test_every_lookup_has_hints_of_its_own(tmp_path: Path) -> None:
    """All look at all frames; each finds what it noted itself."""
    text = (
        "FromDPDKDevice(0) -> c :: Classifier(14/02, -);"
        "c[0] -> a :: Foretold -> Discard; c[1] -> Strip(1) -> b :: Foretold -> Discard;"
    )
    counters = run_with(tmp_path, range(1, 4), text).counters
    assert counters["a.guessed"] == counters["b.guessed"] == 3
    assert counters["a.right"] == 1
    assert counters["b.right"] == 2


def test_nobody_guesses_without_passes(tmp_path: Path) -> None:
    counters = ran(tmp_path, range(10), level=0).counters
    assert counters["t.guessed"] == counters["t.again"] == counters["t.right"] == 0


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
