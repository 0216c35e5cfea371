from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.conftest import RunElement
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap, write_pcap

PACKETS = [bytes([n]) * (60 + n) for n in range(5)]


@pytest.mark.parametrize("level", [0, 3])
def test_every_output_gets_every_packet(run_element: RunElement, level: int) -> None:
    result = run_element("Tee", PACKETS, outputs=3, level=level)
    for output in range(3):
        assert result.out[output] == PACKETS
        assert result.timestamps[output] == [n * 1000 for n in range(5)]


@pytest.mark.parametrize("level", [0, 3])
def test_copies_go_first_and_in_order(tmp_path: Path, level: int) -> None:
    # Everything meets in one file, where the order can be seen.
    write_pcap(tmp_path / "in.pcap", [(1, b"x" * 60), (2, b"y" * 60)])
    run_program(
        tmp_path,
        """FromDump(in.pcap, STOP true) -> t :: Tee(3);
        out :: ToDump(out.pcap);
        t[0] -> Truncate(30) -> out; t[1] -> Strip(40) -> out; t[2] -> out;""",
        level=level,
    )
    got = [data for _, data in read_pcap(tmp_path / "out.pcap")]
    assert got == [c * n for c in (b"x", b"y") for n in (30, 20, 60)]


def test_a_copy_has_bytes_and_annotations_of_its_own(tmp_path: Path) -> None:
    write_pcap(tmp_path / "in.pcap", [(1, bytes(range(60)))])
    run = run_program(
        tmp_path,
        """FromDump(in.pcap, STOP true) -> Paint(3) -> t :: Tee;
        t[0] -> EtherMirror -> Paint(4) -> Discard;
        t[1] -> good :: CheckPaint(3) -> ToDump(out.pcap);""",
    )
    assert [data for _, data in read_pcap(tmp_path / "out.pcap")] == [bytes(range(60))]
    assert run.counters["good.drops"] == 0


def test_a_wrong_number_of_outputs_is_refused() -> None:
    text = refusal("Idle -> t :: Tee(3); t[0] -> Discard; t[1] -> Discard;")
    assert "PM0494" in text
    assert "2 outputs" in text
