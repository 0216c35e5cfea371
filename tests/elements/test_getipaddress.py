from __future__ import annotations

import pytest

from tests.elements.conftest import Result, RunElement
from tests.elements.ip_frames import ether, ping, udp
from tests.elements.programs import refusal

FRAMES = [ether(udp()), ether(ping(dst="1.2.3.4", src="5.6.7.8"))]
SOURCES = [b"\x0a\0\0\2", b"\5\6\7\x08"]
DESTINATIONS = [b"\x0a\0\1\2", b"\1\2\3\4"]
SHOW = "Print(MAXLENGTH 0, PRINTANNO true)"


def annotations(result: Result, offset: int = 0) -> list[bytes]:
    """Return four bytes of the annotations that a Print behind the element shows."""
    lines = result.stderr.splitlines()
    return [bytes.fromhex(line.split(" | ")[1])[offset : offset + 4] for line in lines]


@pytest.mark.parametrize("level", [0, 3])
def test_the_address_reaches_the_annotation(run_element: RunElement, level: int) -> None:
    before = """GetIPAddress(30) -> GetIPAddress(26, 4) -> GetIPAddress(OFFSET 30, ANNO AGGREGATE)
    -> Strip(14) -> MarkIPHeader
    -> GetIPAddress(IP src, ANNO 8) -> GetIPAddress(ANNO 44, IP dst)"""
    result = run_element(SHOW, FRAMES, before=before, level=level)
    assert annotations(result) == DESTINATIONS
    assert annotations(result, 4) == annotations(result, 8) == SOURCES
    assert annotations(result, 20) == annotations(result, 44) == DESTINATIONS
    assert annotations(result, 12) == [bytes(4)] * 2
    assert result.out[0] == [frame[14:] for frame in FRAMES]


def test_routing_follows_it(run_element: RunElement) -> None:
    result = run_element(
        "StaticIPLookup(5.0.0.0/8 1, 0.0.0.0/0 0)",
        FRAMES,
        before="CheckIPHeader(OFFSET 14) -> GetIPAddress(IP src)",
        outputs=2,
    )
    assert result.out == {0: FRAMES[:1], 1: FRAMES[1:]}


@pytest.mark.parametrize("level", [0, 3])
def test_what_is_not_there_changes_nothing(run_element: RunElement, level: int) -> None:
    packets = [FRAMES[0][:34], FRAMES[0][:33], FRAMES[0][:10], b""]
    before = "SetIPAddress(9.9.9.9) -> GetIPAddress(30)"
    result = run_element(SHOW, packets, before=before, level=level)
    assert annotations(result) == [DESTINATIONS[0], *[b"\x09" * 4] * 3]
    assert result.out[0] == packets


@pytest.mark.parametrize("mark", ["Null", "MarkIPHeader(15)"])
def test_a_header_that_is_unmarked_or_cut(run_element: RunElement, mark: str) -> None:
    before = f"SetIPAddress(9.9.9.9) -> {mark} -> GetIPAddress(IP src)"
    result = run_element(SHOW, [FRAMES[0][:34], b""], before=before)
    assert annotations(result) == [b"\x09" * 4] * 2


@pytest.mark.parametrize("arguments", ["(ANNO 4)", "(16, IP src)"])
def test_one_of_offset_and_ip(run_element: RunElement, arguments: str) -> None:
    result = run_element(f"GetIPAddress{arguments}", [], expect_failure=True)
    assert result.returncode != 0
    assert "e :: GetIPAddress: give either OFFSET or IP" in result.stderr


def test_wrong_arguments() -> None:
    assert "OFFSET" in refusal("Idle -> GetIPAddress(-2) -> Discard;")
    assert "'src'" in refusal("Idle -> GetIPAddress(IP source) -> Discard;")
    assert "ANNO" in refusal("Idle -> GetIPAddress(16, 45) -> Discard;")
