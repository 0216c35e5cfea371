"""A model of examples/router-static.click: one packet at a time, depth first.

Written from RFC 791 (IP, options), 792 (ICMP), 826 (ARP), 1812 (routers) and from what Click's
elements are published to do. Where those leave room, a comment says `Assumed`.
"""

from __future__ import annotations

import struct
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.models.ipv4 import (
    OPTION_END,
    OPTION_NOP,
    RECORD_ROUTE,
    TIMESTAMP,
    bad_header,
    checksum,
    fragmented,
    options_of,
    record_route,
    record_time,
    with_checksum,
)

ADDRESSES = (bytes((10, 0, 0, 1)), bytes((10, 0, 1, 1)))
MACS = (bytes.fromhex("020000000001"), bytes.fromhex("020000000002"))
HOPS = (bytes.fromhex("020000001000"), bytes.fromhex("020000001001"))

# Prefix, length, next hop (none: the destination itself), output of `route`.
ROUTES = (
    ("10.0.0.1", 32, None, 0),
    ("10.0.1.1", 32, None, 0),
    ("10.0.0.0", 24, None, 1),
    ("10.0.1.0", 24, None, 2),
    ("10.1.0.0", 16, "10.0.1.2", 2),
    ("10.2.0.0", 16, "10.0.1.3", 2),
    ("172.16.0.0", 12, "10.0.0.2", 1),
    ("192.168.0.0", 16, "10.0.0.3", 1),
    ("0.0.0.0", 0, None, 3),
)

# CheckIPHeader(INTERFACES 10.0.0.1/24 10.0.1.1/24). A bad source is let through to a good
# destination. Assumed: INTERFACES makes the interfaces' addresses the good destinations, and the
# bad sources are the broadcast addresses of the interfaces' networks, of every network (RFC 1812
# 5.3.7) and the address of nobody.
GOOD_DESTINATIONS = ADDRESSES
BAD_SOURCES = (bytes((10, 0, 0, 255)), bytes((10, 0, 1, 255)), b"\xff" * 4, b"\0" * 4)

UNREACHABLE, QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM = 3, 4, 5, 11, 12
ICMP_ERRORS = (UNREACHABLE, QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM)
HOST_REDIRECT, NETWORK_UNREACHABLE, NEED_FRAGMENTATION = 1, 0, 4

SOURCE_ROUTES = (131, 137)

ICMP_ERROR_MTU = 576
ICMP_ERROR_TTL = 200
OFFSET_MASK = 0x1FFF

Sent = list[tuple[int, bytes]]


@dataclass
class Packet:
    """An IP packet, without Ethernet header, and its annotations."""

    ip: bytes
    destination: bytes  # where to send it: the destination or the next hop
    paint: int = 0
    fix_source: bool = False
    problem: int = 0

    @property
    def header_length(self) -> int:
        return (self.ip[0] & 0xF) * 4

    @property
    def source(self) -> bytes:
        return self.ip[12:16]

    @property
    def fragment(self) -> int:
        return struct.unpack_from(">H", self.ip, 6)[0]


def milliseconds_since_midnight() -> int:
    return int(time.time() * 1000) % 86_400_000


