from __future__ import annotations

from pathlib import Path

import pytest

from tests.control.programs import ask
from tests.elements.programs import refusal
from tests.traffic.pcap import write_pcap

LEVELS = pytest.mark.parametrize("level", [0, 3])
TWO = ("--lcores", "0@0,1@0,2@1")
SOURCES = "".join(f"{n} :: InfiniteSource(LIMIT 50) -> Discard; " for n in "abcd")


def homes(text: str, *options: str, level: int = 3, eal: tuple[str, ...] = TWO) -> dict[str, str]:
    done = ask(text, "-h", "InfiniteSource.home_thread", *options, level=level, eal=eal)
    blocks = [b.split(".home_thread:\n") for b in done.stdout.split("\n\n") if b]
    return dict(blocks) if len(blocks) > 1 else {"": done.stdout.strip()}


@LEVELS
def test_elements_are_shared_out_unless_they_are_placed(level: int) -> None:
    assert homes(SOURCES, level=level) == {"a": "0", "b": "1", "c": "0", "d": "1"}
    placed = f"{SOURCES} StaticThreadSched(a 1, c 1);"
    assert homes(placed, level=level) == {"a": "1", "b": "0", "c": "1", "d": "1"}


@LEVELS
def test_the_last_word_counts_and_numbers_may_count_backwards(level: int) -> None:
    text = f"{SOURCES} StaticThreadSched(a 1, b -1, a 0); StaticThreadSched(c -2);"
    found = homes(text, level=level)
    assert (found["a"], found["b"], found["c"]) == ("0", "1", "0")


@LEVELS
def test_compounds_and_their_insides(level: int) -> None:
    text = (
        "elementclass L { InfiniteSource(LIMIT 9) -> output; x :: InfiniteSource(LIMIT 9) -> Discard;"
        " StaticThreadSched(x 0) }"
        "l :: L -> c :: Counter -> Discard; StaticThreadSched(l 1);"
    )
    found = homes(text, level=level)
    # What stands further inside was said later: elements of compounds come first to last.
    assert set(found) == {"l/x", "l/InfiniteSource@1"}
    assert found["l/InfiniteSource@1"] == "1"


@LEVELS
def test_a_worker_really_runs_it(level: int) -> None:
    """Both sources belong to worker 1, which has a queue of its own: order is as with one worker."""
    text = (
        "a :: InfiniteSource(LIMIT 500, DATA a) -> q :: Queue(2000); b :: InfiniteSource(LIMIT 500) -> q;"
        "q -> u :: Unqueue -> c :: Counter -> Discard; StaticThreadSched(a 1, b 1, u 0);"
    )
    done = ask(text, "-h", "c.count", level=level, eal=TWO)
    assert done.stdout == "1000\n"


@LEVELS
def test_a_device_is_served_by_one_worker(tmp_path: Path, level: int) -> None:
    write_pcap(tmp_path / "in.pcap", [(i, bytes(60)) for i in range(100)])
    device = f"net_pcap0,rx_pcap={tmp_path}/in.pcap"
    text = "FromDPDKDevice(0) -> c :: Counter -> Discard; StaticThreadSched(FromDPDKDevice@1 1);"
    done = ask(
        text, "--expect", "0=100", "-h", "c.count", level=level, eal=(*TWO, "--vdev", device)
    )
    assert (done.returncode, done.stdout) == (0, "100\n"), done.stderr


def test_a_worker_that_is_not_there() -> None:
    done = ask(f"{SOURCES} StaticThreadSched(a 5);", eal=TWO)
    assert done.stderr == "warning: a: there is no worker 5; worker 1 runs it\n"
    assert done.returncode == 0


@LEVELS
def test_a_worker_by_its_numa_node(level: int) -> None:
    """Tests need not run where there are two: the first core's node has number N."""
    node = next(Path("/sys/devices/system/cpu/cpu0").glob("node*")).name.removeprefix("node")
    text = f"{SOURCES} StaticThreadSched(a {node}/0, b {node}/1, c {node}/1);"
    found = homes(text, level=level, eal=("--lcores", "0@0,1@0,2@0"))
    assert found == {"a": "0", "b": "1", "c": "1", "d": "0"}
    assert ask(text, level=level, eal=("--lcores", "0@0,1@0,2@0")).stderr == ""


def test_a_numa_node_that_is_not_there() -> None:
    text = f"{SOURCES} StaticThreadSched(a 7/1, b 7/4);"
    for eal, second in ((TWO, 0), ((), 0)):
        done = ask(text, eal=eal)
        first = 1 if eal else 0
        assert done.stderr == (
            f"warning: a: there is no worker 7/1; worker {first} runs it\n"
            f"warning: b: there is no worker 7/4; worker {second} runs it\n"
        )
        assert set(done.counters.values()) == {50}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("x 1", "PM0449", "there is no element 'x'"),
        ("a", "PM0448", "expected an element and a number, not 'a'"),
        ("a one", "PM0448", "expected an element and a number"),
        ("a 0.5", "PM0448", "'0.5' is no number of a worker"),
        ("a 99999999999", "PM0448", "'99999999999' is no number of a worker"),
        ("a 0/1/2", "PM0448", "expected an element and a number"),
        ("a 0/1024", "PM0448", "'0/1024' is no number of a worker"),
        ("a 1024/0", "PM0448", "'1024/0' is no number of a worker"),
        ("a -1/0", "PM0448", "expected an element and a number"),
    ],
)
def test_what_cannot_be_placed(arguments: str, code: str, message: str) -> None:
    text = refusal(f"{SOURCES} StaticThreadSched({arguments});")
    assert code in text
    assert message in text


@LEVELS
def test_it_moves_while_the_program_runs(level: int) -> None:
    text = (
        "a :: InfiniteSource -> c :: Counter -> Discard; b :: InfiniteSource -> Discard;"
        "Script(print $(a.home_thread), write a.home_thread 1, print $(a.home_thread),"
        " write a.scheduled false, set x $(c.count), wait 10ms,"
        " print $(eq $x $(c.count)) $(a.scheduled), write a.scheduled true,"
        " label rests, wait 10ms, goto rests $(eq $x $(c.count)),"  # until its worker had a turn
        " print $(gt $(c.count) $x), write a.home_thread 2, stop);"
    )
    done = ask(text, level=level, eal=TWO)
    assert done.stdout.split() == ["0", "1", "true", "false", "true"]
    assert done.stderr == "a.home_thread: there is no worker 2\n"


@LEVELS
def test_what_is_moved_goes_on_where_it_was(level: int) -> None:
    """A source has made what it has made, whichever worker makes the rest."""
    text = (
        "a :: RatedSource(RATE 100000, LIMIT 2000, STOP false) -> c :: Counter -> Discard;"
        "Script(label early, wait 1ms, goto early $(lt $(c.count) 100), write a.home_thread 1,"
        " label again, wait 5ms, goto again $(lt $(c.count) 2000),"
        " wait 50ms, print $(a.count) $(c.count), stop);"
    )
    done = ask(text, level=level, eal=TWO)
    assert done.stdout.split() == ["2000", "2000"]


@LEVELS
def test_nobody_else_is_moved(level: int) -> None:
    text = (
        "a :: InfiniteSource -> Discard; b :: InfiniteSource -> Discard; c :: InfiniteSource"
        " -> d :: Counter -> Discard; Script(write a.home_thread 1,"
        " print $(a.home_thread) $(b.home_thread) $(c.home_thread), stop);"
    )
    assert ask(text, level=level, eal=TWO).stdout.split() == ["1", "1", "0"]
