"""Valid traffic for examples/router.click that takes every way through it.

Frames are built by scapy, so that their headers and checksums are right by somebody else's code;
options are put in as bytes, since most of them are wrong on purpose.
"""

from __future__ import annotations

import random
from functools import cache
from types import ModuleType, SimpleNamespace

from pmill.traffic.ip_options import BAD_OPTIONS, GOOD_OPTIONS, fix_checksum, with_options

ROUTER_MACS = ("02:00:00:00:00:01", "02:00:00:00:00:02")
ROUTER_ADDRESSES = ("10.0.0.1", "10.0.1.1")
# What lies behind each port: networks as (fixed octets, rest is free).
_BEHIND = (((10, 0, 0), (172, 16), (172, 31), (192, 168)), ((10, 0, 1), (10, 1), (10, 2)))
_HOST_MAC = "02:00:00:00:20:01"
# Of ICMP's timestamp messages, for which scapy would take the time of day.
_TIMES = {"ts_ori": 1, "ts_rx": 2, "ts_tx": 3}
_SIZES = (60, 61, 64, 90, 128, 300, 576, 589, 590, 591, 600, 1000, 1400, 1513, 1514)


def router_mix(seed: int, n: int, port: int = 0) -> list[bytes]:
    """Return `n` frames for port `port` of the router; the same arguments give the same frames."""
    mix = _Mix(random.Random(f"{seed} {port}"), port)
    makers = list(_WEIGHTS)
    frames = []
    # Every kind once, so that even a small sample takes every way; then by weight.
    for maker in makers[:n]:
        frames.append(maker(mix))
    weights = list(_WEIGHTS.values())
    for maker in mix.rng.choices(makers, weights, k=max(0, n - len(frames))):
        frames.append(maker(mix))
    mix.rng.shuffle(frames)
    return frames


@cache
def _scapy() -> SimpleNamespace | ModuleType:
    """Import scapy when it is first needed: it takes its time."""
    from scapy.layers.inet import ICMP, IP, TCP, UDP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import ARP, Dot1Q, Ether

    return SimpleNamespace(
        ARP=ARP, Dot1Q=Dot1Q, Ether=Ether, ICMP=ICMP, IP=IP, IPv6=IPv6, TCP=TCP, UDP=UDP
    )


class _Mix:
    """Draws addresses, payloads and packets for one port."""

    def __init__(self, rng: random.Random, port: int) -> None:
        self.rng = rng
        self.port = port
        self.scapy = _scapy()
        self.own = ROUTER_ADDRESSES[port]
        self.flows = [
            (self.near(), self.far(), rng.randrange(1, 65536), self.service()) for _ in range(256)
        ]

    def host(self, networks: tuple[tuple[int, ...], ...]) -> str:
        network = self.rng.choice(networks)
        free = [self.rng.randrange(2, 250) for _ in range(4 - len(network))]
        return ".".join(map(str, (*network, *free)))

    def service(self) -> int:
        """Return a port to send to: half of them those that firewalls know."""
        return self.rng.choice((53, 80, 443, *self.rng.sample(range(1, 65536), 3)))

    def near(self) -> str:
        """Return a host on the side that the frame comes from."""
        return self.host(_BEHIND[self.port])

    def far(self) -> str:
        """Return a host behind the other port."""
        return self.host(_BEHIND[1 - self.port])

    def ether(self, packet: object, destination: str | None = None) -> bytes:
        ether = self.scapy.Ether(
            dst=destination or ROUTER_MACS[self.port], src=_HOST_MAC, type=0x0800
        )
        return bytes(ether) + bytes(packet)

    def payload(self, size: int) -> bytes:
        return self.rng.randbytes(max(0, size))

    def transport(self, size: int, sport: int, dport: int) -> object:
        """Return UDP, TCP or an ICMP echo of about `size` bytes, header included."""
        s = self.scapy
        match self.rng.randrange(4):
            case 0:
                return s.TCP(
                    sport=sport,
                    dport=dport,
                    flags=self.rng.choice(("S", "A", "PA", "FA", "R")),
                    seq=self.rng.getrandbits(32),
                ) / self.payload(size - 20)
            case 1:
                return s.ICMP(
                    type=self.rng.choice((0, 8, 13)), id=sport, seq=dport & 0xFF, **_TIMES
                ) / self.payload(size - 8)
            case _:
                return s.UDP(sport=sport, dport=dport) / self.payload(size - 8)

    def ip(self, *, size: int = 90, body: object = None, **fields: object) -> bytes:
        """Return an IP packet; what is not given is drawn from a flow."""
        source, destination, sport, dport = self.rng.choice(self.flows)
        values: dict[str, object] = {
            "src": source,
            "dst": destination,
            "ttl": self.rng.choice((2, 3, 64, 128, 255)),
            "tos": self.rng.choice((0, 0, 0, 0x10, 0xB8)),
            "id": self.rng.randrange(65536),
        }
        values.update(fields)
        if body is None:
            body = self.transport(size - 34, sport, dport)
        return bytes(self.scapy.IP(**values) / body)

    def frame(self, **fields: object) -> bytes:
        return self.ether(self.ip(**fields))


