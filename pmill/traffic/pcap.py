"""Reads captures, pcap and pcapng, and writes pcap, in plain Python."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

Packet = tuple[int, bytes]
"""Nanoseconds since 1970, and the bytes."""

_MICROSECONDS = 0xA1B2C3D4
_NANOSECONDS = 0xA1B23C4D
_ETHERNET = 1
_FILE_HEADER = "IHHiIII"
_RECORD_HEADER = "IIII"
_RECORD = struct.Struct("<" + _RECORD_HEADER)

_SECTION, _SECTION_BYTES = 0x0A0D0D0A, b"\x0a\x0d\x0d\x0a"
_BYTE_ORDER = 0x1A2B3C4D
_INTERFACE, _SIMPLE, _ENHANCED = 1, 3, 6
_RESOLUTION = 9  # the option of an interface that says what its times count

START_NS = 1_700_000_000_000_000_000
_GAP_NS = 11_000


def read_pcap(path: Path | str) -> list[Packet]:
    """Return every packet of a file; ValueError if it is malformed, OSError if unreadable."""
    data = Path(path).read_bytes()
    if data[:4] == _SECTION_BYTES:
        return list(_blocks(data, path))
    if len(data) < 24:
        raise ValueError(f"{path}: no pcap header, only {len(data)} bytes")
    order, unit = _byte_order_and_unit(data, path)
    packets = []
    at = 24
    while at < len(data):
        if at + 16 > len(data):
            raise ValueError(f"{path}: a record header is cut short at byte {at}")
        seconds, fraction, captured, _ = struct.unpack_from(order + _RECORD_HEADER, data, at)
        at += 16
        if at + captured > len(data):
            raise ValueError(f"{path}: a packet is cut short at byte {at}")
        packets.append((seconds * 1_000_000_000 + fraction * unit, data[at : at + captured]))
        at += captured
    return packets


class PcapWriter:
    """Writes packets of Ethernet to a file one after the other; none of them is kept.

    `nanoseconds`: the unit of times, which are cut to microseconds otherwise.
    """

    def __init__(self, file: BinaryIO, *, nanoseconds: bool = False) -> None:
        self._file = file
        self._unit, magic = (1, _NANOSECONDS) if nanoseconds else (1000, _MICROSECONDS)
        file.write(struct.pack("<" + _FILE_HEADER, magic, 2, 4, 0, 0, 262_144, _ETHERNET))

    def write(self, ns: int, data: bytes) -> None:
        """Write one packet; `ns`: nanoseconds since 1970."""
        seconds, rest = divmod(ns, 1_000_000_000)
        length = len(data)
        self._file.write(_RECORD.pack(seconds, rest // self._unit, length, length) + data)


def write_pcap(path: Path | str, packets: Iterable[Packet], *, nanoseconds: bool = False) -> Path:
    """Write packets of Ethernet; times are cut to microseconds by default."""
    path = Path(path)
    with path.open("wb") as file:
        writer = PcapWriter(file, nanoseconds=nanoseconds)
        for ns, data in packets:
            writer.write(ns, data)
    return path


def write_frames(path: Path | str, frames: Iterable[bytes]) -> Path:
    """Write frames to which evenly spaced times are given."""
    return write_pcap(path, ((START_NS + i * _GAP_NS, f) for i, f in enumerate(frames)))


def _byte_order_and_unit(data: bytes, path: Path | str) -> tuple[str, int]:
    for order in "<>":
        (magic,) = struct.unpack_from(order + "I", data)
        if magic == _MICROSECONDS:
            return order, 1000
        if magic == _NANOSECONDS:
            return order, 1
    raise ValueError(f"{path}: not a pcap file")


def _blocks(data: bytes, path: Path | str) -> Iterator[Packet]:
    """The packets of a pcapng file (draft-ietf-opsawg-pcapng)."""
    order, at, units = "<", 0, list[int]()
    while at < len(data):
        if at + 12 > len(data):
            raise ValueError(f"{path}: a block is cut short at byte {at}")
        if data[at : at + 4] == _SECTION_BYTES:
            order = "<" if struct.unpack_from("<I", data, at + 8)[0] == _BYTE_ORDER else ">"
            units = []
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12 or length % 4 or at + length > len(data):
            raise ValueError(f"{path}: a block is cut short at byte {at}")
        body = data[at + 8 : at + length - 4]
        if kind == _INTERFACE:
            units.append(_unit(order, body))
        elif kind == _SIMPLE:
            (size,) = struct.unpack_from(order + "I", body)
            yield 0, body[4 : 4 + size]
        elif kind == _ENHANCED:
            interface, high, low, size = struct.unpack_from(order + "IIII", body)
            unit = units[interface] if interface < len(units) else 1000
            yield (high << 32 | low) * unit, body[20 : 20 + size]
        at += length


def _unit(order: str, body: bytes) -> int:
    """Nanoseconds that a time of an interface counts; finer ones are taken for nanoseconds."""
    at = 8
    while at + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, at)
        if code == _RESOLUTION and length == 1:
            digits = body[at + 4]
            return int(10 ** max(0, 9 - digits)) if digits < 0x80 else 1
        if code == 0:
            break
        at += 4 + (length + 3) // 4 * 4
    return 1000
