"""Frames of many flows, of which each knows its flow and its number in that."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator

_PAYLOAD = struct.Struct(">II")
_AT = 14 + 20 + 8
_UDP_PORT = 4789


def numbered(count: int, flows: int) -> Iterator[bytes]:
    """Yield UDP frames of the flows in turn; their payload is the flow and the number in it."""
    for number in range(count):
        flow = number % flows
        yield _frame(flow, _PAYLOAD.pack(flow, number // flows))


def _frame(flow: int, payload: bytes) -> bytes:
    addresses = bytes((10, 0, 0, 1 + flow % 250, 10, 1, flow // 250, 1))
    udp = struct.pack(">HHHH", 1024 + 7 * flow % 60000, _UDP_PORT, 8 + len(payload), 0)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 28 + len(payload), 0, 0x4000, 64, 17, 0)
    total = sum(struct.unpack(">10H", ip + addresses))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    header = ip[:10] + struct.pack(">H", ~total & 0xFFFF) + addresses
    ethernet = bytes.fromhex("020000000001 020000001000 0800")
    return (ethernet + header + udp + payload).ljust(60, b"\0")


def of(frame: bytes) -> tuple[int, int]:
    """Return the flow of a frame, and its number there."""
    flow, number = _PAYLOAD.unpack_from(frame, _AT)
    return flow, number


def disordered(frames: Iterable[bytes]) -> list[tuple[int, int, int]]:
    """Return the flows whose frames do not come in the order of their numbers, and the numbers."""
    last: dict[int, int] = {}
    wrong = []
    for frame in frames:
        flow, number = of(frame)
        if number <= last.get(flow, -1):
            wrong.append((flow, last[flow], number))
        last[flow] = number
    return wrong


def repeated(frames: Iterable[bytes]) -> list[tuple[int, int]]:
    """Return frames that are there more than once."""
    return [key for key, count in Counter(map(of, frames)).items() if count > 1]
