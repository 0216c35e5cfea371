from __future__ import annotations

import time

from scapy.layers.inet import IP

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, checksum_is_right, ether, udp, with_checksum

ME = bytes((10, 0, 0, 1))
OTHER = bytes((10, 0, 1, 1))
DAY = 86_400_000  # milliseconds
GATEWAY = "IPGWOptions(10.0.0.1, 10.0.1.1)"


def packet(options: bytes) -> bytes:
    """A packet with these options, which are whole words."""
    assert len(options) % 4 == 0
    raw = bytes(udp())
    words = 5 + len(options) // 4
    length = (len(raw) + len(options)).to_bytes(2, "big")
    raw = bytes((0x40 | words,)) + raw[1:2] + length + raw[4:20] + options + raw[20:]
    return with_checksum(raw)


def options_of(raw: bytes) -> bytes:
    return raw[20 : (raw[0] & 15) * 4]


RECORDED = {
    "route, first": (b"\x07\x0b\x04" + bytes(8) + b"\0", b"\x07\x0b\x08" + ME + bytes(4) + b"\0"),
    "route, last": (
        b"\x07\x0b\x08" + OTHER + bytes(4) + b"\0",
        b"\x07\x0b\x0c" + OTHER + ME + b"\0",
    ),
    "route, full": (b"\x07\x07\x08" + OTHER + b"\0", b"\x07\x07\x08" + OTHER + b"\0"),
    "behind no-operations": (
        b"\x01\x01\x07\x07\x04" + bytes(4) + bytes(3),
        b"\x01\x01\x07\x07\x08" + ME + bytes(3),
    ),
    "nothing behind the end": (b"\0\x07\x07\x04" + bytes(4), b"\0\x07\x07\x04" + bytes(4)),
    "other options": (b"\x94\x04\0\0", b"\x94\x04\0\0"),
    "a source route is carried": (
        b"\x83\x07\x04" + OTHER + b"\0",
        b"\x83\x07\x04" + OTHER + b"\0",
    ),
    "time, no room": (b"\x44\x04\x05\x10", b"\x44\x04\x05\x20"),
    "time, not our address": (
        b"\x44\x0c\x05\x03" + bytes((9, 9, 9, 9)) + bytes(4),
        b"\x44\x0c\x05\x03" + bytes((9, 9, 9, 9)) + bytes(4),
    ),
}


def test_routes_are_recorded(run_element: RunElement) -> None:
    result = run_element(
        GATEWAY, [ether(packet(given)) for given, _ in RECORDED.values()], before=CHECKED
    )
    found = dict(zip(RECORDED, map(options_of, result.out[0]), strict=True))
    assert found == {name: wanted for name, (_, wanted) in RECORDED.items()}
    assert all(checksum_is_right(p) for p in result.out[0])
    assert result.counters["e.drops"] == 0


def test_the_time_is_recorded(run_element: RunElement) -> None:
    given = [
        b"\x44\x0c\x05\x00" + bytes(8),
        b"\x44\x0c\x05\x01" + bytes(8),
        b"\x44\x0c\x05\x03" + ME + bytes(4),
        b"\x44\x0c\x05\x03" + OTHER + bytes(4),
    ]
    before = time.time()
    result = run_element(GATEWAY, [ether(packet(g)) for g in given], before=CHECKED)
    after = time.time()
    only, address, wanted, wanted_other = map(options_of, result.out[0])
    assert only[2:4] == b"\x09\x00"
    assert address[2:8] == b"\x0d\x01" + ME
    assert wanted[2:8] == b"\x0d\x03" + ME
    assert wanted_other[2:8] == b"\x0d\x03" + OTHER
    for stamp in (only[4:8], address[8:], wanted[8:], wanted_other[8:]):
        elapsed = (int.from_bytes(stamp, "big") - int(before * 1000)) % DAY
        assert elapsed <= (after - before) * 1000 + 2
    assert all(checksum_is_right(p) for p in result.out[0])


BAD = {
    "route, pointer before the data": (b"\x07\x07\x03" + bytes(5), 22),
    "route, half an address": (b"\x07\x08\x06" + bytes(5), 22),
    "route, too short": (b"\x07\x02\0\0", 21),
    "length 0": (b"\x07\0\0\0", 21),
    "length 1": (b"\x01\x07\x01\0", 22),
    "length beyond the header": (b"\x94\x05\0\0", 21),
    "no length": (b"\x01\x01\x01\x07", 24),
    "time, pointer before the data": (b"\x44\x08\x04\0" + bytes(4), 22),
    "time, too many overflows": (b"\x44\x04\x05\xf0", 23),
    "time, too short": (b"\x44\x03\x05\0", 21),
}


def test_bad_options_leave_on_output_1(run_element: RunElement) -> None:
    packets = [packet(options) for options, _ in BAD.values()]
    result = run_element(GATEWAY, [ether(p) for p in packets], before=CHECKED, outputs=2)
    assert result.out == {0: [], 1: packets}
    assert result.counters["e.drops"] == len(BAD)


def test_the_annotation_points_at_the_bad_byte(run_element: RunElement) -> None:
    result = run_element(
        "ICMPError(10.0.0.1, parameterproblem); g[0] -> Discard",
        [ether(packet(options)) for options, _ in BAD.values()],
        before=f"{CHECKED} -> g :: {GATEWAY} [1]",
    )
    found = dict(zip(BAD, (error[24] for error in result.out[0]), strict=True))
    assert found == {name: pointer for name, (_, pointer) in BAD.items()}


def test_a_packet_without_a_header_is_dropped(run_element: RunElement) -> None:
    cut = ether(packet(b"\x07\x07\x04" + bytes(5)))[:38]
    result = run_element(GATEWAY, [cut], before="MarkIPHeader(14)", outputs=2)
    assert result.out == {0: [], 1: []}
    assert result.counters["e.no_header"] == 1
    assert IP(cut[14:]).ihl == 7
