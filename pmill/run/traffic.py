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

from pmill.traffic import frames
from pmill.traffic.ip_options import with_options
from pmill.traffic.pcap import START_NS, write_pcap

_GAP_NS: Final = 7_000

_ROUTER_MAC: Final = bytes.fromhex("020000000001")
_HOST_MAC: Final = bytes.fromhex("020000001000")
_ACK: Final = 0x10

_DONT_FRAGMENT: Final = 0x4000

_PAYLOAD: Final = bytes((7 * i + 13) & 0xFF for i in range(2048))
_FRAME_SIZES: Final = (60, 60, 60, 66, 90, 128, 256, 512, 576, 1024, 1400, 1514)
_FLOWS: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flow:
    """The addresses and ports of a conversation."""

    protocol: int
    source: int
    destination: int
    source_port: int
    destination_port: int


def write_trace(path: Path, packets: int = 10_000, seed: int = 1) -> None:
    """Write a capture of Ethernet frames for port 0 of the example router."""
    rng = random.Random(seed)
    flows = [_flow(rng) for _ in range(_FLOWS)]
    makers, weights = zip(*_MIX, strict=True)
    drawn = rng.choices(makers, weights, k=packets)
    sent = (maker(rng, rng.choice(flows)) for maker in drawn)
    write_pcap(path, ((START_NS + i * _GAP_NS, frame) for i, frame in enumerate(sent)))


def neighbours() -> list[tuple[str, str]]:
    """Return IP and Ethernet addresses of whoever the packets of a trace may be sent to next."""
    return [
        (f"10.0.{network}.{host}", f"02:00:00:00:{0x10 + network:02x}:{host:02x}")
        for network in (0, 1)
        for host in range(2, 250)
    ]


def _flow(rng: random.Random) -> _Flow:
    """Draw a flow from the first network to the second, or to one of those behind it."""
    network, length = rng.choice(((0x0A000100, 24), (0x0A010000, 16), (0x0A020000, 16)))
    host = 0
    for _ in range((32 - length) // 8):
        host = host << 8 | rng.randrange(2, 250)
    return _Flow(
        protocol=rng.choice((frames.TCP, frames.UDP)),
        source=0x0A000000 | rng.randrange(10, 250),
        destination=network | host,
        source_port=rng.randrange(1024, 65536),
        destination_port=rng.choice((53, 80, 443, 5060, 8080)),
    )


def _framed(packet: bytes) -> bytes:
    """Put an IP packet into a frame, and pad it to what the wire demands."""
    return frames.ethernet(_ROUTER_MAC, _HOST_MAC, frames.IPV4, packet).ljust(60, b"\0")


def _ip(
    rng: random.Random,
    flow: _Flow,
    size: int,
    *,
    ttl: int = 64,
    flags: int = 0,
    destination: int | None = None,
    options: bytes = b"",
) -> bytes:
    """Make a TCP or UDP packet of a flow in a frame of `size` bytes."""
    headers = 14 + 20 + len(options) + (20 if flow.protocol == frames.TCP else 8)
    target = flow.destination if destination is None else destination
    numbers = (rng.getrandbits(32), rng.getrandbits(32))
    segment = frames.transport(
        flow.protocol,
        flow.source,
        target,
        (flow.source_port, flow.destination_port),
        _PAYLOAD[: max(0, size - headers)],
        _ACK,
        numbers=numbers,
    )
    packet = frames.ipv4(
        flow.source,
        target,
        flow.protocol,
        segment,
        ttl=ttl,
        identification=rng.randrange(65536),
        fragment=flags,
    )
    return _framed(with_options(packet, options) if options else packet)


def _forwarded(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, rng.choice(_FRAME_SIZES))


def _arp_request(rng: random.Random, flow: _Flow) -> bytes:
    asked = 0x0A000000 | rng.choice((1, 1, 1, 77))
    return frames.arp(1, (_HOST_MAC, flow.source), (bytes(6), asked), frames.BROADCAST)


def _expired(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 90, ttl=rng.choice((0, 1, 1)))


def _bad_checksum(rng: random.Random, flow: _Flow) -> bytes:
    frame = bytearray(_ip(rng, flow, 90))
    frame[24] ^= 0x5A
    return bytes(frame)


def _no_route(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 90, destination=0xCB007100 | rng.randrange(1, 255))


def _to_router(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 90, destination=0x0A000001)


def _redirected(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 128, destination=0xC0A80700 | rng.randrange(1, 255))


def _multicast(rng: random.Random, flow: _Flow) -> bytes:
    return _ip(rng, flow, 90, destination=0xE0000000 | rng.randrange(1, 20))


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
    packet = header + rng.randbytes(64)
    return frames.ethernet(_ROUTER_MAC, _HOST_MAC, frames.IPV6, packet)


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
