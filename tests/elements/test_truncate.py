from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.elements.conftest import RunElement
from tests.elements.programs import run_program
from tests.traffic.pcap import write_pcap


@pytest.mark.parametrize("level", [0, 3])
def test_longer_packets_are_cut(run_element: RunElement, level: int) -> None:
    packets = [bytes(range(60)), bytes(range(20)), bytes(range(19)), b""]
    result = run_element("Truncate(20)", packets, level=level)
    assert result.out[0] == [bytes(range(20)), bytes(range(20)), bytes(range(19)), b""]


@pytest.mark.parametrize(("argument", "length"), [("", 60), (", EXTRA_LENGTH false", 20)])
def test_what_is_cut_is_remembered(tmp_path: Path, argument: str, length: int) -> None:
    write_pcap(tmp_path / "in.pcap", [(1, bytes(60))])
    run_program(
        tmp_path,
        f"FromDump(in.pcap, STOP true) -> Truncate(30{argument}) -> Truncate(20{argument})"
        " -> ToDump(out.pcap);",
    )
    header = struct.unpack_from("<IIII", (tmp_path / "out.pcap").read_bytes(), 24)
    assert header[2:] == (20, length)
