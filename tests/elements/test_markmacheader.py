from __future__ import annotations

import pytest
from scapy.layers.l2 import Dot1Q, Ether

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, udp
from tests.elements.programs import refusal

SHOWN = "02-00-00-00-00-0A > 02-00-00-00-00-0B: "
FRAME = ether(udp(ttl=9))


@pytest.mark.parametrize(
    ("config", "front", "level"),
    [("MarkMACHeader", b"", 0), ("MarkMACHeader(4)", b"\1\2\3\4", 3)],
)
def test_marks_the_mac_header(
    run_element: RunElement, config: str, front: bytes, level: int
) -> None:
    result = run_element(
        "IPPrint(ETHER true, TIMESTAMP false)",
        [front + FRAME],
        before=f"MarkIPHeader({len(front) + 14}) -> {config}",
        level=level,
    )
    assert result.stderr.startswith(SHOWN + "10.0.0.2.1000 > 10.0.1.2.2000")
    assert result.out[0] == [front + FRAME]


@pytest.mark.parametrize("level", [0, 3])
def test_and_the_network_header_behind(run_element: RunElement, level: int) -> None:
    tagged = [
        bytes(Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b") / Dot1Q() / udp(ttl=ttl))
        for ttl in (9, 8)
    ]
    result = run_element(
        "DecIPTTL", [b"\0" * 3 + tagged[0]], before="MarkMACHeader(3, LENGTH 18)", level=level
    )
    assert result.out[0] == [b"\0" * 3 + tagged[1]]


def test_length_0_leaves_the_network_header(run_element: RunElement) -> None:
    result = run_element("DecIPTTL", [FRAME], before="MarkIPHeader(14) -> MarkMACHeader(0, 0)")
    assert result.out[0] == [ether(udp(ttl=8))]


def test_there_is_no_header_behind_the_end(run_element: RunElement) -> None:
    packets = [FRAME[:14], FRAME[:13], b""]
    before = "MarkIPHeader -> MarkMACHeader(0, 14)"
    assert run_element("DecIPTTL", packets, before=before).counters["e.no_header"] == 3
    # The sum of both arguments is no small number.
    before = "MarkIPHeader -> MarkMACHeader(4294967295, 15)"
    assert run_element("DecIPTTL", packets, before=before).counters["e.no_header"] == 3


def test_there_is_no_mac_header_behind_the_end(run_element: RunElement) -> None:
    result = run_element(
        "IPPrint(ETHER true, TIMESTAMP false)",
        [FRAME],
        before=f"MarkIPHeader(14) -> MarkMACHeader({len(FRAME)})",
    )
    assert result.stderr.startswith("10.0.0.2.1000 > ")


def test_arguments_are_not_negative() -> None:
    assert "OFFSET" in refusal("Idle -> MarkMACHeader(-1) -> Discard;")
    assert "LENGTH" in refusal("Idle -> MarkMACHeader(0, -1) -> Discard;")
