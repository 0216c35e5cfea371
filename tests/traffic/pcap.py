"""Reads and writes classic pcap files, in plain Python."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

_MICROSECONDS = 0xA1B2C3D4
_NANOSECONDS = 0xA1B23C4D
_ETHERNET = 1
_FILE_HEADER = "IHHiIII"
_RECORD_HEADER = "IIII"

_START_NS = 1_700_000_000_000_000_000
_GAP_NS = 11_000


def read_pcap(path: Path | str) -> list[tuple[int, bytes]]:
    """Return time (nanoseconds since 1970) and bytes of every packet; ValueError if malformed."""
    data = Path(path).read_bytes()
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


def write_pcap(
    path: Path | str, packets: Iterable[tuple[int, bytes]], *, nanoseconds: bool = False
) -> Path:
    """Write packets as (time in nanoseconds, bytes); times are cut to microseconds by default."""
    unit, magic = (1, _NANOSECONDS) if nanoseconds else (1000, _MICROSECONDS)
    chunks = [struct.pack("<" + _FILE_HEADER, magic, 2, 4, 0, 0, 262_144, _ETHERNET)]
    for ns, data in packets:
        seconds, fraction = divmod(ns, 1_000_000_000)
        chunks.append(
            struct.pack("<" + _RECORD_HEADER, seconds, fraction // unit, len(data), len(data))
        )
        chunks.append(data)
    path = Path(path)
    path.write_bytes(b"".join(chunks))
    return path


def write_frames(path: Path | str, frames: Iterable[bytes]) -> Path:
    """Write frames to which evenly spaced times are given."""
    return write_pcap(path, ((_START_NS + i * _GAP_NS, f) for i, f in enumerate(frames)))


def _byte_order_and_unit(data: bytes, path: Path | str) -> tuple[str, int]:
    for order in "<>":
        (magic,) = struct.unpack_from(order + "I", data)
        if magic == _MICROSECONDS:
            return order, 1000
        if magic == _NANOSECONDS:
            return order, 1
    raise ValueError(f"{path}: not a pcap file")
