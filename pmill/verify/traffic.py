"""Traffic aimed at a configuration: good frames with the values it asks for, and malformed ones.

The same hints and the same seed give the same frames. First come ARP replies of the hosts that
packets will be for: a router that asks for a neighbour's address keeps its packets meanwhile, and
most of its work would not be seen.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pmill.traffic import frames
from pmill.traffic.ip_options import BAD_OPTIONS, GOOD_OPTIONS, with_options
from pmill.traffic.malformed import malformed
from pmill.verify.hints import Hints, Pattern

_GROUP: Final = bytes.fromhex("01005e000001")
_HOSTS: Final = 3  # of a network that packets come from and go to
_MOST_REPLIES: Final = 256
_SIZES: Final = (0, 0, 1, 6, 18, 18, 64, 200, 500, 1200, 1472)
_ODD_ADDRESSES: Final = (0, 0xFFFFFFFF, 0x7F000001, 0xE0000001, 0xF0000001, 0x08080808)
_PORTS: Final = (53, 67, 80, 443, 5060)
_ICMP_TYPES: Final = (0x0800, 0x0000, 0x0300, 0x0304, 0x0501, 0x0B00, 0x0C00, 0x0D00)
_OTHER_TYPES: Final = (frames.IPV6, 0x88CC, 0x0060, 0x8847, 0x9000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Frames from one place, as messages name it."""

    name: str
    frames: tuple[bytes, ...]


