"""What IPv4 asks of every router: checksums, header checks, options, fragments (RFC 791, 1071)."""

from __future__ import annotations

import struct

OPTION_END, OPTION_NOP, RECORD_ROUTE, TIMESTAMP = 0, 1, 7, 68
COPIED = 0x80
DONT_FRAGMENT, MORE_FRAGMENTS = 0x4000, 0x2000


def checksum(data: bytes) -> int:
    """Compute the Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def with_checksum(ip: bytes) -> bytes:
    """Return the packet with its header checksum computed anew.

    RFC 1624's incremental update gives the same bits: ones' complement has one result that is
    not the negative zero.
    """
    end = (ip[0] & 0xF) * 4
    return ip[:10] + struct.pack(">H", checksum(ip[:10] + b"\0\0" + ip[12:end])) + ip[12:]


def bad_header(ip: bytes) -> str | None:
    """Return what is wrong with an IP header, its addresses apart; bytes may follow the packet."""
    if len(ip) < 20:
        return "too short"
    if ip[0] >> 4 != 4:
        return "version"
    header_length = (ip[0] & 0xF) * 4
    if header_length < 20:
        return "header length"
    (length,) = struct.unpack_from(">H", ip, 2)
    if length > len(ip) or length < header_length:
        return "length"
    if checksum(ip[:header_length]) != 0:
        return "checksum"
    return None


def record_route(ip: bytearray, at: int, length: int, address: bytes) -> int | None:
    """Record the address (RFC 791); return where the option is wrong."""
    if length < 3:
        return at + 1
    pointer = ip[at + 2] - 1  # it counts from 1
    if pointer >= 3 and pointer + 4 <= length:
        ip[at + pointer : at + pointer + 4] = address
        ip[at + 2] += 4
        return None
    # Assumed: full is when the pointer is just behind the option. Further on it is wrong, and
    # so it is when there is room, but not for a whole address (RFC 791).
    return None if pointer == length else at + 2


def record_time(ip: bytearray, at: int, length: int, address: bytes, now: int) -> int | None:
    """Record the time, and the address if wanted (RFC 791); return where the option is wrong."""
    if length < 4:
        return at + 1
    pointer = ip[at + 2] - 1
    overflow, flag = ip[at + 3] >> 4, ip[at + 3] & 0xF
    if pointer < 4:
        return at + 2
    # Assumed: other flags mean nothing to us, and a full list of named addresses is full.
    stamp = struct.pack(">I", now)
    slot = at + pointer
    if flag == 3:
        if pointer + 8 <= length and ip[slot : slot + 4] == address:
            ip[slot + 4 : slot + 8] = stamp
            ip[at + 2] += 8
        return None
    if flag not in (0, 1):
        return None
    entry = stamp if flag == 0 else address + stamp
    if pointer + len(entry) <= length:
        ip[slot : slot + len(entry)] = entry
        ip[at + 2] += len(entry)
        return None
    if overflow == 15:
        return at + 3
    ip[at + 3] = overflow + 1 << 4 | flag
    return None


def options_of(ip: bytes) -> list[bytes]:
    """Split the well-formed options of a header, without end and no-operation."""
    options = []
    at, end = 20, (ip[0] & 0xF) * 4
    while at < end and ip[at] != OPTION_END:
        if ip[at] == OPTION_NOP:
            at += 1
            continue
        if at + 1 >= end or ip[at + 1] < 2 or at + ip[at + 1] > end:
            break
        options.append(ip[at : at + ip[at + 1]])
        at += ip[at + 1]
    return options


def fragmented(ip: bytes, mtu: int) -> list[bytes] | None:
    """Return the packet, or its fragments, in order; None when it must not be cut."""
    if len(ip) <= mtu:
        return [ip]
    (flags,) = struct.unpack_from(">H", ip, 6)
    header_length = (ip[0] & 0xF) * 4
    header, data = ip[:header_length], ip[header_length:]
    room = (mtu - header_length) & ~7
    if flags & DONT_FRAGMENT or room < 8:
        return None
    # Fragments after the first have only the options that ask for it.
    copied = b"".join(option for option in options_of(ip) if option[0] & COPIED)
    copied += b"\0" * (-len(copied) % 4)
    later = bytes((0x40 | (20 + len(copied)) // 4,)) + header[1:20] + copied
    later_room = (mtu - len(later)) & ~7

    pieces = [(header, 0, data[:room])]
    for at in range(room, len(data), later_room):
        pieces.append((later, at, data[at : at + later_room]))
    fragments = []
    for head, at, piece in pieces:
        last = at + len(piece) == len(data)
        # The reserved bit and that of the fragment that is cut here stay as they were.
        field = (flags + at // 8) & 0xFFFF | (0 if last else MORE_FRAGMENTS)
        lengths = struct.pack(">H", len(head) + len(piece)), struct.pack(">H", field)
        head = head[:2] + lengths[0] + head[4:6] + lengths[1] + head[8:]
        fragments.append(with_checksum(head) + piece)
    return fragments
