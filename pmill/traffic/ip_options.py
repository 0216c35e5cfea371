"""IP options, right and wrong ones, and packets that carry them."""

from __future__ import annotations

import struct


def with_options(packet: bytes, options: bytes) -> bytes:
    """Return the IP packet (no Ethernet, no options) with these options and a right checksum."""
    options = options + b"\0" * (-len(options) % 4)
    header = bytearray(packet[:20] + options)
    header[0] = 0x40 | len(header) // 4
    struct.pack_into(">H", header, 2, len(packet) + len(options))
    return fix_checksum(bytes(header) + packet[20:])


def fix_checksum(packet: bytes) -> bytes:
    """Return the IP packet with the checksum its header, as long as it claims to be, demands."""
    if len(packet) < 20:
        return packet
    data = bytearray(packet)
    data[10:12] = b"\0\0"
    header = bytes(data[: max(20, min((data[0] & 0xF) * 4, len(data)))])
    total = sum(struct.unpack(f">{len(header) // 2}H", header[: len(header) & ~1]))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    struct.pack_into(">H", data, 10, ~total & 0xFFFF)
    return bytes(data)


def _rr(length: int, pointer: int) -> bytes:
    return bytes((7, length, pointer)) + bytes(range(1, length - 2))


def _ts(length: int, pointer: int, flag: int, overflow: int = 0, addresses: bytes = b"") -> bytes:
    data = addresses + bytes(length - 4 - len(addresses))
    return bytes((68, length, pointer, overflow << 4 | flag)) + data


GOOD_OPTIONS = (
    _rr(7, 4),
    _rr(11, 4),
    _rr(11, 8),
    _rr(11, 12),
    _rr(39, 4),
    _rr(39, 36),
    _ts(8, 5, 0),
    _ts(12, 5, 0),
    _ts(12, 9, 0),
    _ts(12, 13, 0),
    _ts(12, 13, 0, 14),
    _ts(12, 5, 1),
    _ts(20, 13, 1),
    _ts(20, 21, 1, 3),
    _ts(20, 5, 3, 0, bytes((10, 0, 0, 1, 0, 0, 0, 0, 10, 0, 1, 1))),
    _ts(20, 13, 3, 0, bytes((10, 0, 0, 1, 0, 0, 0, 0, 10, 0, 1, 1))),
    _ts(12, 5, 3, 0, bytes((192, 0, 2, 1))),
    _ts(12, 13, 3, 0, bytes((192, 0, 2, 1))),
    b"\x94\x04\x00\x00",
    b"\x01\x01\x01\x01",
    b"\x82\x0b" + bytes(9),
    b"\x88\x04\x12\x34",
    b"\x00\x07\xff\xff",
    b"\x01\x07\x07\x04" + bytes(4),
    b"\x5e\x06" + bytes(4),
)
BAD_OPTIONS = (
    _rr(7, 3),
    _rr(7, 0),
    _rr(11, 10),
    _rr(9, 8),
    b"\x07\x02\x00\x00",
    b"\x07\x03\x04\x00",
    b"\x07\x00\x04\x00",
    b"\x07\x01\x04\x00",
    b"\x07\x40\x04\x00",
    b"\x01\x01\x01\x07",
    b"\x01\x01\x01\x94",
    b"\x94\x01\x00\x00",
    b"\x94\x05\x00\x00",
    _ts(12, 4, 0),
    _ts(12, 1, 1),
    _ts(12, 0, 0),
    _ts(12, 13, 0, 15),
    _ts(12, 13, 1, 15),
    _ts(4, 5, 0, 15),
    b"\x44\x02\x05\x00",
    b"\x44\x03\x05\x00",
    _ts(8, 5, 0) + _rr(7, 2),
    _rr(7, 4) + b"\x94\x09\x00\x00\x00",
)
