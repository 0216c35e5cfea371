from __future__ import annotations

import pytest

from tests.control.programs import ask
from tests.elements.conftest import RunElement
from tests.elements.programs import refusal, warnings

HEADER = bytes.fromhex("020000000002 020000000001 0800")
FRAMES = [HEADER + b"x" * 46, HEADER, HEADER[:12]]


def tagged(frame: bytes, tci: int, ethertype: int = 0x8100) -> bytes:
    return frame[:12] + ethertype.to_bytes(2, "big") + tci.to_bytes(2, "big") + frame[12:]


@pytest.mark.parametrize(
    ("arguments", "tci", "ethertype", "level"),
    [
        ("0x2005", 0x2005, 0x8100, 3),
        ("5, 7", 0xE005, 0x8100, 0),
        ("VLAN_ID 4095, VLAN_PCP 1, ETHERTYPE 0x88a8", 0x2FFF, 0x88A8, 3),
        ("0x2000, NATIVE_VLAN -1", 0x2000, 0x8100, 0),
        ("VLAN_ID 0, NATIVE_VLAN 7", 0, 0x8100, 3),
    ],
)
def test_a_tag_is_put_in(
    run_element: RunElement, arguments: str, tci: int, ethertype: int, level: int
) -> None:
    result = run_element(f"VLANEncap({arguments})", FRAMES, level=level)
    assert result.out[0] == [tagged(f, tci, ethertype) for f in FRAMES]


@pytest.mark.parametrize("level", [0, 3])
def test_packets_too_short(run_element: RunElement, level: int) -> None:
    short = [HEADER[:n] for n in range(12)]
    result = run_element("VLANEncap(5)", [*short, HEADER], level=level)
    assert result.out[0] == [tagged(HEADER, 5)]
    assert result.counters["e.too_short"] == len(short)


@pytest.mark.parametrize(
    ("arguments", "anno", "tci", "level"),
    [
        ("ANNO", "0x2005", 0x2005, 0),
        ("ANNO, 3", "0x2005", 0x6005, 3),
        ("ANNO, NATIVE_VLAN 5", "0x2005", None, 3),
        ("ANNO", "0x2000", None, 0),
        ("ANNO, NATIVE_VLAN -1", "0", 0, 3),
        ("5, NATIVE_VLAN 5", "7", None, 3),
    ],
)
def test_the_annotation_and_the_native_vlan(
    run_element: RunElement, arguments: str, anno: str, tci: int | None, level: int
) -> None:
    result = run_element(
        f"VLANEncap({arguments})", FRAMES, before=f"SetVLANAnno({anno})", level=level
    )
    assert result.out[0] == (FRAMES if tci is None else [tagged(f, tci) for f in FRAMES])


def test_without_headroom_the_frame_moves(run_element: RunElement) -> None:
    result = run_element("VLANEncap(5)", FRAMES[:1], before="Unstrip(128) -> Unstrip(0)")
    (got,) = result.out[0]
    assert len(got) == 128 + 60 + 4
    assert got[-60:] == FRAMES[0]


def test_no_room(run_element: RunElement) -> None:
    # 128 bytes of headroom, 60 of packet and 1988 behind it fill the buffer.
    result = run_element("VLANEncap(5)", [b"x" * 60], before="Unstrip(2114)")
    assert result.counters["e.no_room"] == 1


def test_two_tags(run_element: RunElement) -> None:
    result = run_element("VLANEncap(7, ETHERTYPE 0x88a8)", FRAMES[:1], before="VLANEncap(5)")
    assert result.out[0] == [tagged(tagged(FRAMES[0], 5), 7, 0x88A8)]


def test_messages() -> None:
    assert "PM0880" in refusal("Idle -> VLANEncap(ANNO, VLAN_ID 5) -> Discard;")
    assert "ANNO takes each packet's" in refusal("Idle -> VLANEncap(anno) -> Discard;")
    told = warnings("InfiniteSource -> VLANEncap(ANNO) -> Discard;")
    assert len(told) == 1
    assert "PM0635" in told[0]
    assert warnings("InfiniteSource -> VLANEncap(5) -> Discard;") == []


@pytest.mark.parametrize("level", [0, 3])
def test_handlers(level: int) -> None:
    text = (
        "InfiniteSource(DATA \\<020000000002 020000000001 0800>, LIMIT 3, STOP true)"
        " -> e :: VLANEncap(ANNO) -> c :: Counter -> Discard;"
    )
    done = ask(text, "-h", "e.vlan_tci", "-h", "e.native_vlan", "-h", "e.ethertype", level=level)
    lines = [line for line in done.stdout.splitlines() if line and ":" not in line]
    assert lines == ["ANNO", "0", "33024"]
    assert done.counters["c.byte_count"] == 3 * 14
    done = ask(text, "--write", "e.vlan_id 5", "-h", "e.vlan_tci", level=level, keep=["e.*"])
    assert done.stdout == "5\n"
    done = ask(text, "--write", "e.native_vlan -1", level=level, keep=["e.*"])
    assert done.counters["c.byte_count"] == 3 * 18
