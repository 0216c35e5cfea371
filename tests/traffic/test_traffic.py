"""The generators are deterministic and make what they promise; captures are read as written."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from scapy.layers.l2 import Ether
from scapy.utils import rdpcap

from pmill.traffic.ip_options import with_options
from tests.models.ipv4 import bad_header
from tests.models.router import Router
from tests.traffic import (
    malformed,
    option_times,
    read_pcap,
    router_mix,
    without_times,
    write_frames,
    write_pcap,
)

_NS = 1_600_000_000_123_456_789


@pytest.mark.parametrize("make", [router_mix, malformed])
def test_generators_repeat_themselves(make) -> None:
    assert make(3, 300) == make(3, 300)
    assert make(3, 300) != make(4, 300)
    assert len(make(3, 300)) == 300


def test_lengths() -> None:
    lengths = {len(f) for f in router_mix(1, 2000)}
    assert {60, 1513, 1514} <= lengths
    assert max(lengths) > 1514
    assert set(range(1, 55)) <= {len(f) for f in malformed(1, 3000)}
    assert b"" in malformed(1, 100)


@pytest.mark.parametrize(("nanoseconds", "ns"), [(True, _NS), (False, _NS // 1000 * 1000)])
def test_pcap_round_trip(tmp_path: Path, nanoseconds: bool, ns: int) -> None:
    packets = [(_NS + i * 1_000_000_000, bytes(range(i))) for i in range(80)]
    path = write_pcap(tmp_path / "a.pcap", packets, nanoseconds=nanoseconds)
    assert read_pcap(path) == [(ns + i * 1_000_000_000, d) for i, (_, d) in enumerate(packets)]


def test_pcap_of_the_other_byte_order(tmp_path: Path) -> None:
    header = struct.pack(">IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    (tmp_path / "a.pcap").write_bytes(header + struct.pack(">IIII", 7, 5, 3, 9) + b"abc")
    assert read_pcap(tmp_path / "a.pcap") == [(7_000_005_000, b"abc")]


@pytest.mark.parametrize("content", [b"", b"\0" * 24, "cut", "header cut"])
def test_pcap_that_is_none(tmp_path: Path, content: bytes | str) -> None:
    path = write_frames(tmp_path / "a.pcap", [b"12345678"])
    if isinstance(content, str):
        content = path.read_bytes()[: -1 if content == "cut" else -12]
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.pcap"):
        read_pcap(path)


def test_scapy_reads_what_we_write(tmp_path: Path) -> None:
    frames = [f for f in router_mix(5, 100) if f]
    path = write_frames(tmp_path / "a.pcap", frames)
    assert [bytes(p) for p in rdpcap(str(path))] == frames


def _with_time(time: int, checksum_right: bool = True) -> bytes:
    packet = bytes(Ether(bytes(router_mix(1, 1)[0])))[14:34]
    option = bytes((68, 12, 9, 0)) + struct.pack(">II", time, 0)
    packet = bytearray(with_options(packet, option))
    if not checksum_right:
        packet[10] ^= 1
    return bytes(14)[:12] + b"\x08\0" + bytes(packet)


def test_times_are_taken_out() -> None:
    assert option_times(_with_time(77)) == [77]
    assert _with_time(77) != _with_time(78)
    assert without_times(_with_time(77)) == without_times(_with_time(78))
    assert bad_header(without_times(_with_time(77))[14:]) in (None, "length")
    # A wrong checksum stays different from a right one.
    assert without_times(_with_time(77, False)) != without_times(_with_time(77))
    frame = next(f for f in router_mix(1, 90) if not option_times(f))
    assert without_times(frame) == frame


def test_times_are_taken_out_of_what_errors_quote() -> None:
    frames = [f for f in router_mix(1, 1500) if f[34:35] == b"\x44"]

    def sent(now: int) -> list[bytes]:
        router = Router(now=lambda: now)
        return [frame for f in frames for _, frame in router.process(0, f)]

    assert any(frame[22:24] == b"\xc7\x01" and option_times(frame) for frame in sent(1))
    assert sent(1) != sent(86_000_000)
    assert [without_times(f) for f in sent(1)] == [without_times(f) for f in sent(86_000_000)]
