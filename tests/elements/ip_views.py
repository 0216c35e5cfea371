"""Frames for patterns of IPFilter, and their headers as a pattern sees them."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from functools import cached_property

from tests.traffic.malformed import malformed

PROTOCOLS = {"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47}
PORTS = {"www": 80, "ssh": 22, "domain": 53, "https": 443, "ftp-data": 20}
TYPES = {"echo-reply": 0, "unreachable": 3, "timeexceeded": 11}
FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32}
ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.1.2.3", "192.168.1.1", "18.26.4.9")
ETHERS = ("02:00:00:00:00:01", "02:00:00:00:00:02")


@dataclass(frozen=True)
class View:
    """A frame with its headers: the network header at byte 14, if the frame has one byte of it."""

    frame: bytes

    @cached_property
    def network(self) -> bytes:
        return self.frame[14:]

    @cached_property
    def transport(self) -> bytes:
        return self.network[4 * (self.network[0] & 15) :] if self.network else b""

    @cached_property
    def first_fragment(self) -> bool:
        return len(self.network) >= 8 and not (self.network[6] & 0x1F or self.network[7])

    def has_protocol(self, *numbers: int) -> bool:
        return len(self.network) >= 10 and self.network[9] in numbers


def address(text: str) -> int:
    return int.from_bytes(bytes(map(int, text.split("."))), "big")


def ether(text: str) -> int:
    return int(text.replace(":", ""), 16)


def packets(rng: random.Random, count: int) -> list[bytes]:
    """Return frames: malformed ones, and ones whose fields have values that patterns ask for."""
    found = malformed(rng.randrange(1000), count // 4)
    while len(found) < count:
        frame = _frame(rng)
        found.append(frame[: rng.randrange(len(frame))] if rng.random() < 0.3 else frame)
    return found


def _frame(rng: random.Random) -> bytes:
    words = rng.choice((5, 5, 5, 5, 6, 8, 15, rng.randrange(16)))
    fragment = rng.choice((0, 0, 0, 0x4000, 0x2000, 0x2001, 0x00B9, 0x1FFF))
    header = struct.pack(
        ">BBHHHBBHII",
        rng.choice((4, 4, 4, 6, 0)) << 4 | words,
        rng.choice((0, 1, 2, 3, 4, 0xB8, 0xFF)),
        rng.randrange(1 << 16),
        rng.choice((0, 5, 256, 0xFFFF)),
        fragment,
        rng.choice((0, 1, 5, 64, 255)),
        rng.choice((*PROTOCOLS.values(), 6, 6, 17, 17, 1)),
        0,
        address(rng.choice(ADDRESSES)),
        address(rng.choice(ADDRESSES)),
    )
    options = bytes(rng.choice((0, 1, 7)) for _ in range(max(0, 4 * words - 20)))
    ports = [rng.choice((*PORTS.values(), 80, 1023, 1024, 0, 65535, 255, 256)) for _ in range(2)]
    if rng.random() < 0.2:
        ports[0] = rng.choice((0x0000, 0x0300, 0x0800, 0x0B00))  # an ICMP type
    transport = struct.pack(
        ">HHIIBBHHH",
        *ports,
        rng.randrange(1 << 32),
        0,
        0x50,
        rng.choice((0, 1, 2, 4, 0x10, 0x11, 0x12, 0x18, 0x3F, 0xFF)),
        rng.choice((0, 512, 0xFFFF)),
        0,
        0,
    )
    macs = b"".join(ether(rng.choice(ETHERS)).to_bytes(6, "big") for _ in range(2))
    return macs + b"\x08\x00" + header + options + transport + rng.randbytes(rng.randrange(9))
