from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap


@pytest.mark.parametrize("level", [0, 1, 3])
def test_copies_are_pushed(tmp_path: Path, level: int) -> None:
    text = r"""
        InfiniteSource(\<0102>, 4) -> t :: PullTee(3) -> ToDump(0.pcap, SNAPLEN 0);
        t[1] -> ToDump(1.pcap, SNAPLEN 0); t[2] -> ToDump(2.pcap, SNAPLEN 0);
    """
    run_program(tmp_path, text, level=level)
    for n in range(3):
        assert [data for _, data in read_pcap(tmp_path / f"{n}.pcap")] == [b"\1\2"] * 4


def test_a_copy_is_a_packet_of_its_own(tmp_path: Path) -> None:
    text = r"""
        InfiniteSource(\<010203>, 2) -> t :: PullTee -> Strip(1) -> ToDump(0.pcap, SNAPLEN 0);
        t[1] -> Truncate(1) -> ToDump(1.pcap, SNAPLEN 0);
    """
    run_program(tmp_path, text)
    assert [data for _, data in read_pcap(tmp_path / "0.pcap")] == [b"\2\3"] * 2
    assert [data for _, data in read_pcap(tmp_path / "1.pcap")] == [b"\1"] * 2


def test_number_of_outputs() -> None:
    said = refusal("InfiniteSource -> t :: PullTee(3) -> Discard; t[1] -> Discard;")
    assert "PullTee: N is '3', but 2 outputs are connected" in said
