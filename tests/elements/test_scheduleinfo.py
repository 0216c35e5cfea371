from __future__ import annotations

import pytest

from tests.control.programs import ask
from tests.elements.programs import refusal

LEVELS = pytest.mark.parametrize("level", [0, 3])


def counts(info: str, level: int, sources: str = "") -> list[int]:
    """How many packets two sources have made when the first has made 1,000."""
    text = (
        "a :: InfiniteSource -> ca :: Counter(COUNT_CALL 1000 stop) -> Discard;"
        f"b :: InfiniteSource -> cb :: Counter -> Discard; {info}"
    )
    counters = ask(sources or text, level=level).counters
    return [counters["ca.count"], counters["cb.count"]]


@LEVELS
@pytest.mark.parametrize(
    ("info", "made"),
    [
        ("", 1000),
        ("ScheduleInfo(b 2);", 2000),
        ("ScheduleInfo(a 2);", 500),
        ("ScheduleInfo(b 0.1);", 100),
        ("ScheduleInfo(b 0.5); ScheduleInfo(b 0.5);", 250),
        ("ScheduleInfo(a 3, b 1.5);", 500),
    ],
)
def test_turns(level: int, info: str, made: int) -> None:
    a, b = counts(info, level)
    assert 1000 <= a < 1004  # a round is not cut short
    assert abs(b - made) <= 2


@LEVELS
def test_a_compound_multiplies(level: int) -> None:
    text = (
        "elementclass L { i :: InfiniteSource -> output; ScheduleInfo(i 2) }"
        "a :: InfiniteSource -> ca :: Counter(COUNT_CALL 1000 stop) -> Discard;"
        "l :: L -> cb :: Counter -> Discard; ScheduleInfo(l 0.25);"
    )
    assert abs(counts("", level, text)[1] - 500) <= 2


def test_tickets_change_while_the_program_runs() -> None:
    text = (
        "a :: InfiniteSource -> ca :: Counter(COUNT_CALL 1000 stop) -> Discard;"
        "b :: InfiniteSource -> cb :: Counter -> Discard;"
    )
    done = ask(text, "--write", "b.tickets 4096", "-h", "b.tickets", keep=["b.tickets"])
    assert done.stdout == "4096\n"
    assert abs(done.counters["cb.count"] - 4000) <= 4
    refused = ask(text, "--write", "b.tickets 0", keep=["b.tickets"])
    assert "'0' is not in 1 … 1048576" in refused.stderr
    assert "rebuild with --keep b.tickets" in ask(text, "--write", "b.tickets 9").stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [("a 0", "PM0448"), ("a -1", "PM0448"), ("a", "PM0448"), ("z 1", "PM0449")],
)
def test_what_cannot_be(arguments: str, code: str) -> None:
    text = refusal(f"a :: InfiniteSource -> Discard; ScheduleInfo({arguments});")
    assert code in text


@LEVELS
@pytest.mark.parametrize("moved", ["write u.home_thread 1", "write u.scheduled false"])
def test_who_is_gone_is_not_waited_for(level: int, moved: str) -> None:
    """The worker that ran it before ends all the same, in the middle of its tickets, too."""
    text = (
        "a :: InfiniteSource(LIMIT 20000) -> q :: Queue(30000) -> u :: Unqueue(9) -> d :: Discard;"
        "ScheduleInfo(u 0.3); StaticThreadSched(a 0, u 0); Script(wait 1ms, " + moved + ");"
    )
    eal = ("--lcores", "0@0,1@0,2@1")
    counters = ask(text, level=level, eal=eal).counters
    assert counters["d.count"] + counters["q.length"] == 20000


@LEVELS
def test_the_last_packets_are_not_left_behind(level: int) -> None:
    """The program ends when nobody has anything to do, not when those have nothing who had a turn."""
    text = (
        "InfiniteSource(LIMIT 300) -> q :: Queue -> u :: Unqueue -> c :: CheckPaint(0) -> d :: Discard;"
        "c[1] -> r :: Queue -> v :: Unqueue -> Discard; ScheduleInfo(u 0.01, v 0.013);"
    )
    counters = ask(text, level=level).counters
    assert (counters["d.count"], counters["q.length"]) == (300, 0)
