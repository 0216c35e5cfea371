from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import run_program
from tests.elements.test_infinitesource import SENTENCE
from tests.traffic.pcap import read_pcap

START = 1_000_000_000 * 10**9


def made(folder: Path, arguments: str, *options: str, level: int = 3) -> list[tuple[int, bytes]]:
    text = f"TimedSource({arguments}) -> ToDump(out.pcap, SNAPLEN 0);"
    run = run_program(folder, text, options=("--simtime", *options), level=level)
    assert run.returncode == 0, run.stderr
    return [(ns - START, data) for ns, data in read_pcap(folder / "out.pcap")]


@pytest.mark.parametrize("level", [0, 3])
def test_one_an_interval(tmp_path: Path, level: int) -> None:
    found = made(tmp_path, "0.25, abc, LIMIT 40", level=level)
    assert [data for _, data in found] == [b"abc"] * 40
    for n, (ns, _) in enumerate(found, 1):
        assert 0 <= ns - n * 250_000_000 < 1000, n


def test_defaults(tmp_path: Path) -> None:
    found = made(tmp_path, "", "--duration", "2.2")
    assert [round(ns / 1e8) for ns, _ in found] == [5, 10, 15, 20]
    assert found[0][1] == SENTENCE


def test_late_packets_come_at_once(tmp_path: Path) -> None:
    """With a look at the clock every second, ten packets are late each time, and none is lost."""
    found = made(tmp_path, "0.1s, LIMIT 30", "--simtick", "1000000000")
    assert len(found) == 30


def test_no_interval(tmp_path: Path) -> None:
    run = run_program(tmp_path, "TimedSource(0) -> Discard;")
    assert run.returncode == 1
    assert "INTERVAL must be more than nothing" in run.stderr


def test_nothing_to_make(tmp_path: Path) -> None:
    assert made(tmp_path, "1, LIMIT 0") == []
    assert made(tmp_path, "1, ACTIVE false") == []
