"""What stays changeable: because the configuration says so, does so, or the user asks."""

from __future__ import annotations

import pytest

from pmill.diagnostics import DiagnosticError
from tests.control.programs import ask, build
from tests.elements.programs import refusal

LEVELS = pytest.mark.parametrize("level", [0, 3])


def test_a_mark_keeps_a_value() -> None:
    text = "InfiniteSource(LIMIT !9) -> d :: Discard;"
    assert ask(text, "--write", "InfiniteSource@1.limit 4").counters["d.count"] == 4


# The main lcore runs packets, or a worker of its own does.
LCORES = pytest.mark.parametrize(
    "eal", [(), ("--lcores", "0@0,1@1"), ("--lcores", "0@0,1@0,2@1")], ids=["main", "one", "two"]
)


@LCORES
def test_calls_without_a_script(eal: tuple[str, ...]) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 5, END_CALL b.active true) -> Discard;"
        "b :: InfiniteSource(LIMIT 6, ACTIVE false) -> d :: Discard;"
    )
    done = ask(text, eal=eal)
    assert (done.counters["d.count"], done.stderr) == (6, "")


@LCORES
def test_calls_of_whoever_runs_packets(eal: tuple[str, ...]) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 5, END_CALL b.active true) -> Discard;"
        "b :: InfiniteSource(LIMIT 6, ACTIVE false, STOP true) -> d :: Discard;"
        "DriverManager(wait_stop);"
    )
    done = ask(text, eal=eal)
    assert (done.counters["d.count"], done.stderr) == (6, "")


@pytest.mark.parametrize("eal", [(), ("--lcores", "0@0,1@1")], ids=["main", "one"])
def test_simulated_time_with_a_script(eal: tuple[str, ...]) -> None:
    text = "s :: RatedSource(RATE !10) -> c :: Counter -> Discard; Script(wait 0.95s, write s.active false, wait 1s, print $(c.count), stop);"
    done = ask(text, "--simtime", eal=eal)
    assert (done.stdout, done.stderr) == ("10\n", "")


@LEVELS
def test_a_source_that_begins_again_at_its_end(level: int) -> None:
    text = (
        "s :: InfiniteSource(LIMIT 3, END_CALL s.reset)"
        ' -> c :: Counter(COUNT_CALL "10 stop") -> Discard;'
    )
    assert ask(text, level=level).counters["c.count"] == 10


@LEVELS
def test_a_call_keeps_what_it_writes(level: int) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 5, END_CALL b.active true) -> Discard;"
        "b :: InfiniteSource(LIMIT 6, ACTIVE false) -> d :: Discard;"
        "DriverManager(wait 10s, wait_stop);"
    )
    assert ask(text, "--simtime", level=level).counters["d.count"] == 6


@LEVELS
def test_a_count_that_calls(level: int) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 100) -> c :: Counter(COUNT_CALL 10 s.switch 1)"
        " -> s :: Switch(0) -> x :: Counter -> Discard; s[1] -> y :: Counter -> Discard;"
    )
    counters = ask(text, level=level).counters
    # The packet that reaches the number is the first to see what the call did.
    assert (counters["x.count"], counters["y.count"]) == (9, 91)


@LEVELS
def test_a_call_in_a_compound_finds_its_neighbours(level: int) -> None:
    text = (
        "elementclass A { InfiniteSource(LIMIT 3, END_CALL b.active true) -> Discard;"
        " b :: InfiniteSource(LIMIT 2, ACTIVE false) -> output }"
        "A -> d :: Discard; b :: Idle -> Discard; DriverManager(wait 1s);"
    )
    assert ask(text, "--simtime", level=level).counters["d.count"] == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("other.reset", "no element 'other'"),
        ("c.nothing", "no 'c.nothing' handler"),
        ("c.count 5", "'c.count' is a read handler"),
        ("nothing", "no 'nothing' handler"),
    ],
)
def test_calls_that_lead_nowhere(call: str, message: str) -> None:
    text = refusal(f"InfiniteSource(END_CALL {call}) -> c :: Counter -> Discard;")
    assert "PM0442" in text
    assert message in text


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("limit", "write ELEMENT.HANDLER"),
        ("x.limit", "there is no element 'x'"),
        ("d.count", "no handler 'count' that changes an argument"),
    ],
)
def test_what_cannot_be_kept(asked: str, message: str) -> None:
    with pytest.raises(DiagnosticError) as error:
        build("InfiniteSource -> d :: Discard;", keep=[asked])
    assert message in str(error.value)


def test_patterns_keep_many() -> None:
    text = "a :: InfiniteSource(LIMIT 5) -> d :: Discard; b :: InfiniteSource(LIMIT 5) -> d;"
    writes = ("--write", "a.limit 1", "--write", "b.limit 2")
    assert ask(text, *writes, keep=["*.limit"]).counters["d.count"] == 3
