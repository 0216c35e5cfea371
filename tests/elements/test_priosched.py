from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import run_program
from tests.traffic.pcap import read_pcap


@pytest.mark.parametrize("level", [0, 1, 3])
def test_the_first_input_goes_first(tmp_path: Path, level: int) -> None:
    text = r"""
        s :: PrioSched -> ToDump(out.pcap, SNAPLEN 0);
        Idle -> s;
        InfiniteSource(\<01>, 2) -> [1] s;
        InfiniteSource(\<02>, 3) -> [2] s;
    """
    run_program(tmp_path, text, level=level)
    assert [data[0] for _, data in read_pcap(tmp_path / "out.pcap")] == [1, 1, 2, 2, 2]


def test_a_packet_that_comes_later_overtakes(tmp_path: Path) -> None:
    """The timed source's packets come one by one, and each goes before those that wait."""
    text = r"""
        InfiniteSource(\<02>, 100, 100) -> Queue -> [1] s :: PrioSched
          -> Unqueue -> ToDump(out.pcap, SNAPLEN 0);
        RatedSource(\<01>, 1000000000, 10) -> Queue -> s;
    """
    run_program(tmp_path, text, options=("--simtime",))
    out = [data[0] for _, data in read_pcap(tmp_path / "out.pcap")]
    assert (out.count(1), out.count(2)) == (10, 100)
    assert out.index(1) < 20
