"""Takes out of a frame what depends on the clock of the run: timestamps in IP options (RFC 791).

Nothing else in a forwarded packet depends on time. Checksums that were right stay right, so that
two frames with different times compare equal, and a wrong checksum still differs.
"""

from __future__ import annotations

import struct

_TIMESTAMP = 68
_ICMP_ERRORS = (3, 4, 5, 11, 12)


def without_times(frame: bytes) -> bytes:
    """Return the frame with the last time of every IP timestamp option zeroed, quoted ones too."""
    if frame[12:14] != b"\x08\x00" or not _last_times(frame):
        return frame
    data = bytearray(frame)
    start = 14
    length = (data[start] & 0xF) * 4
    transport = start + length
    if _quotes(frame):
        icmp_right = _checksum(data[transport:]) == 0
        _zero_times(data, transport + 8)
        if icmp_right:
            data[transport + 2 : transport + 4] = b"\0\0"
            data[transport + 2 : transport + 4] = struct.pack(">H", _checksum(data[transport:]))
    _zero_times(data, start)
    return bytes(data)


def option_times(frame: bytes) -> list[int]:
    """Return the times that without_times() would zero."""
    return [int.from_bytes(frame[at : at + 4], "big") for at in _last_times(frame)]


def _quotes(frame: bytes) -> bool:
    """Whether the frame is an ICMP error in which the header of another packet stands."""
    start = 14 + (frame[14] & 0xF) * 4
    return (
        frame[23] == 1
        and struct.unpack_from(">H", frame, 20)[0] & 0x1FFF == 0
        and len(frame) >= start + 28
        and frame[start] in _ICMP_ERRORS
    )


def _last_times(frame: bytes) -> list[int]:
    if frame[12:14] != b"\x08\x00" or not _is_header(frame, 14):
        return []
    places = _places(frame, 14)
    if _quotes(frame):
        places += _places(frame, 14 + (frame[14] & 0xF) * 4 + 8)
    return places


def _is_header(data: bytes | bytearray, at: int) -> bool:
    return (
        len(data) >= at + 20
        and data[at] >> 4 == 4
        and data[at] & 0xF >= 5
        and len(data) >= at + (data[at] & 0xF) * 4
    )


def _places(data: bytes | bytearray, start: int) -> list[int]:
    """Find the last written time of each timestamp option of the IP header at `start`."""
    if not _is_header(data, start):
        return []
    places = []
    at, end = start + 20, start + (data[start] & 0xF) * 4
    while at < end and data[at] != 0:
        if data[at] == 1:
            at += 1
            continue
        if at + 1 >= end or data[at + 1] < 2 or at + data[at + 1] > end:
            break
        length = data[at + 1]
        if data[at] == _TIMESTAMP and length >= 8 and 9 <= data[at + 2] <= length + 1:
            places.append(at + data[at + 2] - 1 - 4)
        at += length
    return places


def _zero_times(data: bytearray, start: int) -> None:
    places = _places(data, start)
    if not places:
        return
    end = start + (data[start] & 0xF) * 4
    right = _checksum(data[start:end]) == 0
    for at in places:
        data[at : at + 4] = bytes(4)
    if right:
        data[start + 10 : start + 12] = b"\0\0"
        data[start + 10 : start + 12] = struct.pack(">H", _checksum(data[start:end]))


def _checksum(data: bytes | bytearray) -> int:
    data = bytes(data) + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