# --- kinds of frames --------------------------------------------------------------------------


def _forwarded(m: _Mix) -> bytes:
    return m.frame(size=m.rng.choice(_SIZES))


def _any_size(m: _Mix) -> bytes:
    return m.frame(size=m.rng.randrange(42, 1515))


def _padded(m: _Mix) -> bytes:
    return m.frame(size=42) + m.payload(m.rng.randrange(1, 40))


def _longer_than_the_link(m: _Mix) -> bytes:
    size = m.rng.choice((1515, 1518, 1600, 1900))
    return m.frame(size=size, flags=m.rng.choice((0, 0, "DF", "evil")))


def _df(m: _Mix) -> bytes:
    return m.frame(size=m.rng.choice(_SIZES), flags="DF")


def _fragment(m: _Mix) -> bytes:
    frag, flags = m.rng.choice(((0, "MF"), (185, "MF"), (370, 0), (8, "MF"), (8, 0)))
    size = m.rng.choice((90, 602, 1514))
    ttl = m.rng.choice((1, 64, 64))
    destination = m.rng.choice((m.far(), m.far(), m.near(), "203.0.113.9"))
    return m.frame(size=size, frag=frag, flags=flags, ttl=ttl, dst=destination)


def _expired(m: _Mix) -> bytes:
    return m.frame(size=m.rng.choice((60, 90, 590, 1514)), ttl=m.rng.choice((0, 1)))


def _expired_back(m: _Mix) -> bytes:
    return m.frame(ttl=1, dst=m.near())


def _almost_expired(m: _Mix) -> bytes:
    return m.frame(ttl=2)


def _redirected(m: _Mix) -> bytes:
    return m.frame(size=m.rng.choice((60, 590, 1514)), dst=m.near())


def _redirected_source_routed(m: _Mix) -> bytes:
    kind = m.rng.choice((131, 137))
    option = bytes((kind, 7, 4)) + bytes((10, 0, 0, 9))
    return m.ether(with_options(m.ip(dst=m.near()), option + b"\x01"))


def _to_router(m: _Mix) -> bytes:
    return m.frame(dst=m.rng.choice(ROUTER_ADDRESSES), ttl=m.rng.choice((0, 1, 64)))


def _no_route(m: _Mix) -> bytes:
    destination = m.rng.choice(("203.0.113.7", "8.8.8.8", "10.3.0.1", "172.32.0.1", "11.0.0.1"))
    return m.frame(size=m.rng.choice((60, 120, 582, 1514)), dst=destination)


def _no_route_odd_source(m: _Mix) -> bytes:
    return m.frame(src=m.rng.choice(_ODD_SOURCES), dst="203.0.113.7")


def _odd_source(m: _Mix) -> bytes:
    destination = m.rng.choice((m.far(), m.near(), *ROUTER_ADDRESSES))
    return m.frame(src=m.rng.choice(_ODD_SOURCES), dst=destination, ttl=m.rng.choice((1, 64)))


_ODD_SOURCES = (
    "0.0.0.0",
    "0.1.2.3",
    "127.0.0.1",
    "127.255.1.2",
    "224.0.0.1",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "10.0.0.255",
    "10.0.1.255",
    "10.0.0.0",
    "10.0.0.1",
    "10.0.1.1",
    "198.51.100.1",
)


def _directed_broadcast(m: _Mix) -> bytes:
    destination = m.rng.choice(("10.0.0.255", "10.0.1.255", "10.0.0.0", "10.1.255.255"))
    return m.frame(dst=destination, ttl=m.rng.choice((1, 64)))


def _limited_broadcast(m: _Mix) -> bytes:
    return m.ether(m.ip(dst="255.255.255.255"), "ff:ff:ff:ff:ff:ff")


def _broadcast_frame(m: _Mix) -> bytes:
    return m.ether(m.ip(ttl=m.rng.choice((1, 64))), "ff:ff:ff:ff:ff:ff")


def _multicast(m: _Mix) -> bytes:
    destination = m.rng.choice(("224.0.0.1", "224.0.0.251", "239.255.255.250"))
    return m.ether(m.ip(dst=destination, ttl=m.rng.choice((1, 32))), "01:00:5e:00:00:fb")


def _class_e(m: _Mix) -> bytes:
    return m.frame(dst=m.rng.choice(("240.0.0.1", "255.255.255.254", "0.0.0.0", "127.0.0.1")))


def _bad_ip_checksum(m: _Mix) -> bytes:
    frame = bytearray(m.frame())
    frame[24 + m.rng.randrange(2)] ^= m.rng.randrange(1, 256)
    return bytes(frame)


def _negative_zero_checksum(m: _Mix) -> bytes:
    """Return a header whose checksum is 0x0000, or the other zero: 0xffff."""
    packet = bytearray(m.ip(ttl=64))
    packet[4:6] = b"\0\0"
    packet = bytearray(fix_checksum(bytes(packet)))
    packet[4:6] = packet[10:12]
    packet[10:12] = m.rng.choice((b"\0\0", b"\xff\xff"))
    return m.ether(bytes(packet))


