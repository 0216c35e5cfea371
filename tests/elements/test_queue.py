from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.conftest import EVERY_LEVEL
from tests.elements.programs import run_program
from tests.traffic.pcap import read_pcap, write_pcap

PACKETS = [(1_000 * i, bytes([i]) * (20 + i)) for i in range(50)]


def sent(folder: Path, text: str, level: int, name: str = "out.pcap") -> list[tuple[int, bytes]]:
    write_pcap(folder / "in.pcap", PACKETS, nanoseconds=True)
    run_program(folder, text, level=level)
    return read_pcap(folder / name)


@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_first_in_first_out(tmp_path: Path, level: int) -> None:
    """Bytes, order and metadata: the timestamps of a ToDump are those of the packets."""
    text = "FromDump(in.pcap) -> Queue -> ToDump(out.pcap, SNAPLEN 0);"
    assert sent(tmp_path, text, level) == PACKETS


@pytest.mark.parametrize("level", [0, 3])
def test_what_finds_it_full_leaves_on_output_1(tmp_path: Path, level: int) -> None:
    text = (
        "FromDump(in.pcap, BURST 50) -> q :: Queue(20) -> Unqueue(-1) -> ToDump(out.pcap, SNAPLEN 0);"
        "q[1] -> ToDump(over.pcap, SNAPLEN 0);"
    )
    assert sent(tmp_path, text, level) == PACKETS[:20]
    assert read_pcap(tmp_path / "over.pcap") == PACKETS[20:]


def test_the_ring_goes_round(tmp_path: Path) -> None:
    """Bursts of 7 in, up to 3 out: what is in the queue moves through every place of the ring."""
    text = (
        "FromDump(in.pcap, BURST 7) -> q :: Queue(13) -> Unqueue(3) -> ToDump(out.pcap, SNAPLEN 0);"
        "q[1] -> ToDump(over.pcap, SNAPLEN 0);"
    )
    out = sent(tmp_path, text, 3)
    over = read_pcap(tmp_path / "over.pcap")
    assert over
    assert out == [p for p in PACKETS if p not in over]


def test_counters(tmp_path: Path) -> None:
    text = "InfiniteSource(LIMIT 30, BURST 30, STOP true) -> q :: Queue(8) -> Idle;"
    counters = run_program(tmp_path, text).counters
    assert counters["q.drops"] == 22
    assert counters["q.highwater_length"] == 8
    assert counters["q.length"] == 8, "nobody pulled them"


def test_metadata_survives(tmp_path: Path) -> None:
    text = (
        "InfiniteSource(LIMIT 5) -> Paint(3) -> q :: Queue -> c :: CheckPaint(3)"
        " -> Unqueue -> good :: Counter -> Discard; c[1] -> bad :: Counter -> Discard;"
        "InfiniteSource(LIMIT 5) -> Paint(4) -> q;"
    )
    for level in (0, 3):
        counters = run_program(tmp_path, text, level=level).counters
        assert (counters["good.count"], counters["bad.count"]) == (5, 5)


@pytest.mark.parametrize("name", ["SimpleQueue", "NotifierQueue", "FullNoteQueue"])
def test_other_names(tmp_path: Path, name: str) -> None:
    text = f"InfiniteSource(LIMIT 5) -> {name}(7) -> d :: Discard;"
    assert run_program(tmp_path, text).counters["d.count"] == 5


def test_a_queue_in_a_cycle(tmp_path: Path) -> None:
    """Every packet goes round once: the first time it is painted 1, the second time 0."""
    text = (
        "InfiniteSource(LIMIT 40, BURST 5) -> Paint(1) -> q :: Queue -> Unqueue -> c :: CheckPaint(1)"
        " -> Paint(0) -> again :: Counter -> q; c[1] -> d :: Discard;"
    )
    for level in (0, 3):
        counters = run_program(tmp_path, text, level=level).counters
        assert (counters["again.count"], counters["d.count"]) == (40, 40)


def test_no_room_at_all(tmp_path: Path) -> None:
    counters = run_program(tmp_path, "InfiniteSource(LIMIT 3) -> q :: Queue(0) -> d :: Discard;")
    assert (counters.counters["q.drops"], counters.counters["d.count"]) == (3, 0)


FULL = (
    "src :: InfiniteSource(LIMIT 500, BURST {burst}, STOP {stop}) -> n :: Null -> t :: Tee"
    " -> q :: Queue(20) -> {pull} -> d :: Discard; t[1] -> other :: Discard;"
)


@pytest.mark.parametrize("level", [0, 3])
def test_a_source_waits_while_the_queue_is_full(tmp_path: Path, level: int) -> None:
    """A puller with a turn in ten rounds takes 8 packets at a time; none is lost."""
    text = FULL.format(burst=1, stop="false", pull="u :: Unqueue(8)") + "ScheduleInfo(u 0.1);"
    counters = run_program(tmp_path, text, level=level).counters
    assert (counters["d.count"], counters["other.count"]) == (500, 500)
    assert (counters["q.drops"], counters["q.highwater_length"]) == (0, 20)


