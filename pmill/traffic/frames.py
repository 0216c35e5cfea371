"""Frames, built byte by byte: Ethernet, VLAN tags, ARP, IPv4 with TCP, UDP or ICMP."""

from __future__ import annotations

import struct
from typing import Final

IPV4: Final = 0x0800
ARP: Final = 0x0806
VLAN: Final = 0x8100
IPV6: Final = 0x86DD

ICMP: Final = 1
TCP: Final = 6
UDP: Final = 17

BROADCAST: Final = b"\xff" * 6


def checksum(data: bytes) -> int:
    """Compute the Internet checksum (RFC 1071)."""
    # As 2^16 is 1 modulo 0xffff, the sum of the words is the remainder of all of it.
    total = int.from_bytes(data + b"\0" if len(data) % 2 else data, "big")
    return (0xFFFF - total % 0xFFFF) % 0xFFFF if total else 0xFFFF


def ethernet(destination: bytes, source: bytes, kind: int, payload: bytes) -> bytes:
    """Put an Ethernet header before a payload; nothing is padded."""
    return destination + source + struct.pack(">H", kind) + payload


def vlan(frame: bytes, tag: int, kind: int = VLAN) -> bytes:
    """Put a tag into a frame."""
    return frame[:12] + struct.pack(">HH", kind, tag) + frame[12:]


def arp(
    operation: int, sender: tuple[bytes, int], target: tuple[bytes, int], destination: bytes
) -> bytes:
    """Return a frame with an ARP message between two (Ethernet address, IP address)."""
    body = struct.pack(">HHBBH", 1, IPV4, 6, 4, operation)
    for mac, ip in (sender, target):
        body += mac + struct.pack(">I", ip)
    return ethernet(destination, sender[0], ARP, body).ljust(60, b"\0")


def ipv4(
    source: int,
    destination: int,
    protocol: int,
    payload: bytes,
    *,
    ttl: int = 64,
    tos: int = 0,
    identification: int = 0,
    fragment: int = 0,
) -> bytes:
    """Return an IP packet; `fragment` is the field of flags and offset."""
    header = struct.pack(
        ">BBHHHBBHII",
        0x45,
        tos,
        20 + len(payload),
        identification,
        fragment,
        ttl,
        protocol,
        0,
        source,
        destination,
    )
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload


def transport(
    protocol: int,
    source: int,
    destination: int,
    ports: tuple[int, int],
    data: bytes,
    flags: int,
    *,
    numbers: tuple[int, int] = (1, 1),
    options: bytes = b"",
) -> bytes:
    """Return a TCP segment, a UDP datagram or an ICMP message, with its checksum.

    `flags` are those of TCP; of ICMP the high byte is the type, the low one the code. `numbers` are
    TCP's, of the sequence and of what is acknowledged; of its `options` there are whole words.
    """
    if protocol == ICMP:
        message = struct.pack(">BBHHH", flags >> 8, flags & 0xFF, 0, *ports) + data
        return message[:2] + struct.pack(">H", checksum(message)) + message[4:]
    words = struct.pack(">HH", *ports)
    if protocol == TCP:
        offset = 0x50 + len(options) * 4
        head = struct.pack(">IIBBHHH", *numbers, offset, flags & 0xFF, 8192, 0, 0)
        segment = words + head + options + data
        at = 16
    elif protocol == UDP:
        segment, at = words + struct.pack(">HH", 8 + len(data), 0) + data, 6
    else:
        return words + data
    pseudo = struct.pack(">IIHH", source, destination, protocol, len(segment))
    sum_ = checksum(pseudo + segment) or 0xFFFF
    return segment[:at] + struct.pack(">H", sum_) + segment[at + 2 :]
