"""Reads frames as receivers do, and says what is wrong with them; knows nothing of how they are made."""

from __future__ import annotations

from dataclasses import dataclass


class Wrong(Exception):
    """What is wrong with a frame."""


@dataclass(frozen=True)
class Read:
    """The headers of a frame with IPv4, and what is behind them without padding."""

    destination_mac: str
    source_mac: str
    source: str
    destination: str
    protocol: str
    ports: tuple[int, int]
    payload: bytes
    flags: str = ""
    sequence: int = 0
    acknowledged: int = 0
    options: bytes = b""
    size: int = 0

    @property
    def flow(self) -> tuple[str, str, int, str, int]:
        return self.protocol, self.source, self.ports[0], self.destination, self.ports[1]


def word(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def ones_complement_sum(data: bytes) -> int:
    """Add up 16-bit words, one carry at a time (RFC 1071, section 4.1)."""
    total = 0
    for at in range(0, len(data), 2):
        total += data[at] << 8 | (data[at + 1] if at + 1 < len(data) else 0)
        if total > 0xFFFF:
            total = (total & 0xFFFF) + 1
    return total


def read(frame: bytes) -> Read:
    """Return what a frame says; Wrong unless all of it is right."""
    if len(frame) < 14 + 20:
        raise Wrong("too short")
    if frame[12:14] != b"\x08\x00":
        raise Wrong("not IPv4")
    ip = frame[14:]
    if ip[0] != 0x45:
        raise Wrong("version or options")
    if ones_complement_sum(ip[:20]) != 0xFFFF:
        raise Wrong("IP checksum")
    length = word(ip, 2)
    if not 28 <= length <= len(ip):
        raise Wrong("IP length")
    if len(ip) > length and (len(frame) > 60 or any(ip[length:])):
        raise Wrong("padded where there is no need, or not with zeros")
    if word(ip, 6) & 0x3FFF:
        raise Wrong("fragment")
    if ip[8] < 2:
        raise Wrong("TTL")
    segment = ip[20:length]
    found = {6: tcp, 17: udp, 1: icmp}[ip[9]](ip, segment)
    return Read(
        destination_mac=frame[:6].hex(":"),
        source_mac=frame[6:12].hex(":"),
        source=".".join(map(str, ip[12:16])),
        destination=".".join(map(str, ip[16:20])),
        size=len(frame),
        **found,
    )


def pseudo(ip: bytes, segment: bytes) -> bytes:
    return ip[12:20] + bytes((0, ip[9], len(segment) >> 8, len(segment) & 0xFF))


def tcp(ip: bytes, segment: bytes) -> dict:
    if len(segment) < 20:
        raise Wrong("no TCP header")
    header = (segment[12] >> 4) * 4
    if not 20 <= header <= len(segment):
        raise Wrong("TCP header length")
    if ones_complement_sum(pseudo(ip, segment) + segment) != 0xFFFF:
        raise Wrong("TCP checksum")
    names = "FSRPAU"
    return {
        "protocol": "tcp",
        "ports": (word(segment, 0), word(segment, 2)),
        "sequence": int.from_bytes(segment[4:8], "big"),
        "acknowledged": int.from_bytes(segment[8:12], "big"),
        "flags": "".join(n for bit, n in enumerate(names) if segment[13] >> bit & 1),
        "options": segment[20:header],
        "payload": segment[header:],
    }


def udp(ip: bytes, segment: bytes) -> dict:
    if len(segment) < 8 or word(segment, 4) != len(segment):
        raise Wrong("UDP length")
    if word(segment, 6) == 0:
        raise Wrong("no UDP checksum")
    if ones_complement_sum(pseudo(ip, segment) + segment) != 0xFFFF:
        raise Wrong("UDP checksum")
    ports = (word(segment, 0), word(segment, 2))
    return {"protocol": "udp", "ports": ports, "payload": segment[8:]}


def icmp(ip: bytes, segment: bytes) -> dict:
    del ip
    if segment[0] not in (0, 8) or segment[1] != 0:
        raise Wrong("no echo")
    if ones_complement_sum(segment) != 0xFFFF:
        raise Wrong("ICMP checksum")
    return {"protocol": "icmp", "ports": (word(segment, 4), 0), "payload": segment[8:]}
