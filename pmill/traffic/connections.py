"""TCP connections from their first packet to their last, many of them at once.

    client  SYN →  ← SYN/ACK  ACK →  data →  ← ACK  ← data …  ACK (every second) →
            FIN →  ← FIN/ACK  ACK →

Sequence numbers are right, so that whatever follows connections takes these for real ones.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from pmill.traffic import frames
from pmill.traffic.flows import Chooser, Flow, Flows
from pmill.traffic.packets import ACK, FIN, PSH, SHORTEST_FRAME, SYN, Builder, Packet
from pmill.traffic.sizes import SHORTEST, SizeMix

_ACKNOWLEDGED: Final = 2  # segments that one ACK answers
_LEAST_MSS: Final = 536  # that of who says nothing (RFC 9293)


@dataclass(slots=True, kw_only=True)
class _Ends:
    """The next sequence number of the client and of the server."""

    next: list[int]

    def take(self, answer: bool, length: int) -> tuple[int, int]:
        """Return the numbers of a segment, which takes so many of them."""
        mine, other = self.next[answer], self.next[not answer]
        self.next[answer] = (mine + length) & 0xFFFFFFFF
        return mine, other


@dataclass(slots=True, kw_only=True)
class Connections:
    """So many connections at a time, each in a place; a new one follows where one ends.

    `segments`: how many data segments a server answers with, in the mean.
    """

    flows: Flows
    places: int
    choose: Chooser
    sizes: SizeMix
    segments: int
    builder: Builder
    rng: random.Random
    opened: int = 0
    closed: int = 0
    _alive: dict[int, Iterator[Packet]] = field(default_factory=dict)
    _used: dict[int, int] = field(default_factory=dict)

    def next(self) -> Packet:
        """Return the next packet of whichever connection is chosen."""
        place = self.choose(self.rng)
        while True:
            if place not in self._alive:
                self._alive[place] = self._packets(self._flow(place))
            packet = next(self._alive[place], None)
            if packet is not None:
                return packet
            del self._alive[place]

    def _flow(self, place: int) -> Flow:
        """Return the flow of the next connection of a place: no other has had it."""
        earlier = self._used.get(place, 0)
        self._used[place] = earlier + 1
        self.opened += 1
        number = (place + earlier * self.places) % self.flows.count
        return replace(self.flows[number], protocol=frames.TCP)

    def _packets(self, flow: Flow) -> Iterator[Packet]:
        ends = _Ends(next=[self.rng.getrandbits(32), self.rng.getrandbits(32)])
        longest = max(last for _, last in self.sizes.ranges) - SHORTEST
        mss = struct.pack(">BBH", 2, 4, max(_LEAST_MSS, longest))
        yield self._packet(flow, ends, SYN, options=mss, acknowledges=False)
        yield self._packet(flow, ends, SYN | ACK, answer=True, options=mss)
        yield self._packet(flow, ends, ACK)
        yield self._data(flow, ends)
        yield self._packet(flow, ends, ACK, answer=True)
        for number in range(1, self._answers() + 1):
            yield self._data(flow, ends, answer=True)
            if number % _ACKNOWLEDGED == 0:
                yield self._packet(flow, ends, ACK)
        yield self._packet(flow, ends, FIN | ACK)
        yield self._packet(flow, ends, FIN | ACK, answer=True)
        self.closed += 1
        yield self._packet(flow, ends, ACK)

    def _answers(self) -> int:
        """Draw how many segments a server answers with: at least one, and few have many."""
        count = 1
        while self.segments > 1 and self.rng.random() < 1 - 1 / self.segments:
            count += 1
        return count

    def _data(self, flow: Flow, ends: _Ends, *, answer: bool = False) -> Packet:
        data = self.builder.payload(self.sizes.draw(self.rng) - SHORTEST)
        return self._packet(flow, ends, PSH | ACK, answer=answer, data=data)

    def _packet(
        self,
        flow: Flow,
        ends: _Ends,
        flags: int,
        *,
        answer: bool = False,
        options: bytes = b"",
        data: bytes = b"",
        acknowledges: bool = True,
    ) -> Packet:
        # A SYN and a FIN take a number each.
        mine, other = ends.take(answer, len(data) + (flags & (SYN | FIN) != 0))
        numbers = (mine, other if acknowledges else 0)
        frame = self.builder.frame(
            flow, data, flags, answer=answer, numbers=numbers, options=options
        )
        if not data:
            frame = frame.ljust(SHORTEST_FRAME, b"\0")
        return Packet(frame=frame, kind="tcp", answer=answer, flow=flow.number)
