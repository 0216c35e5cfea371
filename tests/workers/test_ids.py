"""Workers that make IPv4 ids for themselves do not make the same ones at about one time."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.traffic import read_pcap
from tests.workers.kit import build, run

PACKETS = 200  # of each worker
MAKERS = {
    "UDPIPEncap": "UDPIPEncap(10.0.0.1, 1, 10.0.0.2, 2)",
    "ICMPError": "UDPIPEncap(10.0.0.1, 1, 10.0.0.2, 2) -> ICMPError(10.0.0.9, unreachable, host)",
    "IPFragmenter": (
        "UDPIPEncap(10.0.0.1, 1, 10.0.0.2, 2) -> SetDontFragment -> IPFragmenter(800, false)"
    ),
}


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_ids_of_two_workers(name: str, tmp_path: Path) -> None:
    text = "".join(
        f"s{n} :: InfiniteSource(LENGTH 1000, LIMIT {PACKETS}) -> x;StaticThreadSched(s{n} {n});"
        for n in (0, 1)
    )
    text = f"x :: Null -> {MAKERS[name]} -> ToDump(out.dump, ENCAP IP, SNAPLEN 0); {text}"
    extra = Path(__file__).resolve().parent / "extra"
    result = run(build(text, include=(extra,)), folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.workers == [PACKETS, PACKETS]
    packets = [frame for _, frame in read_pcap(tmp_path / "out.dump")]
    ids = {struct.unpack_from("!H", packet, 4)[0] for packet in packets}
    fragments = 2 if name == "IPFragmenter" else 1
    assert len(packets) == 2 * PACKETS * fragments
    # Of those drawn at random, a few are drawn twice.
    assert len(ids) >= 2 * PACKETS * (0.97 if name == "IPFragmenter" else 1)
