from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import run_program
from tests.elements.test_infinitesource import SENTENCE
from tests.traffic.pcap import read_pcap

START = 1_000_000_000 * 10**9


def times(folder: Path, arguments: str, *options: str, level: int = 3) -> list[int]:
    """When the packets were made, in ns from the start of a simulated clock."""
    text = f"RatedSource({arguments}) -> ToDump(out.pcap, SNAPLEN 0);"
    run = run_program(folder, text, options=("--simtime", *options), level=level)
    assert run.returncode == 0, run.stderr
    return [ns - START for ns, _ in read_pcap(folder / "out.pcap")]


@pytest.mark.parametrize("level", [0, 3])
def test_the_rate_is_exact(tmp_path: Path, level: int) -> None:
    found = times(tmp_path, "RATE 1000, LIMIT 5000", level=level)
    assert len(found) == 5000
    for n, ns in enumerate(found):
        assert 0 <= ns - n * 1_000_000 < 1000, n


def test_default_data_and_rate(tmp_path: Path) -> None:
    found = times(tmp_path, "LIMIT 3")
    assert [data for _, data in read_pcap(tmp_path / "out.pcap")] == [SENTENCE] * 3
    assert [round(ns / 1e8) for ns in found] == [0, 1, 2]


def test_so_many_in_a_time(tmp_path: Path) -> None:
    """The first at once, then 100 in each second, up to the end of the last."""
    assert len(times(tmp_path, "RATE 100", "--duration", "10")) in (1000, 1001)


def test_bandwidth(tmp_path: Path) -> None:
    found = times(tmp_path, "LENGTH 1000, BANDWIDTH 1000000, LIMIT 100")
    assert [round(ns / 1e6) for ns in found] == list(range(100))


def test_pulled(tmp_path: Path) -> None:
    text = "RatedSource(x, 50, 20) -> u :: Unqueue(BURST 8) -> ToDump(out.pcap, SNAPLEN 0);"
    run_program(tmp_path, text, options=("--simtime",))
    found = [ns - START for ns, _ in read_pcap(tmp_path / "out.pcap")]
    assert [round(ns / 2e7) for ns in found] == list(range(20))


def test_stop_and_active(tmp_path: Path) -> None:
    text = "RatedSource(x, 10, 3, STOP true) -> Discard; r :: RatedSource(y, 10, ACTIVE false) -> Discard;"
    assert run_program(tmp_path, text, options=("--simtime",)).counters["r.count"] == 0


def test_no_rate(tmp_path: Path) -> None:
    """The end comes all the same."""
    assert times(tmp_path, "RATE 0", "--duration", "3") == []


def test_real_time(tmp_path: Path) -> None:
    text = "RatedSource(x, 1000, 100, STOP true) -> d :: Discard;"
    run = run_program(tmp_path, text)
    assert run.counters["d.count"] == 100
    assert run.seconds > 0.08