def traffic(hints: Hints, seed: int, packets: int) -> tuple[Capture, ...]:
    """Return about `packets` frames: neighbours and good ones, and as many malformed."""
    mix = _Mix(random.Random(f"traffic {seed}"), hints)
    replies = mix.replies()
    makers = list(_WEIGHTS)
    good = [maker(mix) for maker in makers]
    drawn = mix.rng.choices(makers, list(_WEIGHTS.values()), k=max(0, packets // 2 - len(good)))
    good += [maker(mix) for maker in drawn]
    mix.rng.shuffle(good)
    sources = [*replies, *good, mix.request(), frames.ethernet(*mix.ends(), frames.IPV4, mix.ip())]
    bad = malformed(mix.rng, sources, max(64, packets - packets // 2))
    return (
        Capture(name="good", frames=(*replies, *good)),
        Capture(name="malformed", frames=tuple(bad)),
    )


class _Mix:
    """Draws what frames are made of, mostly from the hints."""

    def __init__(self, rng: random.Random, hints: Hints) -> None:
        self.rng = rng
        self.patterns = hints.patterns
        self.macs = hints.macs or (bytes.fromhex("020000000001"),)
        self.numbers = hints.numbers or (0,)
        self.protocols = (*hints.protocols, frames.TCP, frames.UDP, frames.UDP, frames.ICMP)
        self.hosts: list[int] = []
        for address, length in (*hints.networks, (0x0A000000, 24), (0x0A000100, 24)):
            free = (1 << (32 - length)) - 1
            first = address & ~free
            some = [min(host, free) for host in range(2, 2 + _HOSTS - 1)] + [rng.randint(0, free)]
            self.hosts += [address, *(first | host for host in some if free)]

    def address(self) -> int:
        """An IPv4 address."""
        if self.rng.random() < 0.85:
            return self.rng.choice(self.hosts)
        return self.rng.choice((*_ODD_ADDRESSES, self.rng.getrandbits(32)))

    def ends(self) -> tuple[bytes, bytes]:
        """The Ethernet addresses of a frame, to and from."""
        to = self.rng.choice(self.macs)
        if self.rng.random() < 0.2:
            to = self.rng.choice((self.host_mac(), frames.BROADCAST, _GROUP))
        return to, self.rng.choice((self.host_mac(), self.host_mac(), *self.macs[:2]))

    def host_mac(self) -> bytes:
        """The address of a host that is not the program."""
        return bytes((2, 0, 0, 0, 0x10, self.rng.randrange(256)))

    def port(self) -> int:
        """A port of TCP or UDP."""
        draw = self.rng.random()
        if draw < 0.6:
            near = self.rng.choice((0, 0, 0, 0, 1, -1))
            return min(0xFFFF, max(0, self.rng.choice(self.numbers) + near))
        return self.rng.choice(_PORTS) if draw < 0.8 else self.rng.randrange(0x10000)

    def octet(self, *usual: int) -> int:
        """A byte: one of the usual values, or one that the configuration names."""
        if self.rng.random() < 0.8:
            return self.rng.choice(usual)
        return self.rng.choice(self.numbers) & 0xFF

    def segment(self, protocol: int, source: int, destination: int, size: int) -> bytes:
        """What an IP packet carries."""
        flags = self.rng.choice(
            _ICMP_TYPES if protocol == frames.ICMP else (0x02, 0x10, 0x12, 0x18, 0x11, 0x04, 0x01)
        )
        ports = (self.port(), self.port())
        return frames.transport(
            protocol, source, destination, ports, self.rng.randbytes(size), flags
        )

    def ip(self, size: int | None = None, **fields: int) -> bytes:
        """An IP packet; what is not given is drawn."""
        source, destination = self.address(), self.address()
        protocol = self.rng.choice(self.protocols)
        size = self.rng.choice(_SIZES) if size is None else size
        values = {
            "ttl": self.octet(64, 64, 64, 255, 2, 1),
            "tos": self.octet(0, 0, 0, 0xB8),
            "identification": self.rng.randrange(0x10000),
            "fragment": self.rng.choice((0, 0, 0, 0x4000)),
            **fields,
        }
        payload = self.segment(protocol, source, destination, size)
        return frames.ipv4(source, destination, protocol, payload, **values)

    def framed(self, packet: bytes) -> bytes:
        """The packet in a frame, now and then padded."""
        frame = frames.ethernet(*self.ends(), frames.IPV4, packet)
        return frame.ljust(60, b"\0") if self.rng.random() < 0.8 else frame

    def replies(self) -> list[bytes]:
        """ARP replies of all hosts, to everybody that the configuration names."""
        hosts = dict.fromkeys(self.hosts)
        own = [(mac, self.hosts[0]) for mac in self.macs]
        found = [
            frames.arp(2, (bytes((2, 0, 0, 0, 0x10, ip & 0xFF)), ip), mac, mac[0])
            for mac in own
            for ip in hosts
        ]
        return found[:_MOST_REPLIES]

    def request(self) -> bytes:
        """An ARP request for one of the addresses."""
        mac, ip = self.host_mac(), self.rng.choice(self.hosts)
        target = (bytes(6), self.rng.choice(self.hosts))
        to = self.rng.choice((frames.BROADCAST, frames.BROADCAST, *self.macs))
        return frames.arp(1, (mac, ip), target, to)


# --- kinds of frames ------------------------------------------------------------------------------


def _plain(m: _Mix) -> bytes:
    return m.framed(m.ip())


def _tiny(m: _Mix) -> bytes:
    return frames.ethernet(*m.ends(), frames.IPV4, m.ip(size=0))


def _long(m: _Mix) -> bytes:
    return m.framed(m.ip(size=m.rng.choice((1473, 1480, 1600, 1900))))


def _of_a_length(m: _Mix) -> bytes:
    return m.framed(m.ip(size=min(1900, max(0, m.rng.choice(m.numbers) - m.rng.randrange(60)))))


def _fragment(m: _Mix) -> bytes:
    return m.framed(m.ip(fragment=m.rng.choice((0x2000, 0x20B9, 0x00B9, 0x2001, 0x0001, 0x1FFF))))


def _expired(m: _Mix) -> bytes:
    return m.framed(m.ip(ttl=m.rng.choice((0, 1))))


def _options(m: _Mix) -> bytes:
    options = m.rng.choice(GOOD_OPTIONS) + m.rng.choice((b"", b"", b"\x01"))
    return m.framed(with_options(m.ip(), options[:40]))


def _bad_options(m: _Mix) -> bytes:
    return m.framed(with_options(m.ip(), m.rng.choice(BAD_OPTIONS)))


def _bad_checksum(m: _Mix) -> bytes:
    frame = bytearray(m.framed(m.ip()))
    frame[24 + m.rng.randrange(2)] ^= m.rng.randrange(1, 256)
    return bytes(frame)


def _arp(m: _Mix) -> bytes:
    return m.request()


def _arp_reply(m: _Mix) -> bytes:
    return frames.arp(
        m.rng.choice((2, 2, 2, 3)),
        (m.host_mac(), m.rng.choice(m.hosts)),
        (m.macs[0], m.rng.choice(m.hosts)),
        m.rng.choice((*m.macs, frames.BROADCAST)),
    )


def _ping(m: _Mix) -> bytes:
    source, destination = m.address(), m.rng.choice(m.hosts)
    echo = frames.transport(
        frames.ICMP, source, destination, (m.port(), 1), m.rng.randbytes(56), 0x0800
    )
    return m.framed(frames.ipv4(source, destination, frames.ICMP, echo))


def _icmp_error(m: _Mix) -> bytes:
    source, destination = m.address(), m.address()
    kind = m.rng.choice((0x0300, 0x0303, 0x0B00, 0x0501, 0x0C00))
    quoted = m.ip(size=20)[: m.rng.choice((28, 48, 20))]
    error = frames.transport(frames.ICMP, source, destination, (0, 0), quoted, kind)
    return m.framed(frames.ipv4(source, destination, frames.ICMP, error, ttl=m.octet(64, 1)))


def _tagged(m: _Mix) -> bytes:
    frame = frames.vlan(m.framed(m.ip()), m.rng.choice((*m.numbers, 1, 7, 0xFFF)) & 0xFFFF)
    return frames.vlan(frame, 5, 0x88A8) if m.rng.random() < 0.3 else frame


def _other_type(m: _Mix) -> bytes:
    kind = m.rng.choice((*_OTHER_TYPES, m.rng.choice(m.numbers)))
    if kind == frames.IPV6:
        body = struct.pack(">IHBB", 6 << 28, 16, m.rng.choice((6, 17, 58, 59)), 64)
        body += m.rng.randbytes(48)
    else:
        body = m.rng.randbytes(46)
    return frames.ethernet(*m.ends(), kind, body)


def _as_asked(m: _Mix) -> bytes:
    """A frame that a pattern of a Classifier asks for, or that it nearly does."""
    frame = bytearray(m.framed(m.ip()))
    if m.patterns:
        _patch(frame, m.rng.choice(m.patterns))
        if m.rng.random() < 0.2:
            frame[m.rng.randrange(min(60, len(frame)))] ^= 1 << m.rng.randrange(8)
    return bytes(frame)


def _patch(frame: bytearray, pattern: Pattern) -> None:
    for offset, value, mask in pattern:
        if offset > 1500:
            continue
        if len(frame) < offset + len(value):
            frame += bytes(offset + len(value) - len(frame))
        for at, (byte, bits) in enumerate(zip(value, mask, strict=True), offset):
            frame[at] = frame[at] & ~bits | byte & bits


def _without_ethernet(m: _Mix) -> bytes:
    return m.ip()


_WEIGHTS: Final[dict[Callable[[_Mix], bytes], int]] = {
    _plain: 40,
    _tiny: 3,
    _long: 4,
    _of_a_length: 5,
    _fragment: 5,
    _expired: 4,
    _options: 5,
    _bad_options: 3,
    _bad_checksum: 3,
    _arp: 5,
    _arp_reply: 2,
    _ping: 4,
    _icmp_error: 4,
    _tagged: 3,
    _other_type: 3,
    _as_asked: 12,
    _without_ethernet: 4,
}
