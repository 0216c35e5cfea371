from __future__ import annotations

import time

import pytest

from tests.elements.conftest import Result, RunElement
from tests.elements.ip_frames import ether, udp
from tests.elements.programs import refusal

PACKETS = [ether(udp()), b"a" * 60, b""]
MANY = [bytes([n]) * 60 for n in range(40)]


def annotations(result: Result) -> list[bytes]:
    """Return the 48 bytes of annotations that a Print behind the element shows."""
    return [bytes.fromhex(line.split(" | ")[1]) for line in result.stderr.splitlines()]


@pytest.mark.parametrize("level", [0, 3])
def test_the_time_of_arrival_by_default(run_element: RunElement, level: int) -> None:
    result = run_element("SetTimestamp", PACKETS, level=level)
    assert result.out[0] == PACKETS
    assert result.timestamps[0] == sorted(result.timestamps[0])
    assert all(abs(ns / 1e9 - time.time()) < 60 for ns in result.timestamps[0])


@pytest.mark.parametrize(
    ("config", "ns", "level"),
    [
        ("SetTimestamp(1700000000.123456789)", 1_700_000_000_123_456_789, 3),
        ("SetTimestamp(TIMESTAMP 5)", 5_000_000_000, 0),
        ("SetTimestamp(0, PER_BATCH true)", 0, 3),
    ],
)
def test_a_given_time(run_element: RunElement, config: str, ns: int, level: int) -> None:
    assert run_element(config, PACKETS, level=level).timestamps[0] == [ns] * 3


@pytest.mark.parametrize("level", [0, 3])
def test_first_is_another_annotation(run_element: RunElement, level: int) -> None:
    result = run_element(
        "Print(MAXLENGTH 0, PRINTANNO true)",
        [(7, b"a" * 60)],
        before="SetTimestamp(1.000000002, FIRST true)",
        level=level,
    )
    (area,) = annotations(result)
    assert int.from_bytes(area[32:40], "little") == 1_000_000_002
    assert area[:32] + area[40:] == bytes(40)
    assert result.timestamps[0] == [7]


def test_first_is_the_time_of_arrival_too(run_element: RunElement) -> None:
    result = run_element(
        "Print(MAXLENGTH 0, PRINTANNO true)", [(7, b"")], before="SetTimestamp(FIRST true)"
    )
    (area,) = annotations(result)
    assert abs(int.from_bytes(area[32:40], "little") / 1e9 - time.time()) < 60
    assert result.timestamps[0] == [7]


@pytest.mark.parametrize("level", [0, 3])
def test_one_time_for_a_batch(run_element: RunElement, level: int) -> None:
    # FromDump emits 32 packets at a time.
    times = run_element("SetTimestamp(PER_BATCH true)", MANY, level=level).timestamps[0]
    assert len(set(times[:32])) == len(set(times[32:])) == 1
    assert times[0] < times[32]
    times = run_element("SetTimestamp", MANY, level=level).timestamps[0]
    assert len(set(times[:32])) > 1


def test_a_wrong_time_is_refused() -> None:
    assert "TIMESTAMP" in refusal("Idle -> SetTimestamp(now) -> Discard;")
