"""Workers that sleep while there is nothing to do, and wake when there is."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from tests.control.programs import ask, serving

SLOW = "TimedSource(0.05s, LIMIT 20) -> Queue -> Unqueue -> d :: Discard;"


def processor_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("eal", [(), ("--lcores", "0@0,1@0,2@1")], ids=["one", "two"])
def test_an_idle_program_takes_little_time(eal: tuple[str, ...]) -> None:
    ask(SLOW, "--poll=adaptive", eal=eal)  # compiled
    before = processor_time()
    done = ask(SLOW, "--poll=adaptive", eal=eal)
    assert done.counters["d.count"] == 20
    assert processor_time() - before < 1.0, "of the second that it takes, on every worker"


def test_nothing_is_lost_and_nothing_late() -> None:
    text = "s :: RatedSource(RATE 2000, LIMIT 1000) -> Queue -> Unqueue(-1) -> d :: Discard;"
    done = ask(text, "--poll=adaptive", "-h", "d.count")
    assert done.stdout == "1000\n"


def test_control_wakes_a_sleeper(tmp_path: Path) -> None:
    with serving(tmp_path, "Idle -> q :: Queue(7) -> Idle;", "--poll=adaptive") as (client, _):
        for _ in range(20):
            assert client.ask("READ q.notifier_state") == (200, "0")


def test_other_words_are_refused() -> None:
    done = ask("Idle -> Discard;", "--poll=sometimes")
    assert done.returncode == 1
    assert "--poll is busy or adaptive, not 'sometimes'" in done.stderr
