"""Packets of flows for tests, and what their checksums must be, without scapy: there are many."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

ICMP, TCP, UDP = 1, 6, 17
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
ETHER = bytes.fromhex("02000000000b02000000000a0800")
OUTSIDE = "192.0.2.1"


@dataclass(frozen=True)
class Flow:
    """Who sends what to whom; ports are identifiers of ICMP's queries, the source's."""

    protocol: int = UDP
    source: str = "10.0.0.2"
    source_port: int = 1000
    destination: str = "198.51.100.7"
    destination_port: int = 80

    def back(self) -> Flow:
        return Flow(
            self.protocol,
            self.destination,
            self.destination_port,
            self.source,
            self.source_port,
        )


def checksum(data: bytes) -> int:
    padded = data + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def ip(flow: Flow, body: bytes, *, options: bytes = b"", fragment: int = 0, ttl: int = 64) -> bytes:
    """Return an IPv4 packet; `fragment` are the flags and the offset."""
    words = 5 + len(options) // 4
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x40 | words, 0, words * 4 + len(body), 7, fragment, ttl, flow.protocol, 0,
        IPv4Address(flow.source).packed, IPv4Address(flow.destination).packed,
    )  # fmt: skip
    head += options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def _pseudo(flow: Flow, length: int) -> bytes:
    addresses = IPv4Address(flow.source).packed + IPv4Address(flow.destination).packed
    return addresses + struct.pack("!BBH", 0, flow.protocol, length)


def body(flow: Flow, payload: bytes, *, flags: int = ACK, sums: bool = True) -> bytes:
    """Return what is behind the IP header; without `sums`, a UDP packet has no checksum."""
    ports = struct.pack("!HH", flow.source_port, flow.destination_port)
    if flow.protocol == TCP:
        made = ports + struct.pack("!IIBBHHH", 1, 2, 5 << 4, flags, 512, 0, 0) + payload
        at = 16
    elif flow.protocol == UDP:
        made = ports + struct.pack("!HH", 8 + len(payload), 0) + payload
        at = 6
    else:
        kind, number = (8, flow.source_port) if flow.destination_port == 0 else (0, 0)
        number = number or flow.destination_port
        made = struct.pack("!BBHHH", kind, 0, 0, number, 1) + payload
        return made[:2] + struct.pack("!H", checksum(made)) + made[4:]
    if not sums:
        return made
    found = checksum(_pseudo(flow, len(made)) + made)
    if flow.protocol == UDP and found == 0:
        found = 0xFFFF
    return made[:at] + struct.pack("!H", found) + made[at + 2 :]


def frame(
    flow: Flow, payload: bytes = b"", *, flags: int = ACK, sums: bool = True, options: bytes = b""
) -> bytes:
    """Return a whole Ethernet frame of a flow."""
    return ETHER + ip(flow, body(flow, payload, flags=flags, sums=sums), options=options)


def flow_of(raw: bytes) -> Flow:
    """Return the flow of a frame of TCP, UDP or an ICMP query without fragments."""
    packet = raw[14:]
    at = (packet[0] & 15) * 4
    source, destination = (str(IPv4Address(packet[n : n + 4])) for n in (12, 16))
    if packet[9] == ICMP:
        (number,) = struct.unpack_from("!H", packet, at + 4)
        ports = (number, 0) if packet[at] == 8 else (0, number)
    else:
        ports = struct.unpack_from("!HH", packet, at)
    return Flow(packet[9], source, ports[0], destination, ports[1])


def sums_are_right(raw: bytes) -> bool:
    """Return whether all checksums of a frame are right; UDP may have none."""
    packet = raw[14:]
    at = (packet[0] & 15) * 4
    inner = packet[at:]
    if checksum(packet[:at]) != 0:
        return False
    if packet[9] == ICMP:
        return checksum(inner) == 0
    if packet[9] == UDP and inner[6:8] == b"\0\0":
        return True
    flow = replace(flow_of(raw))
    return checksum(_pseudo(flow, len(inner)) + inner) == 0