def test_a_burst_is_not_cut(tmp_path: Path) -> None:
    """A source looks before a burst, as Click's does: what is too much of one is refused."""
    text = FULL.format(burst=25, stop="false", pull="Unqueue(-1)")
    counters = run_program(tmp_path, text).counters
    assert (counters["q.drops"], counters["d.count"]) == (20 * 5, 20 * 20)


def test_one_of_two_queues_has_room(tmp_path: Path) -> None:
    """Only when all are full does the source wait."""
    text = (
        "InfiniteSource(LIMIT 100) -> s :: RoundRobinSwitch;"
        "s[0] -> small :: Queue(10) -> Idle; s[1] -> large :: Queue(1000) -> Idle;"
    )
    counters = run_program(tmp_path, text).counters
    assert (counters["small.drops"], counters["large.length"]) == (40, 50)


TWO = "0@0,1@0,2@1"
BLOCKING = (
    "src :: InfiniteSource(LIMIT 20000, BURST 100) -> q :: Queue(16, BLOCKING {blocking})"
    " -> u :: Unqueue -> d :: Discard; StaticThreadSched(src 0, u {thread});"
)


@pytest.mark.parametrize("level", [0, 3])
def test_blocking_waits_for_another_worker(tmp_path: Path, level: int) -> None:
    text = BLOCKING.format(blocking="true", thread=1)
    counters = run_program(tmp_path, text, level=level, options=("--", "--lcores", TWO)).counters
    assert (counters["q.drops"], counters["d.count"]) == (0, 20000)


@pytest.mark.parametrize(
    ("blocking", "thread", "lcores"), [("false", 1, TWO), ("true", 0, TWO), ("true", 0, "0@0")]
)
def test_without_anyone_to_wait_for(
    tmp_path: Path, blocking: str, thread: int, lcores: str
) -> None:
    text = BLOCKING.format(blocking=blocking, thread=thread)
    started = time.monotonic()
    counters = run_program(tmp_path, text, options=("--", "--lcores", lcores)).counters
    assert counters["q.drops"] > 0
    assert counters["q.drops"] + counters["d.count"] == 20000
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("level", [0, 3])
def test_order_between_workers(tmp_path: Path, level: int) -> None:
    """What one worker stores another takes out: all of it, unchanged, and in order."""
    packets = [(1_000 * i, i.to_bytes(4) * (5 + i % 30)) for i in range(20_000)]
    write_pcap(tmp_path / "in.pcap", packets, nanoseconds=True)
    text = (
        "src :: FromDump(in.pcap, BURST 32, STOP false) -> q :: Queue(50, BLOCKING true)"
        " -> u :: Unqueue(32, LIMIT 20000) -> c :: Counter(COUNT_CALL 20000 stop)"
        " -> ToDump(out.pcap, SNAPLEN 0); StaticThreadSched(src 0, u 1);"
    )
    run_program(tmp_path, text, level=level, options=("--", "--lcores", TWO))
    assert read_pcap(tmp_path / "out.pcap") == packets


def test_several_push_and_several_pull(tmp_path: Path) -> None:
    """Nothing is lost or taken twice where two workers use each side of a queue."""
    sources = "".join(
        f"s{n} :: InfiniteSource(LIMIT 20000, BURST 20) -> q; q -> u{n} :: Unqueue(16) -> d;"
        for n in range(2)
    )
    text = (
        "q :: Queue(64, BLOCKING true); d :: Counter(COUNT_CALL 40000 stop) -> Discard;"
        f"{sources} StaticThreadSched(s0 0, u0 1, s1 1, u1 0);"
    )
    counters = run_program(tmp_path, text, options=("--", "--lcores", TWO)).counters
    assert counters["u0.count"] + counters["u1.count"] + counters["q.length"] == (
        counters["s0.count"] + counters["s1.count"] - counters["q.drops"]
    )


def test_workers_that_find_it_full_at_once_are_counted_each(tmp_path: Path) -> None:
    """Whoever is refused is counted, though others are refused at the same moment."""
    sources = "".join(f"s{n} :: InfiniteSource(LIMIT 3000000, BURST 1000) -> q;" for n in range(2))
    text = f"q :: Queue(1) -> Unqueue -> d :: Discard; {sources} StaticThreadSched(s0 0, s1 1);"
    counters = run_program(tmp_path, text, options=("--", "--lcores", TWO)).counters
    assert counters["s0.count"] == counters["s1.count"] == 3000000
    assert counters["q.drops"] + counters["d.count"] == 6000000
