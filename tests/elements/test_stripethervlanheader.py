from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement

HEADER = bytes.fromhex("020000000002 020000000001")
TAGGED = HEADER + bytes.fromhex("8100 a005 0800") + b"payload"
PLAIN = HEADER + bytes.fromhex("0800") + b"payload"
AGAIN = "VLANEncap(ANNO, NATIVE_VLAN -1)"


@pytest.mark.parametrize("level", [0, 3])
def test_headers_of_both_kinds(run_element: RunElement, level: int) -> None:
    frames = [TAGGED, PLAIN, TAGGED[:18], PLAIN[:14]]
    result = run_element("StripEtherVLANHeader", frames, outputs=2, level=level)
    assert result.out == {0: [b"payload", b"payload", b"", b""], 1: []}


@pytest.mark.parametrize("level", [0, 3])
def test_packets_too_short(run_element: RunElement, level: int) -> None:
    frames = [TAGGED[:n] for n in range(18)]
    result = run_element("StripEtherVLANHeader", frames, outputs=2, level=level)
    assert result.out == {0: [], 1: frames}
    assert result.counters["e.no_header"] == len(frames)


@pytest.mark.parametrize("level", [0, 3])
def test_without_a_native_vlan(run_element: RunElement, level: int) -> None:
    for outputs in (1, 2):
        result = run_element(
            "StripEtherVLANHeader(-1)", [TAGGED, PLAIN], outputs=outputs, level=level
        )
        assert result.out[0] == [b"payload"]
        assert result.out.get(1, [PLAIN]) == [PLAIN]
        assert result.counters["e.no_tag"] == 1


@pytest.mark.parametrize("level", [0, 3])
def test_the_annotation(run_element: RunElement, level: int) -> None:
    frames = [f + b"x" * 20 for f in (TAGGED, PLAIN)]
    result = run_element(AGAIN, frames, before="StripEtherVLANHeader(NATIVE_VLAN 9)", level=level)
    data = b"payload" + b"x" * 20
    wanted = [b"\x81\x00\xa0\x05", b"\x81\x00\x00\x09"]
    assert result.out[0] == [data[:12] + tag + data[12:] for tag in wanted]
