from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap

SENTENCE = b"Random bullshit in a packet, at least 64 bytes long. Well, now it is."


def packets(folder: Path, arguments: str, level: int = 3) -> list[bytes]:
    run_program(folder, f"InfiniteSource({arguments}) -> ToDump(out.pcap, SNAPLEN 0);", level=level)
    return [data for _, data in read_pcap(folder / "out.pcap")]


@pytest.mark.parametrize("level", [0, 3])
def test_the_default_sentence(tmp_path: Path, level: int) -> None:
    assert len(SENTENCE) == 69
    assert packets(tmp_path, "LIMIT 3, STOP true", level) == [SENTENCE] * 3


def test_data_limit_and_burst(tmp_path: Path) -> None:
    assert packets(tmp_path, r"\<00 01 02>, 5, 2, END_CALL stop") == [b"\x00\x01\x02"] * 5


def test_length(tmp_path: Path) -> None:
    cases = {
        "abc, LENGTH 8": b"abcabcab",
        "abcdef, DATASIZE 4": b"abcd",
        '"", LENGTH 3': b"\0\0\0",
        "abc, LENGTH 9000, HEADROOM 500": b"abc" * 3000,
    }
    chains = [
        f"InfiniteSource({arguments}, LIMIT 2) -> ToDump(out{n}.pcap, SNAPLEN 0);"
        for n, arguments in enumerate(cases)
    ]
    run_program(tmp_path, "\n".join(chains))
    for n, data in enumerate(cases.values()):
        assert [d for _, d in read_pcap(tmp_path / f"out{n}.pcap")] == [data, data]


def test_a_source_that_is_done_or_inactive_ends_the_program(tmp_path: Path) -> None:
    run = run_program(tmp_path, "s :: InfiniteSource(LIMIT 10, BURST 3) -> Discard;")
    assert (run.returncode, run.counters["s.count"]) == (0, 10)
    run = run_program(tmp_path, "s :: InfiniteSource(ACTIVE false) -> Discard;")
    assert run.counters["s.count"] == 0


def test_timestamps_are_the_current_time(tmp_path: Path) -> None:
    packets(tmp_path, "LIMIT 2, STOP true")
    assert all(ns > 1_600_000_000_000_000_000 for ns, _ in read_pcap(tmp_path / "out.pcap"))


def test_refusals() -> None:
    assert "PM0442" in refusal("InfiniteSource(END_CALL x.reset) -> Discard;")
    assert "LENGTH" in refusal("InfiniteSource(LENGTH 70000) -> Discard;")
