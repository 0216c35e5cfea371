"""Models of examples/paper: the router with one port and one route, and what it does beside that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.elements.transport import NUMBERS, fault
from tests.models.ipv4 import bad_header
from tests.models.router import ADDRESSES, Packet, Router, Sent

# CheckIPHeader(INTERFACES 10.0.0.1/24).
_BAD_SOURCES = (bytes((10, 0, 0, 255)), b"\xff" * 4, b"\0" * 4)
_HOP = bytes((10, 0, 0, 2))


@dataclass
class PaperRouter(Router):
    """examples/paper/router.click; `checks` and `vlan` make it router-ids-vlan.click.

    `accepted` sees each packet with a good header, in order.
    """

    checks: bool = False
    vlan: int | None = None
    accepted: Callable[[bytes], None] = lambda ip: None

    def process(self, port: int, frame: bytes) -> Sent:
        return [(out, self._tagged(sent)) for out, sent in super().process(port, frame)]

    def _tagged(self, frame: bytes) -> bytes:
        if self.vlan is None or frame[12:14] != b"\x08\0":
            return frame
        return frame[:12] + b"\x81\0" + self.vlan.to_bytes(2, "big") + frame[12:]

    def _check_ip_header(self, port: int, ip: bytes) -> None:
        reason = bad_header(ip)
        if reason is None and ip[12:16] in _BAD_SOURCES and ip[16:20] != ADDRESSES[0]:
            reason = "bad source address"
        if reason is not None:
            self.drops[f"header: {reason}"] += 1
            return
        ip = ip[: int.from_bytes(ip[2:4], "big")]
        self.accepted(ip)
        for protocol, number in NUMBERS.items():
            if self.checks and ip[9] == number and (wrong := fault(ip, protocol)) is not None:
                self.drops[f"{protocol}: {wrong}"] += 1
                return
        self._route(Packet(ip=ip, destination=ip[16:20], paint=1))

    def _route(self, packet: Packet) -> None:
        if packet.destination == ADDRESSES[0]:
            self.drops["local"] += 1
        else:
            self._send(0, replace(packet, destination=_HOP))
