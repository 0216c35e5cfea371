from __future__ import annotations

import pytest
from scapy.layers.inet import IP, IPOption, defragment

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, checksum_is_right, ether, patched, udp, with_checksum

PAYLOAD = bytes(range(256)) * 5


def reassembled(fragments: list[bytes]) -> bytes:
    (whole,) = defragment([IP(f) for f in fragments])
    return bytes(whole[IP].payload)


def test_short_packets_pass(run_element: RunElement) -> None:
    packets = [bytes(udp(b"x" * 72)), bytes(udp(b"x" * 72, flags="DF"))]
    result = run_element(
        "IPFragmenter(100)", [ether(p) for p in packets], before=CHECKED, outputs=2
    )
    assert result.out == {0: packets, 1: []}
    assert result.counters["e.fragments"] == 0


def test_long_packets_are_cut(run_element: RunElement) -> None:
    packet = udp(PAYLOAD, id=77, tos=4, ttl=9)
    result = run_element("IPFragmenter(100)", [ether(packet)], before=CHECKED, outputs=2)
    fragments = [IP(f) for f in result.out[0]]
    assert all(len(f) <= 100 for f in result.out[0])
    assert all(checksum_is_right(f) for f in result.out[0])
    assert [f.frag * 8 for f in fragments] == list(range(0, len(packet) - 20, 80))
    assert [bool(f.flags.MF) for f in fragments] == [True] * (len(fragments) - 1) + [False]
    assert {(f.id, f.tos, f.ttl, f.src, f.dst) for f in fragments} == {
        (77, 4, 9, "10.0.0.2", "10.0.1.2")
    }
    assert reassembled(result.out[0]) == bytes(packet)[20:]
    assert result.counters["e.fragments"] == len(fragments)


def test_a_fragment_is_cut_further(run_element: RunElement) -> None:
    packet = udp(PAYLOAD[:200], flags="MF", frag=50)
    result = run_element("IPFragmenter(100)", [ether(packet)], before=CHECKED)
    fragments = [IP(f) for f in result.out[0]]
    assert [f.frag for f in fragments] == [50, 60, 70]
    assert all(f.flags.MF for f in fragments)


def test_options_are_copied_by_their_flag(run_element: RunElement) -> None:
    options = [
        IPOption(b"\x01"),
        IPOption(b"\x07\x07\x04\0\0\0\0"),
        IPOption(b"\x94\x04\0\0"),
        IPOption(b"\x83\x03\x04"),
        IPOption(b"\0"),
    ]
    packet = udp(PAYLOAD[:300], options=options)
    result = run_element("IPFragmenter(120)", [ether(packet)], before=CHECKED)
    first, *later = result.out[0]
    size = (bytes(packet)[0] & 15) * 4
    assert first[20:size] == bytes(packet)[20:size]
    assert all(f[0] == 0x47 and f[20:28] == b"\x94\x04\0\0\x83\x03\x04\0" for f in later)
    assert all(checksum_is_right(f) for f in result.out[0])
    assert reassembled(result.out[0]) == bytes(packet)[size:]


def test_dont_fragment(run_element: RunElement) -> None:
    packet = bytes(udp(PAYLOAD, flags="DF"))
    result = run_element("IPFragmenter(576)", [ether(packet)] * 7, before=CHECKED, outputs=2)
    assert result.out == {0: [], 1: [packet] * 7}
    assert result.counters["e.drops"] == 7
    line = f"IPFragmenter(576) DF 10.0.0.2 10.0.1.2 len={len(packet)}\n"
    assert result.stderr.count(line) == 5


def test_dont_fragment_may_be_ignored(run_element: RunElement) -> None:
    packet = bytes(udp(PAYLOAD, flags="DF"))
    result = run_element("IPFragmenter(576, false, true)", [ether(packet)], before=CHECKED)
    fragments = [IP(f) for f in result.out[0]]
    assert len({f.id for f in fragments}) == 1
    assert not any(f.flags.DF for f in fragments)
    assert reassembled(result.out[0]) == packet[20:]


def test_what_no_fragment_could_hold_is_refused(run_element: RunElement) -> None:
    packet = bytes(udp(PAYLOAD[:50]))
    result = run_element(
        "IPFragmenter(27, VERBOSE true)", [ether(packet)], before=CHECKED, outputs=2
    )
    assert result.out == {0: [], 1: [packet]}


def test_annotations_are_copied(run_element: RunElement) -> None:
    packet = udp(PAYLOAD[:200])
    result = run_element(
        "CheckPaint(5)",
        [(123456789, ether(packet))],
        before=f"{CHECKED} -> Paint(5) -> IPFragmenter(100, HEADROOM 64)",
    )
    assert len(result.out[0]) == 3
    assert result.timestamps[0] == [123456789] * 3


def test_link_headers_stay_in_front_of_the_first(run_element: RunElement) -> None:
    packet = udp(PAYLOAD[:200])
    result = run_element("IPFragmenter(100)", [ether(packet)], before="CheckIPHeader(14)")
    first, *later = result.out[0]
    assert first[:14] == ether(packet)[:14]
    assert len(first) == 114
    assert [f[0] for f in later] == [0x45] * 2


def test_lying_headers(run_element: RunElement) -> None:
    raw = bytes(udp(PAYLOAD[:200]))
    padded = with_checksum(patched(raw, 2, 0, 60))
    longer = with_checksum(patched(raw, 2, 0xFF, 0xFF))
    packets = [padded, longer, patched(raw, 0, 0x41), patched(raw, 2, 0, 3), raw[:10]]
    result = run_element(
        "IPFragmenter(100)", [ether(p) for p in packets], before="Strip(14) -> MarkIPHeader"
    )
    assert result.out[0][0] == padded[:60]
    assert reassembled(result.out[0][1:]) == raw[20:]
    assert result.counters["e.no_header"] == 3


@pytest.mark.parametrize("stripped", [1, 8, 20, 21])
def test_a_header_that_was_stripped_is_none(run_element: RunElement, stripped: int) -> None:
    """It lies in front of the packet, by no more than its own length or by more."""
    packets = [ether(udp(PAYLOAD, flags=flags)) for flags in ("", "DF")]
    result = run_element(
        "IPFragmenter(100)", packets, before=f"{CHECKED} -> Strip({stripped})", outputs=2
    )
    assert result.out == {0: [], 1: []}
    assert result.counters["e.no_header"] == 2
