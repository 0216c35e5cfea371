"""IPv4 packets for tests of elements, built by scapy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

CHECKED = "Strip(14) -> CheckIPHeader"
# Elements that only tests need.
EXTRA = (Path(__file__).resolve().parent / "extra",)


def ether(ip: Packet | bytes, *, dst: str = "02:00:00:00:00:0b") -> bytes:
    """Return an Ethernet frame that carries the packet, without padding."""
    return bytes(
        Ether(src="02:00:00:00:00:0a", dst=dst, type=0x0800)
        / (Raw(ip) if isinstance(ip, bytes) else ip)
    )


def udp(payload: bytes = b"payload", **fields: Any) -> Packet:
    """Return a UDP packet from 10.0.0.2:1000 to 10.0.1.2:2000; `fields` are of the IP header."""
    return (
        IP(**{"src": "10.0.0.2", "dst": "10.0.1.2", **fields})
        / UDP(sport=1000, dport=2000)
        / payload
    )


def tcp(payload: bytes = b"", *, flags: str = "S", **fields: Any) -> Packet:
    """Return a TCP packet between the same addresses and ports."""
    header = TCP(sport=1000, dport=2000, flags=flags, seq=100, ack=7, window=512)
    return IP(**{"src": "10.0.0.2", "dst": "10.0.1.2", **fields}) / header / payload


def ping(**fields: Any) -> Packet:
    """Return an ICMP echo request with id 0x1234 and sequence number 1."""
    return IP(**{"src": "10.0.0.2", "dst": "10.0.1.2", **fields}) / ICMP(id=0x1234, seq=1) / b"ping"


def patched(packet: Packet | bytes, offset: int, *octets: int) -> bytes:
    """Return the packet's bytes with some of them replaced, checksums as they were."""
    raw = bytearray(bytes(packet))
    raw[offset : offset + len(octets)] = bytes(octets)
    return bytes(raw)


def with_checksum(raw: bytes) -> bytes:
    """Return an IPv4 packet with its header checksum computed anew, by scapy."""
    packet = IP(raw)
    del packet.chksum
    size = (raw[0] & 15) * 4
    return bytes(packet)[:size] + raw[size:]


def checksum_is_right(raw: bytes) -> bool:
    """Return whether scapy computes the header checksum that the packet has."""
    return with_checksum(raw) == raw
