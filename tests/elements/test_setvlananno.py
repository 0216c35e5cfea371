from __future__ import annotations

from pathlib import Path

import pytest

from tests.control.programs import ask
from tests.elements.conftest import RunElement
from tests.elements.programs import refusal, run_program

FRAME = bytes.fromhex("020000000002 020000000001 0800") + b"payload"


@pytest.mark.parametrize(
    ("arguments", "tci", "level"),
    [
        ("0x2005", 0x2005, 3),
        ("5, 3", 0x6005, 0),
        ("0x2005, 3", 0x6005, 3),
        ("VLAN_ID 4095, VLAN_PCP 7", 0xEFFF, 0),
        ("VLAN_ID 0, VLAN_PCP 1", 0x2000, 3),
        ("65535", 0xFFFF, 3),
    ],
)
def test_the_annotation(run_element: RunElement, arguments: str, tci: int, level: int) -> None:
    result = run_element(
        "VLANEncap(ANNO, NATIVE_VLAN -1)",
        [FRAME],
        before=f"SetVLANAnno({arguments})",
        level=level,
    )
    assert result.out[0] == [FRAME[:12] + b"\x81\x00" + tci.to_bytes(2, "big") + FRAME[12:]]


def test_both_or_neither(run_element: RunElement) -> None:
    both = refusal("Idle -> SetVLANAnno(5, VLAN_ID 5) -> Discard;")
    assert "PM0880" in both
    assert "VLAN_TCI is given here" in both
    result = run_element("SetVLANAnno", [FRAME], expect_failure=True)
    assert result.returncode != 0
    assert "give either VLAN_TCI or VLAN_ID" in result.stderr


@pytest.mark.parametrize(
    "arguments", ["65536", "-1", "ANNO", "x", "VLAN_ID 4096", "VLAN_ID -1", "VLAN_ID ANNO"]
)
def test_no_vlan(arguments: str) -> None:
    assert "PM0881" in refusal(f"Idle -> SetVLANAnno({arguments}) -> Discard;")


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("name", ["SetVLANAnno", "VLANEncap"])
def test_handlers(level: int, name: str) -> None:
    text = f"InfiniteSource(LIMIT 1) -> e :: {name}(VLAN_ID 5, VLAN_PCP 2) -> Discard;"
    asked = ("-h", "e.vlan_tci", "-h", "e.vlan_id", "-h", "e.vlan_pcp")

    def values(*writes: str, keep: tuple[str, ...] = ("e.vlan_tci",)) -> list[str]:
        words = [word for write in writes for word in ("--write", write)]
        done = ask(text, *words, *asked, level=level, keep=keep)
        assert done.stderr == ""
        return [line for line in done.stdout.splitlines() if line.isdigit()]

    assert values(keep=()) == ["16389", "5", "2"]
    assert values("e.vlan_tci 0x7009") == ["28681", "9", "3"]
    assert values("e.vlan_id 9") == ["16393", "9", "2"]
    assert values("e.vlan_pcp 0") == ["5", "5", "0"]
    assert values("e.vlan_pcp 7", "e.vlan_id 4095") == ["61439", "4095", "7"]


@pytest.mark.parametrize("write", ["vlan_tci 65536", "vlan_id 4096", "vlan_pcp 8", "vlan_id x"])
def test_what_handlers_refuse(write: str) -> None:
    text = "InfiniteSource(LIMIT 1) -> e :: SetVLANAnno(5) -> Discard;"
    done = ask(text, "--write", f"e.{write}", keep=["e.vlan_tci"])
    assert done.returncode != 0


def test_a_written_vlan_is_that_of_packets(tmp_path: Path) -> None:
    text = (
        "s :: InfiniteSource(DATA \\<020000000002 020000000001 0800>, LIMIT 1, STOP true)"
        " -> e :: SetVLANAnno(5) -> VLANEncap(ANNO) -> Print(x, -1) -> Discard;"
        "DriverManager(write s.active false, write e.vlan_id 9, write s.active true, wait_stop);"
    )
    run = run_program(tmp_path, text)
    assert "81000009 0800" in run.stderr