def _bad_transport_checksum(m: _Mix) -> bytes:
    return m.frame(body=m.scapy.UDP(sport=1, dport=2, chksum=0xDEAD) / m.payload(30))


def _icmp_error(m: _Mix) -> bytes:
    """Return an ICMP error about which the router has something to say, but must not."""
    about = m.scapy.IP(src=m.far(), dst=m.near()) / m.scapy.UDP(sport=1, dport=2)
    icmp = m.scapy.ICMP(type=m.rng.choice((3, 4, 5, 11, 12)), code=m.rng.randrange(4)) / about
    destination, ttl = m.rng.choice(
        ((m.far(), 64), (m.far(), 1), (m.near(), 64), ("203.0.113.7", 64))
    )
    return m.frame(body=icmp, dst=destination, ttl=ttl)


def _icmp_query(m: _Mix) -> bytes:
    """Return an ICMP message that is no error, about which an error may be sent."""
    icmp = m.scapy.ICMP(type=m.rng.choice((0, 8, 13, 14, 9, 10, 40)), **_TIMES) / m.payload(24)
    destination, ttl = m.rng.choice(((m.far(), 1), (m.near(), 64), ("203.0.113.7", 64)))
    return m.frame(body=icmp, dst=destination, ttl=ttl)


def _options(m: _Mix) -> bytes:
    options = b"".join(m.rng.choices(GOOD_OPTIONS, k=m.rng.choice((1, 1, 2))))
    if len(options) > 40:
        options = m.rng.choice(GOOD_OPTIONS)
    packet = m.ip(size=m.rng.choice((60, 300, 1400, 1490)), ttl=m.rng.choice((1, 2, 64, 64)))
    return m.ether(with_options(packet, options))


def _options_and_fragments(m: _Mix) -> bytes:
    """Return a long packet with options of which some must be in every fragment."""
    options = b"\x01" + m.rng.choice((b"\x94\x04\0\0", b"\x83\x07\x04\x0a\x00\x00\x09"))
    options += m.rng.choice((b"\x07\x07\x04\0\0\0\0", b"\x82\x0b" + bytes(9), b""))
    return m.ether(with_options(m.ip(size=m.rng.choice((700, 1600, 1850))), options))


def _bad_options(m: _Mix) -> bytes:
    destination = m.rng.choice((m.far(), m.far(), m.near(), "203.0.113.7"))
    return m.ether(with_options(m.ip(dst=destination), m.rng.choice(BAD_OPTIONS)))


def _arp_request(m: _Mix) -> bytes:
    wanted = m.rng.choice((m.own, m.own, m.own, ROUTER_ADDRESSES[1 - m.port], m.near()))
    arp = m.scapy.ARP(
        op=1, hwsrc=_HOST_MAC, psrc=m.near(), pdst=wanted, hwdst=m.rng.choice((None, _HOST_MAC))
    )
    ether = m.scapy.Ether(src=_HOST_MAC, dst="ff:ff:ff:ff:ff:ff")
    return bytes(ether / arp).ljust(m.rng.choice((42, 60)), b"\0")


def _arp_other(m: _Mix) -> bytes:
    arp = m.scapy.ARP(op=m.rng.choice((2, 2, 3, 8)), hwsrc=_HOST_MAC, psrc=m.near(), pdst=m.own)
    return bytes(m.scapy.Ether(src=_HOST_MAC, dst=ROUTER_MACS[m.port]) / arp)


def _other_ethertype(m: _Mix) -> bytes:
    s = m.scapy
    ether = s.Ether(src=_HOST_MAC, dst=ROUTER_MACS[m.port])
    inner = s.IP(src=m.near(), dst=m.far()) / s.UDP(sport=1, dport=2)
    match m.rng.randrange(3):
        case 0:
            return bytes(ether / s.IPv6(src="fd00::1", dst="fd00::2") / s.UDP() / b"hello")
        case 1:
            return bytes(ether / s.Dot1Q(vlan=7) / inner)
        case _:
            return bytes(s.Ether(src=_HOST_MAC, dst=ROUTER_MACS[0], type=0x88CC)) + m.payload(46)


_WEIGHTS = {
    _forwarded: 30,
    _any_size: 10,
    _padded: 4,
    _longer_than_the_link: 4,
    _df: 4,
    _fragment: 4,
    _expired: 3,
    _expired_back: 1,
    _almost_expired: 2,
    _redirected: 4,
    _redirected_source_routed: 1,
    _to_router: 2,
    _no_route: 3,
    _no_route_odd_source: 3,
    _odd_source: 3,
    _directed_broadcast: 1,
    _limited_broadcast: 1,
    _broadcast_frame: 2,
    _multicast: 1,
    _class_e: 1,
    _bad_ip_checksum: 2,
    _negative_zero_checksum: 1,
    _bad_transport_checksum: 1,
    _icmp_error: 4,
    _icmp_query: 3,
    _options: 6,
    _options_and_fragments: 3,
    _bad_options: 5,
    _arp_request: 3,
    _arp_other: 2,
    _other_ethertype: 2,
}
