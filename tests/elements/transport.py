"""TCP, UDP and ICMP for tests of elements: what is wrong with a packet, and its checksum."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from typing import Literal

from tests.elements.ip_frames import ping, tcp, udp

Protocol = Literal["tcp", "udp", "icmp"]
NUMBERS: dict[Protocol, int] = {"tcp": 6, "udp": 17, "icmp": 1}
# Where the checksum lies in a header, and how many bytes the shortest one has.
CHECKSUM_AT: dict[Protocol, int] = {"tcp": 16, "udp": 6, "icmp": 2}
SHORTEST: dict[Protocol, int] = {"tcp": 20, "udp": 8, "icmp": 8}
_ERRORS = (3, 4, 5, 11, 12)


def internet_sum(data: bytes) -> int:
    """Return the one's complement sum of 16-bit words (RFC 1071)."""
    padded = data + b"\0" * (len(data) % 2)
    return sum(struct.unpack(f"!{len(padded) // 2}H", padded)) % 0xFFFF or 0xFFFF * any(data)


def covered(packet: bytes, protocol: Protocol) -> bytes:
    """Return what the checksum is of: pseudo header and message, of a packet that is whole."""
    header = 4 * (packet[0] & 15)
    total = int.from_bytes(packet[2:4], "big")
    message = packet[header:total]
    if protocol == "icmp":
        return message
    if protocol == "udp":
        message = message[: int.from_bytes(message[4:6], "big")]
    pseudo = struct.pack("!8sBBH", packet[12:20], 0, NUMBERS[protocol], len(message))
    return pseudo + message


def fault(packet: bytes, protocol: Protocol, *, verify: bool = True) -> str | None:
    """Return why a packet, whose first byte is marked as its IPv4 header, is bad."""
    if len(packet) < 20 or packet[9] != NUMBERS[protocol]:
        return "bad_protocol"
    header, total = 4 * (packet[0] & 15), int.from_bytes(packet[2:4], "big")
    if not 20 <= header <= total <= len(packet):
        return "bad_length"
    more, later = bool(packet[6] & 0x20), bool(packet[6] & 0x1F or packet[7])
    if later or (more and (verify or protocol == "udp")):
        return "fragment"
    message = packet[header:total]
    if len(message) < SHORTEST[protocol] or not _has_possible_length(message, protocol):
        return "bad_length"
    if not verify or (protocol == "udp" and message[6:8] == b"\0\0"):
        return None
    return None if internet_sum(covered(packet, protocol)) == 0xFFFF else "bad_checksum"


def _has_possible_length(message: bytes, protocol: Protocol) -> bool:
    match protocol:
        case "tcp":
            return 20 <= 4 * (message[12] >> 4) <= len(message)
        case "udp":
            return 8 <= int.from_bytes(message[4:6], "big") <= len(message)
    if message[0] in _ERRORS:
        return len(message) >= 36
    if message[0] in (13, 14):
        return len(message) == 20
    return message[0] not in (15, 16) or len(message) == 8


def with_transport_checksum(packet: bytes, protocol: Protocol) -> bytes:
    """Return a packet that is whole with the checksum that it should have."""
    at = 4 * (packet[0] & 15) + CHECKSUM_AT[protocol]
    cleared = packet[:at] + b"\0\0" + packet[at + 2 :]
    found = 0xFFFF - internet_sum(covered(cleared, protocol))
    if protocol == "udp" and found == 0:
        found = 0xFFFF
    return cleared[:at] + found.to_bytes(2, "big") + cleared[at + 2 :]


def packets(rng: random.Random, protocol: Protocol, count: int) -> Iterator[bytes]:
    """Yield IPv4 packets: good ones of all sizes, and ones that were changed or cut somewhere."""
    for _ in range(count):
        payload = rng.randbytes(rng.choice((0, 1, 2, 3, 7, 25, 26, 64, 333)))
        options = [bytes([1] * 4 * rng.randrange(3))] if rng.random() < 0.2 else []
        packet = bytearray(_good(rng, protocol, payload, options))
        if rng.random() < 0.2:
            packet += rng.randbytes(rng.randrange(1, 20))  # padding
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            header = 4 * (packet[0] & 15)
            # Bytes that say what the packet is more often than others.
            at = rng.choice((0, 2, 3, 6, 7, 9, *range(header, header + 14), rng.randrange(1000)))
            if at < len(packet):
                packet[at] = rng.choice((0, 1, 5, 0x20, 0x45, 0x50, 0xFF, rng.randrange(256)))
        yield bytes(packet[: rng.randrange(len(packet) + 1)] if rng.random() < 0.1 else packet)


def _good(rng: random.Random, protocol: Protocol, payload: bytes, options: list[bytes]) -> bytes:
    if protocol == "tcp":
        return bytes(tcp(payload, options=options))
    if protocol == "udp":
        return bytes(udp(payload, options=options))
    whole = bytes(ping(options=options))
    header = 4 * (whole[0] & 15)
    kind = rng.choice((0, 3, 5, 8, 11, 13, 14, 15, 17))
    body = {13: bytes(12), 14: bytes(12), 15: b""}.get(kind, payload)
    message = bytes([kind, 0, 0, 0]) + rng.randbytes(4) + body
    total = (header + len(message)).to_bytes(2, "big")
    return with_transport_checksum(whole[:2] + total + whole[4:header] + message, "icmp")
