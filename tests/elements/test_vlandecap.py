from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement

HEADER = bytes.fromhex("020000000002 020000000001")
TAGGED = HEADER + bytes.fromhex("8100 a005 0800") + b"payload"
PLAIN = HEADER + bytes.fromhex("0800") + b"payload"


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("arguments", ["", "false", "ANNO true"])
def test_the_tag_is_taken_out(run_element: RunElement, arguments: str, level: int) -> None:
    frames = [TAGGED, PLAIN, TAGGED[:18], TAGGED + b"x" * 1400]
    result = run_element(f"VLANDecap({arguments})", frames, level=level)
    assert result.out[0] == [PLAIN, PLAIN, PLAIN[:14], PLAIN + b"x" * 1400]


@pytest.mark.parametrize("level", [0, 3])
def test_a_part_of_a_tag_is_none(run_element: RunElement, level: int) -> None:
    frames = [TAGGED[:n] for n in range(18)]
    result = run_element("VLANDecap", frames, level=level)
    assert result.out[0] == frames


def test_other_types(run_element: RunElement) -> None:
    outer = HEADER + bytes.fromhex("88a8 0007") + TAGGED[12:]
    assert run_element("VLANDecap", [outer]).out[0] == [outer]
    assert run_element("VLANDecap(ETHERTYPE 0x88a8)", [outer]).out[0] == [TAGGED]


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(("anno", "kept"), [("true", False), ("false", True)])
def test_the_annotation(run_element: RunElement, anno: str, kept: bool, level: int) -> None:
    """It is that of the tag, 0 without one, or what it was before."""
    result = run_element(
        "VLANEncap(ANNO, NATIVE_VLAN -1)",
        [TAGGED, PLAIN],
        before=f"SetVLANAnno(0x6009) -> VLANDecap({anno})",
        level=level,
    )
    again = [bytes.fromhex("6009")] * 2 if kept else [bytes.fromhex("a005"), bytes(2)]
    assert result.out[0] == [HEADER + b"\x81\0" + tci + PLAIN[12:] for tci in again]


def test_two_tags(run_element: RunElement) -> None:
    double = HEADER + bytes.fromhex("8100 0007") + TAGGED[12:]
    assert run_element("VLANDecap", [double], before="VLANDecap").out[0] == [PLAIN]


def test_the_mac_header_is_marked(run_element: RunElement) -> None:
    ip = bytes.fromhex("45000014 00000000 40000000 0a000001 0a000002")
    result = run_element(
        "IPPrint(x, ETHER true)", [TAGGED[:18] + ip], before="VLANDecap -> MarkIPHeader(14)"
    )
    assert "02-00-00-00-00-01 > 02-00-00-00-00-02: 10.0.0.1 > 10.0.0.2" in result.stderr