@dataclass
class Router:
    """examples/router-static.click with $MTU; `drops` counts packets by where and why they ended."""

    mtu: int = 1500
    now: Callable[[], int] = milliseconds_since_midnight
    drops: Counter[str] = field(default_factory=Counter)
    # All ICMPError elements number their packets together, from 1.
    next_id: int = 1
    _sent: Sent = field(default_factory=list)

    def process(self, port: int, frame: bytes) -> Sent:
        """Return the frames sent because of this one, as (port, frame), in order."""
        self._sent = []
        self._input(port, frame)
        return self._sent

    # --- Input ---------------------------------------------------------------------------------

    def _input(self, port: int, frame: bytes) -> None:
        if frame[12:14] == b"\x08\x00":
            self._check_ip_header(port, frame[14:])
        elif frame[12:14] == b"\x08\x06" and frame[20:22] == b"\x00\x01":
            self._arp_responder(port, frame)
        else:
            self.drops["not IP, nor an ARP request"] += 1

    def _arp_responder(self, port: int, frame: bytes) -> None:
        # Assumed: the lengths of the addresses (6 and 4) are believed, as RFC 826 allows.
        if len(frame) < 42 or frame[14:18] != b"\x00\x01\x08\x00":
            self.drops["ARP not for IP over Ethernet"] += 1
            return
        asker_mac, asker_ip, wanted = frame[22:28], frame[28:32], frame[38:42]
        if wanted != ADDRESSES[port]:
            self.drops["ARP for somebody else"] += 1
            return
        reply = asker_mac + MACS[port] + b"\x08\x06" + b"\x00\x01\x08\x00\x06\x04\x00\x02"
        reply += MACS[port] + wanted + asker_mac + asker_ip
        self._sent.append((port, reply))

    def _check_ip_header(self, port: int, ip: bytes) -> None:
        reason = bad_header(ip)
        if reason is None and ip[12:16] in BAD_SOURCES and ip[16:20] not in GOOD_DESTINATIONS:
            reason = "bad source address"
        if reason is not None:
            self.drops[f"header: {reason}"] += 1
            return
        (length,) = struct.unpack_from(">H", ip, 2)
        self._route(Packet(ip=ip[:length], destination=ip[16:20], paint=port))

    # --- Routing -------------------------------------------------------------------------------

    def _route(self, packet: Packet) -> None:
        next_hop, output = lookup(packet.destination)
        if next_hop is not None:
            packet = replace(packet, destination=next_hop)
        match output:
            case 0:
                self.drops["local"] += 1
            case 1 | 2:
                self._output(output - 1, packet)
            case _:
                self._icmp_error(packet, UNREACHABLE, NETWORK_UNREACHABLE, ADDRESSES[0])

    # --- Output --------------------------------------------------------------------------------

    def _output(self, port: int, packet: Packet) -> None:
        # DropBroadcasts looks at the type of the packet, which is HOST for all from a DPDK port.
        # ICMP errors of our own are new packets, with paint 0. That calls for a redirect where
        # they leave by port 0, but an error about an error is not sent.
        same = packet.paint == port
        self._send(port, packet)
        if same:
            self._icmp_error(packet, REDIRECT, HOST_REDIRECT, ADDRESSES[port])

    def _send(self, port: int, packet: Packet) -> None:
        ok, packet = self._options(port, packet)
        if not ok:
            self._icmp_error(packet, PARAMETER_PROBLEM, 0, ADDRESSES[port])
            return
        if packet.fix_source:
            ip = packet.ip[:12] + ADDRESSES[port] + packet.ip[16:]
            packet = replace(packet, ip=with_checksum(ip), fix_source=False)
        if packet.ip[8] <= 1:
            self._icmp_error(packet, TIME_EXCEEDED, 0, ADDRESSES[port])
            return
        ip = packet.ip[:8] + bytes((packet.ip[8] - 1,)) + packet.ip[9:]
        packet = replace(packet, ip=with_checksum(ip))
        fragments = fragmented(packet.ip, self.mtu)
        if fragments is None:
            self._icmp_error(packet, UNREACHABLE, NEED_FRAGMENTATION, ADDRESSES[port])
            return
        for fragment in fragments:
            self._sent.append((port, HOPS[port] + MACS[port] + b"\x08\x00" + fragment))

    def _options(self, port: int, packet: Packet) -> tuple[bool, Packet]:
        """Do what the options ask for (IPGWOptions); False when one of them is wrong."""
        end = packet.header_length
        ip = bytearray(packet.ip)
        at = 20
        changed = False
        while at < end:
            kind = ip[at]
            if kind == OPTION_END:
                break
            if kind == OPTION_NOP:
                at += 1
                continue
            length = ip[at + 1] if at + 1 < end else 0
            if length < 2 or at + length > end:
                problem: int | None = at + 1
            elif kind == RECORD_ROUTE:
                problem = record_route(ip, at, length, ADDRESSES[port])
            elif kind == TIMESTAMP:
                problem = record_time(ip, at, length, ADDRESSES[port], self.now())
            else:
                # Source routes and all others are carried, not obeyed.
                problem = None
            if problem is not None:
                # Assumed: what earlier options recorded stays in the quoted packet, whose
                # checksum is not updated.
                return False, replace(packet, ip=bytes(ip), problem=problem)
            changed = changed or bytes(ip[at:end]) != packet.ip[at:end]
            at += length
        return True, replace(packet, ip=with_checksum(bytes(ip)) if changed else packet.ip)

    # --- ICMP errors ---------------------------------------------------------------------------

    def _icmp_error(self, about: Packet, kind: int, code: int, source: bytes) -> None:
        silence = no_error_owed(about, kind)
        if silence is not None:
            # After a redirect nothing is lost: the packet itself went its way.
            self.drops[f"icmp {kind}: {silence}"] += 1
            return
        rest = bytes(4)
        if kind == REDIRECT:
            rest = about.destination
        elif kind == PARAMETER_PROBLEM:
            rest = bytes((about.problem, 0, 0, 0))
        quoted = about.ip[: ICMP_ERROR_MTU - 28]
        message = struct.pack(">BBH", kind, code, 0) + rest + quoted
        message = message[:2] + struct.pack(">H", checksum(message)) + message[4:]
        # Assumed: TOS 0, DF not set.
        header = struct.pack(
            ">BBHHHBBH", 0x45, 0, 20 + len(message), self.next_id, 0, ICMP_ERROR_TTL, 1, 0
        )
        self.next_id = (self.next_id + 1) & 0xFFFF
        ip = with_checksum(header + source + about.source) + message
        self._route(Packet(ip=ip, destination=about.source, fix_source=True))


def lookup(address: bytes) -> tuple[bytes | None, int]:
    """Return next hop and output of the longest matching prefix."""
    number = int.from_bytes(address, "big")
    best = max(
        (
            (length, gateway, output)
            for prefix, length, gateway, output in ROUTES
            if (number ^ int.from_bytes(octets(prefix), "big")) >> (32 - length) == 0
        ),
        key=lambda match: match[0],
    )
    return (None if best[1] is None else octets(best[1])), best[2]


def octets(address: str) -> bytes:
    return bytes(map(int, address.split(".")))


def no_error_owed(about: Packet, kind: int) -> str | None:
    """Return why no ICMP error may be sent about a packet (RFC 1812 4.3.2.7), None if it may."""
    ip = about.ip
    if ip[9] == 1 and not about.fragment & OFFSET_MASK:
        message = ip[about.header_length :]
        # Assumed: ICMP too short to say whether it is an error is treated as one.
        if len(message) < 4 or message[0] in ICMP_ERRORS:
            return "about an ICMP error"
    if not is_unicast(ip[16:20]):
        return "about a broadcast or multicast"
    source = about.source
    # Assumed: net 0, loopback, and all of class E with the limited broadcast.
    if not is_unicast(source) or source[0] in (0, 127) or source[0] >= 240:
        return "to a source that is none"
    if about.fragment & OFFSET_MASK:
        return "about a later fragment"
    if kind == REDIRECT and any(option[0] in SOURCE_ROUTES for option in options_of(ip)):
        return "about a source route"
    return None


def is_unicast(address: bytes) -> bool:
    return address != b"\xff" * 4 and address[0] >> 4 != 0xE
