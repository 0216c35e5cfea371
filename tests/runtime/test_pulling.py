"""Programs in which packets are pulled end when they should, and lose nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Compiled
from tests.runtime.conftest import run

TWO = ("--lcores", "0@0,1@0,2@1")
LEVELS = pytest.mark.parametrize("level", ["-O0", "-O3"])


def counters(
    compiled: Compiled,
    folder: Path,
    text: str,
    level: str,
    *options: str,
    eal: tuple[str, ...] = (),
) -> dict[str, dict[str, int]]:
    config = folder / "pulling.click"
    config.write_text(text)
    done = run(compiled(config, level), "--stats=json", *options, eal=eal, timeout=20)
    assert done.returncode == 0, done.stderr
    elements = json.loads(done.stdout)["elements"]
    return {name: element["counters"] for name, element in elements.items()}


@LEVELS
def test_two_workers_with_a_source_each_that_is_pulled(compiled, tmp_path, level) -> None:
    text = (
        "InfiniteSource(LIMIT 5) -> Unqueue -> a :: Discard;"
        "InfiniteSource(LIMIT 6) -> Unqueue -> b :: Discard;"
    )
    found = counters(compiled, tmp_path, text, level, eal=TWO)
    assert (found["a"]["count"], found["b"]["count"]) == (5, 6)


@LEVELS
def test_a_source_from_which_nobody_pulls(compiled, tmp_path, level) -> None:
    text = (
        "InfiniteSource(LIMIT 5) -> s :: PullSwitch(0) -> Unqueue -> d :: Discard;"
        "InfiniteSource(LIMIT 5) -> [1] s;"
    )
    assert counters(compiled, tmp_path, text, level)["d"]["count"] == 5


@LEVELS
@pytest.mark.parametrize("puller", ["PullSwitch(-1) -> Unqueue", "Unqueue(LIMIT 3)"])
def test_what_was_due_and_is_not_pulled_stops_no_clock(compiled, tmp_path, level, puller) -> None:
    text = f"RatedSource(RATE 10) -> {puller} -> Discard; TimedSource(1s, LIMIT 3, STOP true) -> d :: Discard;"
    assert counters(compiled, tmp_path, text, level, "--simtime")["d"]["count"] == 3


@LEVELS
def test_a_busy_program_ends_in_simulated_time(compiled, tmp_path, level) -> None:
    text = "InfiniteSource -> d :: Discard;"
    options = ("--simtime", "--simtick", "1000000", "--duration", "1")
    assert 1000 <= counters(compiled, tmp_path, text, level, *options)["d"]["count"] <= 2000


def test_simulated_time_is_the_same_at_every_level(compiled, tmp_path) -> None:
    text = "InfiniteSource(LIMIT 1000, STOP true) -> SetTimestamp -> Discard; RatedSource(RATE 10) -> c :: Counter -> Discard;"
    options = ("--simtime", "--simtick", "1000000")
    found = [counters(compiled, tmp_path, text, level, *options) for level in ("-O0", "-O3")]
    assert found[0]["c"] == found[1]["c"]


def test_cycles_behind_an_unqueue_are_cut_alike(compiled, tmp_path) -> None:
    text = (
        "x :: Idle; InfiniteSource(LIMIT 10) -> Queue -> Unqueue -> a :: Counter -> b :: Counter"
        " -> t :: Tee -> a; t[1] -> d :: Discard; x -> b;"
    )
    found = [counters(compiled, tmp_path, text, level) for level in ("-O0", "-O1", "-O3")]
    for name in ("a", "b", "d"):
        assert found[0][name] == found[1][name] == found[2][name], name


@LEVELS
def test_discard_pulls_as_it_is_told(compiled, tmp_path, level) -> None:
    text = "InfiniteSource(LIMIT 5) -> q :: Queue -> d :: Discard({});"
    assert counters(compiled, tmp_path, text.format("ACTIVE false"), level)["d"]["count"] == 0
    assert counters(compiled, tmp_path, text.format("BURST 3"), level)["d"]["count"] == 5


@LEVELS
def test_idle_does_not_pull(compiled, tmp_path, level) -> None:
    found = counters(
        compiled, tmp_path, "InfiniteSource(LIMIT 5) -> q :: Queue -> x :: Idle;", level
    )
    assert (found["q"]["length"], found["x"]["drops"]) == (5, 0)


def test_what_is_behind_a_pull_is_there_once(pmill, tmp_path) -> None:
    """Elements with two ways through them, one after the other: the code does not double with each."""
    sizes = []
    for count in (2, 8):
        config = tmp_path / f"{count}.click"
        chain = " -> ".join(["IPGWOptions(10.0.0.1)"] * count)
        config.write_text(
            f"InfiniteSource -> Strip(0) -> Queue -> CheckIPHeader -> {chain} -> Unqueue -> Discard;"
        )
        done = pmill("compile", str(config), "--emit=asm", "-o", str(tmp_path / f"{count}.s"))
        assert done.returncode == 0, done.stderr
        sizes.append(len((tmp_path / f"{count}.s").read_text().splitlines()))
    assert sizes[1] < 3 * sizes[0]
