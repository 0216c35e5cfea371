"""AverageCounter, in simulated time: packets come exactly when they should."""

from __future__ import annotations

import pytest

from tests.control.programs import ask
from tests.elements.conftest import RunElement

LEVELS = pytest.mark.parametrize("level", [0, 3])
HANDLERS = ("count", "byte_count", "time", "rate", "byte_rate", "bit_rate", "link_rate")


def values(source: str, arguments: str, level: int, *commands: str) -> dict[str, float]:
    """Return what the handlers say at the end of a program."""
    asked = " ".join(f"$(a.{handler})" for handler in HANDLERS)
    steps = "".join(f"{command}, " for command in commands)
    text = (
        f"s :: {source} -> a :: AverageCounter({arguments}) -> Discard;"
        f'DriverManager({steps}wait_stop, print "{asked}");'
    )
    done = ask(text, "--simtime", level=level)
    assert done.stderr == ""
    return dict(zip(HANDLERS, map(float, done.stdout.split()), strict=True))


@LEVELS
def test_rates_are_exact(level: int) -> None:
    """101 packets of 60 bytes, one every 10 ms: 100 intervals are a second."""
    found = values(
        "TimedSource(0.01s, DATA \\<" + "00" * 60 + ">, LIMIT 101, STOP true)", "", level
    )
    assert found["count"] == 101
    assert found["byte_count"] == 101 * 60
    assert found["time"] == pytest.approx(1, abs=1e-4)
    assert found["rate"] == pytest.approx(101, rel=1e-4)
    assert found["byte_rate"] == pytest.approx(101 * 60, rel=1e-4)
    assert found["bit_rate"] == pytest.approx(101 * 480, rel=1e-4)
    assert found["link_rate"] == pytest.approx(101 * (480 + 192), rel=1e-4)


@LEVELS
def test_the_beginning_is_ignored(level: int) -> None:
    found = values("TimedSource(0.01s, DATA abcd, LIMIT 101, STOP true)", "IGNORE 0.495s", level)
    assert (found["count"], found["byte_count"]) == (51, 204)  # from 0.50 s to 1.00 s
    assert found["time"] == pytest.approx(0.505, abs=1e-4)
    assert found["rate"] == pytest.approx(51 / 0.505, rel=1e-3)


@LEVELS
def test_what_is_shorter_than_that_has_no_rate(level: int) -> None:
    found = values("TimedSource(0.01s, DATA abcd, LIMIT 10, STOP true)", "5", level)
    assert set(found.values()) == {0}


@LEVELS
def test_one_packet_and_none(level: int) -> None:
    found = values("TimedSource(0.01s, DATA abcd, LIMIT 1, STOP true)", "", level)
    assert (found["count"], found["rate"], found["time"]) == (1, 0, 0)
    found = values("InfiniteSource(LIMIT 0, STOP true)", "", level)
    assert set(found.values()) == {0}


@LEVELS
@pytest.mark.parametrize("handler", ["reset", "reset_counts"])
def test_reset(level: int, handler: str) -> None:
    """The next packet is the first again: of 101, those after 0.505 s are left."""
    source = "TimedSource(0.01s, DATA abcd, LIMIT 101, STOP true)"
    found = values(source, "", level, "wait 0.515s", f"write a.{handler}")
    assert found["count"] == 50
    assert found["time"] == pytest.approx(0.49, abs=1e-4)


def test_packets_are_counted(run_element: RunElement) -> None:
    result = run_element("AverageCounter", [b"a" * 60, b"b" * 100, b""])
    assert result.out[0] == [b"a" * 60, b"b" * 100, b""]
    assert (result.counters["e.count"], result.counters["e.byte_count"]) == (3, 160)


def test_of_several_workers() -> None:
    """Counts and rates are added; the time is that of one."""
    lines = [f"s{n} :: TimedSource(2ms, DATA abcd, LIMIT 100) -> a;" for n in range(2)]
    text = (
        "a :: AverageCounter -> Discard;" + "".join(lines) + "StaticThreadSched(s0 0, s1 1);"
        'DriverManager(wait 0.5s, print "$(a.count) $(a.time) $(a.rate)", stop);'
    )
    done = ask(text, eal=("--lcores", "0@0,1@0,2@1"))
    count, time, rate = map(float, done.stdout.split())
    assert count == 200
    assert 0.15 < time < 0.45
    assert rate == pytest.approx(count / time, rel=0.5)
