"""Packets of flows, as frames: from the client or from the server, with right checksums."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final

from pmill.traffic import frames
from pmill.traffic.flows import Flow
from pmill.traffic.sizes import LONGEST

FIN: Final = 0x01
SYN: Final = 0x02
PSH: Final = 0x08
ACK: Final = 0x10

SHORTEST_FRAME: Final = 60  # Ethernet fills up what is shorter
ICMP_ECHO: Final = 0x0800
ICMP_REPLY: Final = 0x0000
_HEADERS: Final = {frames.TCP: 54, frames.UDP: 42, frames.ICMP: 42}
_BLOCK: Final = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Ethernet addresses: `to` whom frames go, `by` whom they are sent; of clients, of servers."""

    to: tuple[bytes, bytes]
    by: tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A frame, what it is for statistics, whether a server sent it, and the flow it is of."""

    frame: bytes
    kind: str
    answer: bool = False
    flow: int | None = None


class Builder:
    """Makes frames; their payloads are pieces of one random block."""

    def __init__(self, links: Links, seed: int) -> None:
        self._links = links
        self._block = random.Random(f"payload {seed}").randbytes(_BLOCK)
        self._packets = 0

    def payload(self, size: int) -> bytes:
        """Return bytes, other ones for each packet."""
        # A prime stride visits all of the block.
        at = self._packets * 4099 % (_BLOCK - LONGEST)
        return self._block[at : at + size]

    def packet(self, flow: Flow, size: int) -> bytes:
        """Return a frame of `size` bytes, from the client, that needs no other to make sense."""
        data = self.payload(size - _HEADERS[flow.protocol])
        flags = ICMP_ECHO if flow.protocol == frames.ICMP else PSH | ACK
        number = self._packets * 1460 & 0xFFFFFFFF
        return self.frame(flow, data, flags, numbers=(number, 1))

    def frame(
        self,
        flow: Flow,
        data: bytes,
        flags: int,
        *,
        answer: bool = False,
        numbers: tuple[int, int] = (1, 1),
        options: bytes = b"",
    ) -> bytes:
        """Return a frame of a flow; `flags` are those of `frames.transport`."""
        source, destination = flow.client, flow.server
        ports = (flow.client_port, flow.server_port)
        if flow.protocol == frames.ICMP:
            ports = (flow.client_port, self._packets & 0xFFFF)
        elif answer:
            ports = (ports[1], ports[0])
        if answer:
            source, destination = destination, source
        segment = frames.transport(
            flow.protocol, source, destination, ports, data, flags, numbers=numbers, options=options
        )
        ip = frames.ipv4(
            source, destination, flow.protocol, segment, identification=self._packets & 0xFFFF
        )
        return self.ethernet(ip, answer=answer)

    def ethernet(self, ip: bytes, *, answer: bool = False) -> bytes:
        """Put an IP packet into a frame."""
        self._packets += 1
        return frames.ethernet(self._links.to[answer], self._links.by[answer], frames.IPV4, ip)

    def ask(self, flow: Flow) -> bytes:
        """Return an ARP request of the client, to all, for the address of the server."""
        mac = self._links.by[False]
        return frames.arp(1, (mac, flow.client), (bytes(6), flow.server), frames.BROADCAST)


def as_udp(flow: Flow) -> Flow:
    """Return the same hosts and ports, of UDP."""
    return replace(flow, protocol=frames.UDP)
