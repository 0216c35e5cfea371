from __future__ import annotations

import pytest

from tests.control.programs import ask
from tests.elements.conftest import RunElement
from tests.elements.programs import refusal

ADDRESSES = "02:00:00:00:00:01, 02:00:00:00:00:02"
HEADER = bytes.fromhex("020000000002 020000000001")


@pytest.mark.parametrize(
    ("arguments", "tag", "level"),
    [
        ("5", "81000005", 0),
        ("5, 3", "81006005", 3),
        ("VLAN_ID 5, VLAN_PCP 1", "81002005", 3),
        ("0", "", 0),
        ("0, NATIVE_VLAN -1", "81000000", 3),
        ("VLAN_ID 9, NATIVE_VLAN 9", "", 3),
        ("ANNO", "8100a007", 0),
        ("ANNO, NATIVE_VLAN 7", "", 3),
    ],
)
def test_a_header_is_put_in_front(
    run_element: RunElement, arguments: str, tag: str, level: int
) -> None:
    packets = [b"payload", b""]
    result = run_element(
        f"EtherVLANEncap(0x0800, {ADDRESSES}, {arguments})",
        packets,
        before="SetVLANAnno(0xa007)",
        level=level,
    )
    assert result.out[0] == [HEADER + bytes.fromhex(tag) + b"\x08\0" + p for p in packets]


def test_no_room(run_element: RunElement) -> None:
    # 128 bytes of headroom, 60 of packet and 1988 behind it fill the buffer.
    result = run_element(
        f"EtherVLANEncap(0x0800, {ADDRESSES}, 5)", [b"x" * 60], before="Unstrip(2100)"
    )
    assert result.counters["e.no_room"] == 1


def test_messages() -> None:
    assert "PM0880" in refusal(f"Idle -> EtherVLANEncap(1, {ADDRESSES}, 5, VLAN_ID 5) -> Discard;")
    assert "PM0881" in refusal(f"Idle -> EtherVLANEncap(1, {ADDRESSES}, 65536) -> Discard;")


@pytest.mark.parametrize("level", [0, 3])
def test_handlers(level: int) -> None:
    text = (
        f"InfiniteSource(LENGTH 10, LIMIT 2) -> e :: EtherVLANEncap(2048, {ADDRESSES}, 0x2005)"
        " -> c :: Counter -> Discard;"
    )
    asked = [
        w for h in ("vlan_tci", "vlan_id", "vlan_pcp", "native_vlan") for w in ("-h", f"e.{h}")
    ]
    done = ask(text, *asked, level=level)
    numbers = [line for line in done.stdout.splitlines() if line.isdigit()]
    assert numbers == ["8197", "5", "1", "0"]
    assert done.counters["c.byte_count"] == 2 * 28
    done = ask(text, "--write", "e.vlan_id 0", "-h", "e.src", level=level, keep=["e.*"])
    assert done.counters["c.byte_count"] == 2 * 24
    assert done.stdout == "02-00-00-00-00-01\n"
