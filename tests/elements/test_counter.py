from __future__ import annotations

from pathlib import Path

import pytest

from tests.elements.conftest import RunElement
from tests.elements.programs import refusal, run_program


def test_packets_and_bytes_are_counted(run_element: RunElement) -> None:
    result = run_element(
        "Counter(NO_RATE true, BATCH_PRECISE true, ATOMIC true)", [b"a" * 60, b"b" * 100, b""]
    )
    assert result.out[0] == [b"a" * 60, b"b" * 100, b""]
    assert (result.counters["e.count"], result.counters["e.byte_count"]) == (3, 160)


@pytest.mark.parametrize(
    "argument", ['COUNT_CALL "7 stop"', "BYTE_COUNT_CALL 420 stop", "COUNT_CALL 7 main.stop"]
)
def test_the_program_stops_at_a_number(tmp_path: Path, argument: str) -> None:
    run = run_program(
        tmp_path, f"InfiniteSource(LENGTH 60) -> c :: Counter({argument}) -> Discard;"
    )
    assert run.returncode == 0
    assert run.counters["c.count"] == 7


def test_calls_that_cannot_be_made() -> None:
    text = refusal("Idle -> Counter(COUNT_CALL 5 other.reset) -> Discard;")
    assert "PM0442" in text
    assert "no element 'other'" in text
    assert "PM0440" in refusal("Idle -> Counter(COUNT_CALL 5) -> Discard;")
    assert "PM0441" in refusal("Idle -> Counter(COUNT_CALL stop) -> Discard;")
    assert "PM0441" in refusal("Idle -> Counter(BYTE_COUNT_CALL 0 stop) -> Discard;")
