"""What is known of a packet at one place of the graph: an abstract value, and how it changes.

Known are bytes, where headers begin, and annotations. A byte is known by the set of values that it
may have, as a mask of 256 bits; a place that is not listed may hold anything. Offsets count from
the first byte of the data or, where nobody knows how far a header is from there, from that header.
The value of a byte says nothing about whether the packet has it: `lengths` does.

`common` is the meet of the data-flow analysis in `known.py`: what holds on both of two ways. All
else returns what is known after something happened to the packet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TypeVar

__all__ = ["ANYTHING", "Base", "Check", "Facts", "Place"]

_K = TypeVar("_K")

ANYTHING = (1 << 256) - 1
_SOUND = sum(1 << (0x40 | words) for words in range(5, 16))  # first byte of a sound IPv4 header
_HEADER_BYTES = 20
_OPTIONS_END = 60
_LOWEST = -(1 << 32)


class Base(IntEnum):
    """What an offset counts from: the packet's first byte, or a marked header."""

    DATA = 0
    MAC = 1
    NETWORK = 2
    TRANSPORT = 3


Place = tuple[Base, int]
# A test that failed: place of four bytes, mask, value. Without a mask: they are not all there.
Failed = tuple[Base, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A sound IPv4 header `at` bytes from the first one, with which the packet ends.

    `sums`: its checksum is right. `refused` are the arguments by which its addresses were judged;
    none when they were not.
    """

    at: int
    sums: bool
    refused: tuple[str, ...] = ()

    def covers(self, other: Check) -> bool:
        """Whether a header that passed this check passes the other one."""
        return (
            self.at == other.at and self.sums >= other.sums and other.refused in ((), self.refused)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a packet.

    `lengths`: so many bytes there are at least from a base to the packet's end. `headers`: how far
    a marked header is from the first byte. `annotations` are sets of values of single bytes.
    `marked`: the transport header is marked right behind the network header, as long as that says
    it is. `addressed`: the destination annotation is that of the network header. `room`: so many
    bytes at least can be put in front without moving the packet in its buffer.
    """

    octets: Mapping[Place, int] = field(default_factory=dict)
    lengths: Mapping[Base, int] = field(default_factory=dict)
    headers: Mapping[Base, int] = field(default_factory=dict)
    annotations: Mapping[int, int] = field(default_factory=dict)
    failed: frozenset[Failed] = frozenset()
    checks: frozenset[Check] = frozenset()
    marked: bool = False
    addressed: bool = False
    room: int = 0

    # --- questions --------------------------------------------------------------------------------

    def place(self, base: Base, offset: int) -> Place:
        """Return the place of a byte, from the first byte of the data where that is known."""
        if base in self.headers:
            return Base.DATA, self.headers[base] + offset
        return base, offset

    def octet(self, base: Base, offset: int) -> int:
        """Return the set of values that a byte may have."""
        return self.octets.get(self.place(base, offset), ANYTHING)

    def length(self, base: Base) -> int:
        """Return how many bytes there are at least from a base to the packet's end."""
        known = self.lengths.get(base, 0)
        ahead = self.headers.get(base, -1)
        return max(known, self.lengths.get(Base.DATA, 0) - ahead) if ahead >= 0 else known

    def passed(self, wanted: Check) -> bool:
        """Whether the packet would pass a check, and be left as it is by it."""
        return any(check.covers(wanted) for check in self.checks)

    @property
    def behind(self) -> bool:
        """Whether the transport header begins behind 20 bytes of network header or more."""
        return self.marked and not self.octet(Base.NETWORK, 0) & ~_SOUND

    def _lowest(self, base: Base) -> int:
        """Return where a base begins at least, counted from the first byte."""
        if base == Base.DATA:
            return _LOWEST  # its bytes are looked at one by one
        if base == Base.TRANSPORT and self.behind and Base.NETWORK in self.headers:
            return self.headers[Base.NETWORK] + _HEADER_BYTES
        return self.headers.get(base, _LOWEST)

    # --- two ways meet ----------------------------------------------------------------------------

    def common(self, other: Facts) -> Facts:
        """Return what both know."""
        if self == other:
            return self
        a, b = self, other
        for base in (Base.MAC, Base.NETWORK, Base.TRANSPORT):
            if a.headers.get(base) != b.headers.get(base):
                a, b = a._counted_from(base), b._counted_from(base)
        return Facts(
            octets=_either(a.octets, b.octets),
            lengths={
                base: min(n, b.lengths[base]) for base, n in a.lengths.items() if base in b.lengths
            },
            headers={base: at for base, at in a.headers.items() if b.headers.get(base) == at},
            annotations=_either(a.annotations, b.annotations),
            failed=a.failed & b.failed,
            checks=frozenset(
                c for ours, theirs in ((a, b), (b, a)) for c in ours.checks if theirs.passed(c)
            ),
            marked=a.marked and b.marked,
            addressed=a.addressed and b.addressed,
            room=min(a.room, b.room),
        )

    def _counted_from(self, base: Base) -> Facts:
        """Know of a header's bytes without knowing how far it is from the first byte."""
        if base not in self.headers:
            return self
        start = self.headers[base]
        octets, failed = dict(self.octets), set(self.failed)
        for (other, offset), values in self.octets.items():
            if other == Base.DATA and offset >= start:
                octets[base, offset - start] = values
        for other, offset, mask, value in self.failed:
            if other == Base.DATA and offset >= start:
                failed.add((base, offset - start, mask, value))
        lengths = {**self.lengths, base: self.length(base)}
        headers = {b: at for b, at in self.headers.items() if b != base}
        return replace(
            self, octets=octets, failed=frozenset(failed), lengths=lengths, headers=headers
        )

    # --- what elements do -------------------------------------------------------------------------

    def stripped(self, count: int) -> Facts:
        """Take so many bytes off the front, or all when there are fewer."""
        if self.lengths.get(Base.DATA, 0) >= count:
            return self._moved(count)
        return replace(
            self,
            octets={place: v for place, v in self.octets.items() if place[0] != Base.DATA},
            lengths={base: n for base, n in self.lengths.items() if base != Base.DATA},
            headers={},
            failed=frozenset(f for f in self.failed if f[0] != Base.DATA),
            checks=frozenset(),
        )

    def unstripped(self, count: int) -> Facts:
        """Put so many bytes back in front."""
        return self._moved(-count)

    def put(self, count: int) -> Facts:
        """Put so many bytes of any content in front."""
        return self._moved(-count).edited(0, count)

    def _moved(self, by: int) -> Facts:
        """Count from a byte that lies so far behind."""
        return replace(
            self,
            octets={
                (base, offset - by if base == Base.DATA else offset): values
                for (base, offset), values in self.octets.items()
            },
            lengths={**self.lengths, Base.DATA: self.lengths.get(Base.DATA, 0) - by},
            headers={base: at - by for base, at in self.headers.items()},
            failed=frozenset(
                (base, offset - by if base == Base.DATA else offset, mask, value)
                for base, offset, mask, value in self.failed
            ),
            checks=frozenset(replace(check, at=check.at - by) for check in self.checks),
            room=max(0, self.room + by),
        )

    def edited(self, low: int, high: int) -> Facts:
        """Change the bytes from `low` to before `high`, counted from the first one."""
        first = self.headers.get(Base.NETWORK)
        safe = first is not None and (first >= high or first + _OPTIONS_END <= low)
        return replace(
            self._without(lambda base, n: self._touches(base, n, low, high)),
            checks=frozenset(c for c in self.checks if c.at >= high),
            marked=self.marked and safe,
            addressed=self.addressed and safe,
        )

    def edited_header(self, low: int, high: int) -> Facts:
        """Change bytes of the marked network header, not its first; what was checked stays so."""
        start = self.headers.get(Base.NETWORK)
        behind = self.behind

        def gone(base: Base, offset: int) -> bool:
            if base == Base.TRANSPORT and behind:
                return False
            if start is not None:
                return self._touches(base, offset, start + low, start + high)
            return base != Base.NETWORK or low <= offset < high

        return replace(
            self._without(gone), checks=frozenset(c for c in self.checks if c.at == start)
        )

    def edited_options(self) -> Facts:
        """Change the options of the marked network header."""
        end = _OPTIONS_END
        if self.behind and {Base.NETWORK, Base.TRANSPORT} <= self.headers.keys():
            end = self.headers[Base.TRANSPORT] - self.headers[Base.NETWORK]
        return self.edited_header(_HEADER_BYTES, end)

    def edited_payload(self) -> Facts:
        """Change bytes behind the marked network header, which has 20 bytes or more."""
        start = self.headers.get(Base.NETWORK)

        def gone(base: Base, offset: int) -> bool:
            if base == Base.NETWORK:
                return offset >= _HEADER_BYTES
            return base != Base.DATA or start is None or offset >= start + _HEADER_BYTES

        return replace(
            self._without(gone), checks=frozenset(c for c in self.checks if c.at == start)
        )

    def cut(self) -> Facts:
        """Cut bytes off at the end: what is compared with missing bytes is as false as before."""
        return replace(self, lengths={}, checks=frozenset())

    def without_front(self) -> Facts:
        """Lose what lies in front of the data."""
        inside = self._lowest(Base.NETWORK) >= 0
        return replace(
            self._without(lambda base, n: self._touches(base, n, _LOWEST, 0)),
            lengths={
                base: n
                for base, n in self.lengths.items()
                if base == Base.DATA or self._lowest(base) >= 0
            },
            checks=frozenset(c for c in self.checks if c.at >= 0),
            marked=self.marked and inside,
            addressed=self.addressed and inside,
            room=0,
        )

    def _touches(self, base: Base, offset: int, low: int, high: int) -> bool:
        """Whether a byte may be one of those from `low` to before `high`."""
        if base == Base.DATA:
            return low <= offset < high
        return self._lowest(base) + offset < high

    def _without(self, gone: Callable[[Base, int], bool]) -> Facts:
        """Forget bytes, and the failed tests in which they took part."""
        return replace(
            self,
            octets={place: v for place, v in self.octets.items() if not gone(*place)},
            failed=frozenset(
                f for f in self.failed if not any(gone(f[0], f[1] + n) for n in range(4))
            ),
        )

    # --- metadata ---------------------------------------------------------------------------------

    def annotated(self, offset: int, values: int) -> Facts:
        """Set a byte of the annotations."""
        kept = {at: known for at, known in self.annotations.items() if at != offset}
        if values != ANYTHING:
            kept[offset] = values
        return replace(self, annotations=kept)

    def unmarked(self, base: Base) -> Facts:
        """Let a header begin anywhere, or nowhere."""
        return replace(
            self._without(lambda other, _: other == base),
            lengths={other: n for other, n in self.lengths.items() if other != base},
            headers={other: at for other, at in self.headers.items() if other != base},
            marked=self.marked and base == Base.MAC,
            addressed=self.addressed and base != Base.NETWORK,
        )

    def with_header(self, at: int) -> Facts:
        """Mark a network header at a byte that the packet has, and a transport header behind it."""
        bare = self.unmarked(Base.NETWORK).unmarked(Base.TRANSPORT)
        headers = {**bare.headers, Base.NETWORK: at}
        first = bare.octets.get((Base.DATA, at), ANYTHING)
        sizes = {4 * (byte & 15) for byte in range(256) if first >> byte & 1}
        if len(sizes) == 1:
            headers[Base.TRANSPORT] = at + sizes.pop()
        return replace(bare, headers=headers, marked=True)

    def checked(self, check: Check) -> Facts:
        """Have a header pass a check, be marked, and end the packet."""
        octets, first = dict(self.octets), (Base.DATA, check.at)
        octets[first] = octets.get(first, ANYTHING) & _SOUND
        needed = check.at + _HEADER_BYTES
        lengths = {**self.lengths, Base.DATA: max(self.lengths.get(Base.DATA, 0), needed)}
        return replace(
            replace(self, octets=octets, lengths=lengths).with_header(check.at),
            checks=self.checks | {check},
        )


def _either(a: Mapping[_K, int], b: Mapping[_K, int]) -> dict[_K, int]:
    """Return the sets of values that something may have on either of two ways."""
    return {
        key: both for key, values in a.items() if key in b and (both := values | b[key]) != ANYTHING
    }
