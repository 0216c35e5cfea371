"""Frames that are cut short or lie about themselves, at every layer.

They are made of good ones, so that the lie is often the only thing that is wrong, and what looks
at the rest of the packet gets to see it.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence

from pmill.traffic.ip_options import BAD_OPTIONS, GOOD_OPTIONS, fix_checksum, with_options

_IP = 14


def malformed(rng: random.Random, sources: Sequence[bytes], n: int) -> list[bytes]:
    """Return `n` frames, of every kind, made of good ones; `rng` decides all.

    `sources` must hold short frames of IPv4 and frames of ARP.
    """
    bodies = [f for f in sources if f[12:14] == b"\x08\x00" and 34 < len(f) < 400]
    arps = [f for f in sources if f[12:14] == b"\x08\x06"]
    frames = _every_length(bodies, arps)
    rng.shuffle(frames)
    del frames[n // 3 :]
    while len(frames) < n:
        maker = rng.choice(_MAKERS)
        base = rng.choice(arps) if maker is _arp_lies else rng.choice(bodies)
        frames.append(maker(rng, base))
    rng.shuffle(frames)
    # An empty frame and those of a single header are always there.
    for i, frame in enumerate((b"", b"\0", bodies[0][:14], arps[0][:14])[:n]):
        frames[i * (n // 4)] = frame
    return frames


def _every_length(bodies: list[bytes], arps: list[bytes]) -> list[bytes]:
    frames = []
    for length in range(61):
        frames.append(bodies[length % len(bodies)][:length])
        frames.append(arps[length % len(arps)][:length])
    return frames


def _packet(frame: bytes) -> bytearray:
    return bytearray(frame[_IP:])


def _rebuilt(rng: random.Random, frame: bytes, packet: bytes | bytearray) -> bytes:
    """Put the packet back, mostly with a right checksum, so that the lie is not found by it."""
    fixed = fix_checksum(bytes(packet)) if rng.random() < 0.9 else bytes(packet)
    return frame[:_IP] + fixed


def _cut(rng: random.Random, frame: bytes) -> bytes:
    return frame[: rng.randrange(len(frame))]


def _header_length_lies(rng: random.Random, frame: bytes) -> bytes:
    packet = _packet(frame)
    packet[0] = 0x40 | rng.randrange(16)
    return _rebuilt(rng, frame, packet[: rng.choice((len(packet), 20, 24, 59, 60))])


def _total_length_lies(rng: random.Random, frame: bytes) -> bytes:
    packet = _packet(frame)
    real = len(packet)
    lie = rng.choice((0, 1, 19, 20, 21, real - 1, real + 1, real + 20, 0xFFFF, 0x8000, 576))
    struct.pack_into(">H", packet, 2, lie & 0xFFFF)
    return _rebuilt(rng, frame, packet)


def _header_longer_than_packet(rng: random.Random, frame: bytes) -> bytes:
    packet = _packet(frame)
    packet[0] = 0x40 | rng.randrange(6, 16)
    struct.pack_into(">H", packet, 2, rng.randrange(20, (packet[0] & 15) * 4))
    return _rebuilt(rng, frame, packet)


def _header_only(rng: random.Random, frame: bytes) -> bytes:
    """Return an IP header, all of it options, with a few or no bytes of what it announces."""
    packet = with_options(bytes(_packet(frame)[:20]), rng.choice(GOOD_OPTIONS))
    header = bytearray(packet + rng.randbytes(rng.randrange(9)))
    struct.pack_into(">H", header, 2, len(header))
    header[8] = rng.choice((0, 1, 2, 64))
    header[9] = rng.choice((1, 6, 17, header[9]))
    return _rebuilt(rng, frame, header)


def _wrong_version(rng: random.Random, frame: bytes) -> bytes:
    packet = _packet(frame)
    packet[0] = rng.choice((0, 5, 6, 6, 15)) << 4 | packet[0] & 0xF
    return _rebuilt(rng, frame, packet)


def _broken_options(rng: random.Random, frame: bytes) -> bytes:
    packet = bytes(_packet(frame))
    if packet[0] != 0x45:
        return _flipped(rng, frame)
    options = bytearray(rng.choice(GOOD_OPTIONS + BAD_OPTIONS))
    for _ in range(rng.choice((0, 1, 2))):
        options[rng.randrange(min(4, len(options)))] = rng.choice((0, 1, 2, 3, 7, 68, 255))
    # Now and then with the last byte of the header the first of an option.
    tail = rng.choice((b"", b"\x07", b"\x44", b"\x83", b"\x01\x01\x07"))
    return _rebuilt(rng, frame, with_options(packet, bytes(options)[: 40 - len(tail)] + tail))


def _random_options(rng: random.Random, frame: bytes) -> bytes:
    packet = bytes(_packet(frame))
    if packet[0] != 0x45:
        return _flipped(rng, frame)
    return _rebuilt(rng, frame, with_options(packet, rng.randbytes(rng.choice((4, 8, 16, 40)))))


def _transport_lies(rng: random.Random, frame: bytes) -> bytes:
    """Change lengths in the transport header, or cut it while the IP header stays right."""
    packet = _packet(frame)
    start = (packet[0] & 0xF) * 4
    del packet[start + rng.randrange(0, 28) :]
    for at in (4, 5, 12):
        if start + at < len(packet) and rng.random() < 0.7:
            packet[start + at] = rng.choice((0, 1, 0x0F, 0xF0, 0xFF))
    packet[9] = rng.choice((1, 1, 6, 17, 47, 255))
    packet[8] = rng.choice((1, 1, 64))
    struct.pack_into(">H", packet, 2, len(packet))
    return _rebuilt(rng, frame, packet)


def _quote_lies(rng: random.Random, frame: bytes) -> bytes:
    """Return an ICMP error in which rubbish, or nothing, is quoted."""
    packet = _packet(frame)[:20]
    packet[0] = 0x45
    packet[9] = 1
    icmp = bytes((rng.choice((3, 5, 11, 12, 8)), 0)) + rng.randbytes(rng.randrange(40))
    packet += icmp[: rng.randrange(len(icmp) + 1)]
    struct.pack_into(">H", packet, 2, len(packet))
    packet[6:8] = b"\0\0"
    packet[8] = rng.choice((1, 64))
    return _rebuilt(rng, frame, packet)


def _fragment_lies(rng: random.Random, frame: bytes) -> bytes:
    packet = _packet(frame)
    struct.pack_into(">H", packet, 6, rng.choice((0x1FFF, 0x3FFF, 0xFFFF, 0x8000, 0x2001, 0x6000)))
    packet[8] = rng.choice((1, 64))
    return _rebuilt(rng, frame, packet)


def _arp_lies(rng: random.Random, frame: bytes) -> bytes:
    arp = bytearray(frame)
    at = rng.choice((14, 15, 16, 17, 18, 19, 20, 21))
    arp[at] = rng.choice((0, 1, 4, 6, 8, 255))
    return bytes(arp[: rng.choice((len(arp), 42, 41, 38, 28, 22, 21, 20))])


def _vlan(rng: random.Random, frame: bytes) -> bytes:
    tag = rng.choice((b"\x81\x00", b"\x88\xa8", b"\x91\x00")) + rng.randbytes(2)
    tagged = frame[:12] + tag * rng.choice((1, 1, 2, 8)) + frame[12:]
    return tagged[: rng.choice((len(tagged), 16, 18, 20, 14, 30))]


def _ipv6(rng: random.Random, frame: bytes) -> bytes:
    header = struct.pack(
        ">IHBB", 6 << 28, rng.choice((0, 8, 1000, 65535)), rng.choice((0, 43, 44, 17, 58)), 64
    )
    packet = header + rng.randbytes(32) + rng.randbytes(rng.randrange(30))
    return (frame[:12] + b"\x86\xdd" + packet)[: rng.choice((100, 54, 53, 20, 15))]


def _flipped(rng: random.Random, frame: bytes) -> bytes:
    data = bytearray(frame)
    for _ in range(rng.randrange(1, 6)):
        data[rng.randrange(12, min(len(data), 60))] = rng.randrange(256)
    return _rebuilt(rng, bytes(data), data[_IP:])


def _noise(rng: random.Random, frame: bytes) -> bytes:
    return frame[: rng.choice((0, 12, 14, 15))] + rng.randbytes(rng.randrange(100))


_MAKERS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _cut,
    _header_length_lies,
    _total_length_lies,
    _header_longer_than_packet,
    _header_only,
    _wrong_version,
    _broken_options,
    _broken_options,
    _random_options,
    _transport_lies,
    _transport_lies,
    _quote_lies,
    _fragment_lies,
    _arp_lies,
    _vlan,
    _ipv6,
    _flipped,
    _noise,
)
