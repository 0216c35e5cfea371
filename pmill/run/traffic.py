"""Makes the small capture that `make demo` sends through the example router.

Most packets are what a router forwards; the rest is what it has other work with: ARP requests,
expired TTLs, broken checksums, addresses nobody knows, options, frames too long to leave whole.
The same arguments always give the same file.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PCAP_HEADER: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
_START_SECONDS: Final = 1_700_000_000
_GAP_MICROSECONDS: Final = 7

_ROUTER_MAC: Final = bytes.fromhex("020000000001")
_HOST_MAC: Final = bytes.fromhex("020000001000")
_BROADCAST_MAC: Final = b"\xff" * 6

_IPV4: Final = 0x0800
_ARP: Final = 0x0806
_IPV6: Final = 0x86DD
_ICMP: Final = 1
_TCP: Final = 6
_UDP: Final = 17
_DONT_FRAGMENT: Final = 0x4000

_PAYLOAD: Final = bytes((7 * i + 13) & 0xFF for i in range(2048))
_FRAME_SIZES: Final = (60, 60, 60, 66, 90, 128, 256, 512, 576, 1024, 1400, 1514)
_FLOWS: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flow:
    """The addresses and ports of a conversation."""

    protocol: int
    source: bytes
    destination: bytes
    source_port: int
    destination_port: int


def write_trace(path: Path, packets: int = 10_000, seed: int = 1) -> None:
    """Write a capture of Ethernet frames for port 0 of the example router."""
    rng = random.Random(seed)
    flows = [_flow(rng) for _ in range(_FLOWS)]
    makers, weights = zip(*_MIX, strict=True)
    records = [_PCAP_HEADER]
    for number, maker in enumerate(rng.choices(makers, weights, k=packets)):
        frame = maker(rng, rng.choice(flows))
        seconds, microseconds = divmod(number * _GAP_MICROSECONDS, 1_000_000)
        stamp = (_START_SECONDS + seconds, microseconds)
        records.append(struct.pack("<IIII", *stamp, len(frame), len(frame)))
        records.append(frame)
    path.write_bytes(b"".join(records))


def neighbours() -> list[tuple[str, str]]:
    """Return IP and Ethernet addresses of whoever the packets of a trace may be sent to next."""
    return [
        (f"10.0.{network}.{host}", f"02:00:00:00:{0x10 + network:02x}:{host:02x}")
        for network in (0, 1)
        for host in range(2, 250)
    ]


def _flow(rng: random.Random) -> _Flow:
    """Draw a flow from the first network to the second, or to one of those behind it."""
    network = rng.choice((b"\x0a\x00\x01", b"\x0a\x01", b"\x0a\x02"))
    host = bytes(rng.randrange(2, 250) for _ in range(4 - len(network)))
    return _Flow(
        protocol=rng.choice((_TCP, _UDP)),
        source=b"\x0a\x00\x00" + bytes([rng.randrange(10, 250)]),
        destination=network + host,
        source_port=rng.randrange(1024, 65536),
        destination_port=rng.choice((53, 80, 443, 5060, 8080)),
    )


def _checksum(data: bytes) -> int:
    """Compute the Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _ethernet(kind: int, payload: bytes, destination: bytes = _ROUTER_MAC) -> bytes:
    """Put an Ethernet header before a payload, and pad to what the wire demands."""
    frame = destination + _HOST_MAC + struct.pack(">H", kind) + payload
    return frame.ljust(60, b"\0")


def _ip(
    rng: random.Random,
    flow: _Flow,
    size: int,
    *,
    ttl: int = 64,
    flags: int = 0,
    destination: bytes | None = None,
    options: bytes = b"",
) -> bytes:
    """Make a TCP or UDP packet of a flow in a frame of `size` bytes."""
    header_length = 20 + len(options)
    transport_header = 20 if flow.protocol == _TCP else 8
    data_length = max(0, size - 14 - header_length - transport_header)
    target = flow.destination if destination is None else destination
    transport = _transport(rng, flow, target, _PAYLOAD[:data_length])
    header = struct.pack(
        ">BBHHHBBH4s4s",
        0x40 | header_length // 4,
        0,
        header_length + len(transport),
        rng.randrange(65536),
        flags,
        ttl,
        flow.protocol,
        0,
        flow.source,
        target,
    )
    header += options
    header = header[:10] + struct.pack(">H", _checksum(header)) + header[12:]
    return _ethernet(_IPV4, header + transport)


def _transport(rng: random.Random, flow: _Flow, destination: bytes, data: bytes) -> bytes:
    """Make a TCP segment or UDP datagram with its checksum."""
    ports = struct.pack(">HH", flow.source_port, flow.destination_port)
    if flow.protocol == _TCP:
        numbers = struct.pack(">II", rng.getrandbits(32), rng.getrandbits(32))
        segment = ports + numbers + struct.pack(">HHHH", 0x5010, 65535, 0, 0) + data
        at = 16
    else:
        segment = ports + struct.pack(">HH", 8 + len(data), 0) + data
        at = 6
    pseudo = flow.source + destination + struct.pack(">HH", flow.protocol, len(segment))
    checksum = _checksum(pseudo + segment) or 0xFFFF
    return segment[:at] + struct.pack(">H", checksum) + segment[at + 2 :]


def _forwarded(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, rng.choice(_FRAME_SIZES))


def _arp_request(rng: random.Random, flow: _Flow) -> bytes:
    asked = bytes((10, 0, 0, rng.choice((1, 1, 1, 77))))
    message = struct.pack(">HHBBH", 1, _IPV4, 6, 4, 1)
    message += _HOST_MAC + flow.source + bytes(6) + asked
    return _ethernet(_ARP, message, _BROADCAST_MAC)


def _expired(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 90, ttl=rng.choice((0, 1, 1)))


def _bad_checksum(rng: random.Random, flow: _Flow) -> bytes:
    frame = bytearray(_ip(rng, flow, 90))
    frame[24] ^= 0x5A
    return bytes(frame)


def _no_route(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 90, destination=bytes((203, 0, 113, rng.randrange(1, 255))))


def _to_router(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 90, destination=b"\x0a\x00\x00\x01")


def _redirected(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 128, destination=bytes((192, 168, 7, rng.randrange(1, 255))))


def _multicast(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 90, destination=bytes((224, 0, 0, rng.randrange(1, 20))))


def _too_long(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, rng.choice((1600, 1800)))


def _too_long_and_whole(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 1600, flags=_DONT_FRAGMENT)


def _record_route(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 128, options=b"\x07\x0b\x04" + bytes(9))


def _bad_option(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 128, options=b"\x07\x0b\x02" + bytes(9))


def _other_protocol(rng: random.Random, flow: _Flow) -> bytes:
    header = struct.pack(">IHBB", 6 << 28, 32, 59, 64)
    return _ethernet(_IPV6, header + rng.randbytes(64))


_Maker = Callable[[random.Random, _Flow], bytes]
# What is sent, and how many of a hundred packets are of that kind.
_MIX: Final[tuple[tuple[_Maker, float], ...]] = (
    (_forwarded, 85.0),
    (_arp_request, 1.0),
    (_expired, 2.0),
    (_bad_checksum, 1.0),
    (_no_route, 2.0),
    (_to_router, 2.0),
    (_redirected, 1.5),
    (_multicast, 1.0),
    (_too_long, 1.0),
    (_too_long_and_whole, 1.0),
    (_record_route, 1.0),
    (_bad_option, 0.5),
    (_other_protocol, 1.0),
)
