from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from tests.control.programs import ask, build
from tests.elements.programs import refusal

LEVELS = pytest.mark.parametrize("level", [0, 3])
SOURCE = "src :: InfiniteSource(LIMIT 100, STOP true) -> c :: Counter -> Discard;"


@LEVELS
def test_it_decides_when_the_program_ends(level: int) -> None:
    text = (
        f"{SOURCE} DriverManager(wait_stop, print $(c.count), write src.reset, wait_stop,"
        " print $(c.count));"
    )
    done = ask(text, level=level)
    assert (done.returncode, done.stdout) == (0, "100\n200\n")


def test_without_instructions_it_waits_for_a_stop() -> None:
    assert ask(f"{SOURCE} DriverManager;").counters["c.count"] == 100


@LEVELS
def test_several_stops(level: int) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 10, STOP true) -> c :: Counter -> Discard;"
        "b :: TimedSource(1s, LIMIT 1, STOP true) -> c;"
        "DriverManager(wait_stop 2, print $(c.count) $(now));"
    )
    assert ask(text, "--simtime", level=level).stdout.startswith("11 1000000001.0")


def test_a_stop_ends_waiting_for_time() -> None:
    text = f"{SOURCE} DriverManager(wait 100s, print $(now), stop);"
    assert ask(text, "--simtime").stdout.startswith("1000000000.")


@LEVELS
def test_waiting_for_time_outlasts_the_packets(level: int) -> None:
    text = (
        "InfiniteSource(LIMIT 5) -> c :: Counter -> Discard;"
        "DriverManager(wait 3s, print $(c.count), print $(now), stop);"
    )
    out = ask(text, "--simtime", level=level).stdout.splitlines()
    assert out[0] == "5"
    assert out[1].startswith("1000000003.")


def test_sources_without_packets_are_a_stop() -> None:
    text = "InfiniteSource(LIMIT 5) -> c :: Counter -> Discard; DriverManager(pause, print $(c.count));"
    assert ask(text).stdout == "5\n"


@LEVELS
def test_two_workers(level: int) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 5000, STOP true) -> c :: Counter -> Discard;"
        "b :: InfiniteSource(LIMIT 7000, STOP true) -> c;"
        "DriverManager(wait_stop 2, print $(c.count), write a.reset, wait_stop, print $(c.count));"
    )
    done = ask(text, level=level, eal=("--lcores", "0@0,1@0,2@1"))
    assert (done.returncode, done.stdout) == (0, "12000\n17000\n")


def test_an_interrupt_is_a_stop() -> None:
    text = "InfiniteSource -> c :: Counter -> Discard; DriverManager(wait 100s, print interrupted);"
    process = subprocess.Popen([str(build(text))], stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert out.startswith("interrupted\n")
    assert process.returncode == 0


def test_whoever_insists_ends_it() -> None:
    text = "InfiniteSource -> Discard; DriverManager(label l, wait 100s, goto l);"
    process = subprocess.Popen([str(build(text))], stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    for _ in range(3):
        os.kill(process.pid, signal.SIGTERM)
        time.sleep(0.3)
    out, _ = process.communicate(timeout=20)
    assert "packets in" in out


def test_there_is_one() -> None:
    assert "PM0314" in refusal("DriverManager; DriverManager; Idle -> Discard;")
