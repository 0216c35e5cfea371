"""Programs with elements that serve one worker refuse a second, by name; others share the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import slow
from tests.traffic import write_frames
from tests.workers.kit import Counts, build, run

EXTRA = (Path(__file__).resolve().parent / "extra",)
NULL = ("--vdev", "net_null0,no-rx=1")


def ran(text: str, *options: str, workers: int = 2, level: int = 0, keep: str = "") -> Counts:
    program = build(text, level=level, include=EXTRA, keep=(keep,) if keep else ())
    return run(program, *options, workers=workers, eal=NULL)


@pytest.mark.parametrize("level", [0, slow(3)])
def test_a_second_worker_is_refused_by_name(level: int) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 9) -> s :: Serial; b :: InfiniteSource(LIMIT 9) -> s -> Discard;"
    )
    one = ran(text, workers=1, level=level)
    assert one.returncode == 0
    assert one.elements["s"]["count"] == 18
    two = ran(text, level=level)
    assert two.returncode == 1
    assert two.stats == {}
    assert "s :: Serial: it serves one worker, and packets of workers 0 and 1" in two.stderr
    assert "Numbers would be given twice." in two.stderr
    assert "place b and what else leads there with StaticThreadSched" in two.stderr
    placed = ran(f"{text} StaticThreadSched(a 1, b 1);", level=level)
    assert placed.elements["s"]["count"] == 18
    assert placed.workers == [0, 18]


def test_a_device_of_one_queue_is_one_worker(tmp_path: Path) -> None:
    """Who has a queue decides, not who might have had one."""
    source = write_frames(tmp_path / "in.pcap", [bytes(60)] * 100)
    program = build("FromDPDKDevice(0) -> s :: Serial -> Discard;", level=0, include=EXTRA)
    one = f"net_pcap0,rx_pcap={source}"
    result = run(program, "--expect", "0=100", eal=["--vdev", one])
    assert result.returncode == 0, result.stderr
    assert result.elements["s"]["count"] == 100
    result = run(program, "--expect", "0=200", eal=["--vdev", f"{one},rx_pcap={source}"])
    assert result.returncode == 1
    assert "s :: Serial: it serves one worker" in result.stderr


def test_a_task_cannot_be_moved_to_where_it_would_be_the_second() -> None:
    text = (
        "a :: InfiniteSource(LIMIT 9) -> s :: Serial; b :: InfiniteSource(LIMIT 9) -> s -> Discard;"
        "StaticThreadSched(a 0, b 0);"
    )
    moved = ran(text, "--write", "b.home_thread 1", keep="b.home_thread")
    assert moved.returncode == 1
    assert "s serves one worker. Numbers would be given twice." in moved.stderr
    stays = ran(text, "--write", "b.home_thread 0", keep="b.home_thread")
    assert stays.elements["s"]["count"] == 18
