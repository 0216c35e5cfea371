"""Counting packets of captures in every dialect of the format."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError
from pmill.run.pcap import count_packets, read_capture


def _pcap(order: str, magic: int, *lengths: int, link_type: int = 1) -> bytes:
    data = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link_type)
    for length in lengths:
        data += struct.pack(f"{order}IIII", 0, 0, length, length) + bytes(length)
    return data


def _block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = 12 + len(body)
    return struct.pack(f"{order}II", kind, length) + body + struct.pack(f"{order}I", length)


def _pcapng(order: str) -> bytes:
    section = _block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = _block(order, 1, struct.pack(f"{order}HHI", 1, 0, 0))
    packet = _block(order, 6, struct.pack(f"{order}IIIII", 0, 0, 0, 5, 5) + bytes(5))
    simple = _block(order, 3, struct.pack(f"{order}I", 5) + bytes(5))
    statistics = _block(order, 5, struct.pack(f"{order}III", 0, 0, 0))
    return section + interface + packet + statistics + simple + section + interface + packet


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
def test_pcap(tmp_path: Path, order: str, magic: int) -> None:
    path = tmp_path / "in.pcap"
    path.write_bytes(_pcap(order, magic, 60, 0, 1514))
    capture = read_capture(path)
    assert (capture.packets, capture.truncated, capture.is_ethernet) == (3, False, True)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng(tmp_path: Path, order: str) -> None:
    path = tmp_path / "in.pcapng"
    path.write_bytes(_pcapng(order))
    assert read_capture(path).packets == 3
    assert read_capture(path).link_type == 1


@pytest.mark.parametrize("cut", [1, 59, 60, 75])
def test_last_packet_cut_short(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "in.pcap"
    path.write_bytes(_pcap("<", 0xA1B2C3D4, 60, 60)[:-cut])
    capture = read_capture(path)
    assert (capture.packets, capture.truncated) == (1, True)


def test_other_link_type(tmp_path: Path) -> None:
    path = tmp_path / "in.pcap"
    path.write_bytes(_pcap("<", 0xA1B2C3D4, link_type=101))
    assert not read_capture(path).is_ethernet


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "PM0822"),
        (b"hello, world, this is no capture file", "PM0822"),
        (_pcap("<", 0xA1B2C3D4)[:20], "PM0822"),
        (_pcap("<", 0xA1B2C3D4, 60) + struct.pack("<IIII", 0, 0, 10**9, 10**9), "PM0823"),
        (_pcapng("<") + struct.pack("<IIII", 6, 3, 0, 0), "PM0823"),
    ],
)
def test_wrong_files(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "in.pcap"
    path.write_bytes(data)
    with pytest.raises(DiagnosticError) as error:
        count_packets(path)
    assert error.value.diagnostics[0].code == code


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError, match="No such file"):
        count_packets(tmp_path / "none.pcap")
