"""What networks suffer from: scans, floods, fragments that do not fit, wrong checksums, rubbish."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from pmill.diagnostics import did_you_mean, fail
from pmill.traffic import frames
from pmill.traffic.flows import Flow, Flows
from pmill.traffic.malformed import malformed
from pmill.traffic.packets import FIN, PSH, SHORTEST_FRAME, SYN, Builder, as_udp

_URG: Final = 0x20
_RST: Final = 0x04
_SCANS: Final = (SYN, SYN, SYN, FIN, 0, FIN | PSH | _URG)
_MORE: Final = 0x2000
_BATCH: Final = 256
_SOURCES: Final = 64
# No frame of rubbish is longer than this.
_SHORT_SIZES: Final = (60, 64, 90, 128, 300)


@dataclass(slots=True, kw_only=True)
class Attackers:
    """What the kinds have in common: hosts, frames and chance."""

    flows: Flows
    count: int
    builder: Builder
    rng: random.Random

    def scan(self) -> Iterator[bytes]:
        """One host tries the ports of a server, then of the next: SYN, FIN, none, or Christmas."""
        while True:
            first = self._flow()
            flags = self.rng.choice(_SCANS)
            for port in range(1, 1025):
                flow = replace(first, protocol=frames.TCP, server_port=port)
                yield self.builder.frame(flow, b"", flags).ljust(SHORTEST_FRAME, b"\0")

    def flood(self) -> Iterator[bytes]:
        """SYNs to one server, from addresses that nobody has asked about."""
        target = replace(self.flows[0], protocol=frames.TCP)
        while True:
            source = self.rng.randrange(0x01000000, 0x0A000000) | 1
            flow = replace(target, client=source, client_port=self.rng.randrange(1024, 0x10000))
            numbers = (self.rng.getrandbits(32), 0)
            frame = self.builder.frame(flow, b"", SYN, numbers=numbers)
            yield frame.ljust(SHORTEST_FRAME, b"\0")

    def fragments(self) -> Iterator[bytes]:
        """Fragments that overlap, whose first is too short, that never end, or end too late."""
        while True:
            flow = as_udp(self._flow())
            data = self.builder.payload(1200)
            segment = frames.transport(
                frames.UDP, flow.client, flow.server, (flow.client_port, flow.server_port), data, 0
            )
            number = self.rng.randrange(0x10000)
            for fragment, start, end in self.rng.choice(_FRAGMENTS):
                ip = frames.ipv4(
                    flow.client, flow.server, frames.UDP, segment[start:end],
                    identification=number, fragment=fragment,
                )  # fmt: skip
                yield self.builder.ethernet(ip).ljust(SHORTEST_FRAME, b"\0")

    def checksums(self) -> Iterator[bytes]:
        """Whole packets of flows of which one checksum is wrong: that of IP or what IP carries."""
        while True:
            flow = self._flow()
            frame = bytearray(self.builder.packet(flow, self.rng.choice(_SHORT_SIZES)))
            places = {frames.TCP: 14 + 20 + 16, frames.UDP: 14 + 20 + 6, frames.ICMP: 14 + 20 + 2}
            at = self.rng.choice((14 + 10, places[flow.protocol]))
            right = int.from_bytes(frame[at : at + 2], "big")
            # The other zero is right as well, and none at all is for UDP.
            wrong = self.rng.randrange(1, 0xFFFF)
            while wrong % 0xFFFF == right % 0xFFFF:
                wrong = self.rng.randrange(1, 0xFFFF)
            frame[at : at + 2] = wrong.to_bytes(2, "big")
            yield bytes(frame)

    def malformed(self) -> Iterator[bytes]:
        """Frames that are cut short or lie about themselves, at every layer."""
        while True:
            flows = [self._flow() for _ in range(_SOURCES)]
            sources = [self.builder.packet(f, self.rng.choice(_SHORT_SIZES)) for f in flows]
            sources += [self.builder.ask(flow) for flow in flows[:4]]
            yield from malformed(self.rng, sources, _BATCH)

    def _flow(self) -> Flow:
        return self.flows[self.rng.randrange(self.count)]


# Flags and offset of each fragment, and the bytes of the datagram that are in it.
_FRAGMENTS: Final[tuple[tuple[tuple[int, int, int], ...], ...]] = (
    ((_MORE, 0, 600), (300 // 8, 296, 1208)),  # the second one is over the first
    ((_MORE, 0, 8), (_MORE | 1, 8, 16), (2, 16, 1208)),  # ports are there, nothing else is
    ((_MORE, 0, 600), (_MORE | 80, 640, 1208)),  # a hole, and no end
    ((_MORE, 0, 1200), (0x1FFE, 0, 1208)),  # ends behind 65,535 bytes: the ping of death
    ((_MORE | 10, 80, 680),),  # no beginning
)

KINDS: Final[dict[str, Callable[[Attackers], Iterator[bytes]]]] = {
    "malformed": Attackers.malformed,
    "scan": Attackers.scan,
    "flood": Attackers.flood,
    "fragments": Attackers.fragments,
    "checksums": Attackers.checksums,
}


def read_attacks(text: str) -> dict[str, int]:
    """Return weights of kinds, from scan:3,flood or all; PM0936 for what is no attack."""
    found: dict[str, int] = {}
    for part in (",".join(KINDS) if text == "all" else text).split(","):
        name, colon, weight = part.strip().partition(":")
        if name not in KINDS or (colon and not re.fullmatch(r"\d{1,6}", weight)):
            hint = did_you_mean(name, list(KINDS)) or f"kinds: {', '.join(KINDS)}, or all"
            raise fail("PM0936", f"--attacks: '{part}' is no attack with a weight", hint=hint)
        found[name] = int(weight or 1)
    if not any(found.values()):
        raise fail("PM0936", "--attacks: all weights are 0", hint="give one of them another")
    return found
