from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import run_program
from tests.traffic.pcap import read_pcap


def order(folder: Path, sources: list[str], arguments: str = "", level: int = 3) -> list[int]:
    """The numbers of the sources whose packets came out, in order."""
    chains = [f"{source} -> [{n}] s;" for n, source in enumerate(sources)]
    text = f"s :: RoundRobinSched({arguments}) -> ToDump(out.pcap, SNAPLEN 0);" + "".join(chains)
    run_program(folder, text, level=level)
    return [data[0] for _, data in read_pcap(folder / "out.pcap")]


def source(n: int, limit: int) -> str:
    return rf"InfiniteSource(\<{n:02x}>, {limit})"


@pytest.mark.parametrize("level", [0, 1, 3])
def test_in_turn(tmp_path: Path, level: int) -> None:
    assert order(tmp_path, [source(n, 3) for n in range(3)], level=level) == [0, 1, 2] * 3


def test_empty_inputs_are_passed_over(tmp_path: Path) -> None:
    sources = [source(0, 1), "Idle", source(2, 3), source(3, 2)]
    assert order(tmp_path, sources) == [0, 2, 3, 2, 3, 2]


def test_max(tmp_path: Path) -> None:
    sources = [source(0, 2), source(1, 2), source(2, 1) + " -> Queue"]
    assert order(tmp_path, sources, "2") == [0, 1, 0, 1]
