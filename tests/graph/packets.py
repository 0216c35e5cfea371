"""A packet as bytes in a buffer, to which what the facts speak of really happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pmill.graph.facts import Base, Check, Facts
from pmill.match import Step

FRONT = 160


@dataclass
class Packet:
    """`data` and `end` are places in the buffer, as are those of marked headers."""

    buffer: bytearray
    data: int
    end: int
    marks: dict[Base, int] = field(default_factory=dict)

    @staticmethod
    def of(content: bytes) -> Packet:
        buffer = bytearray(b"\x45" * FRONT + content + b"\x45" * 80)
        return Packet(buffer, FRONT, FRONT + len(content))

    def start(self, base: Base) -> int | None:
        """Return where a base is, None where a header is not marked."""
        return self.data if base == Base.DATA else self.marks.get(base)

    def has(self, base: Base, end: int) -> bool:
        start = self.start(base)
        return start is not None and start <= self.end and self.end - start >= end

    def answers(self, step: Step, headers: bool) -> bool:
        """Return a test's answer, as runtime/include/pmill/classifier.hh gives it."""
        if step.always:
            return True
        base, offset = Base.DATA, step.offset
        if headers:
            header = min(step.offset // 256, 2)
            base, offset = Base(header + 1), step.offset - 256 * header
        return self.matches(base, offset, step.mask, step.value)

    def matches(self, base: Base, offset: int, mask: int, value: int) -> bool:
        needed = value if not mask else 4 - ((mask & -mask).bit_length() - 1) // 8
        start = self.start(base)
        if start is None or not self.has(base, offset + needed):
            return False
        word = int.from_bytes(self.buffer[start + offset : start + offset + 4], "big")
        return not mask or word & mask == value

    def run(self, program: Sequence[Step], headers: bool) -> int:
        """Return the last jump of a program."""
        at = 0
        while True:
            at = program[at].jump(self.answers(program[at], headers))
            if at <= 0:
                return at

    def passes(self, check: Check) -> bool:
        at, available = self.data + check.at, self.end - self.data - check.at
        if available < 20 or self.buffer[at] >> 4 != 4:
            return False
        words, total = self.buffer[at] & 15, int.from_bytes(self.buffer[at + 2 : at + 4], "big")
        if words < 5 or 4 * words > total or total > available:
            return False
        return not check.sums or self.sum(at) == 0xFFFF

    def sum(self, at: int) -> int:
        """Return the Internet checksum of a header, of which it is part."""
        header = self.buffer[at : at + 4 * (self.buffer[at] & 15)]
        total = sum(int.from_bytes(header[n : n + 2], "big") for n in range(0, len(header), 2))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        return total

    def repair(self, at: int) -> None:
        """Make a header's checksum right."""
        self.buffer[at + 10 : at + 12] = b"\0\0"
        self.buffer[at + 10 : at + 12] = (0xFFFF - self.sum(at)).to_bytes(2, "big")


def untrue(facts: Facts, packet: Packet) -> list[str]:
    """Return what is not so of a packet of which these facts are said to hold."""
    found = []
    for (base, offset), values in facts.octets.items():
        start = packet.start(base)
        if start is None:
            found.append(f"{base.name} is not marked")
        elif 0 <= start + offset < len(packet.buffer):
            byte = packet.buffer[start + offset]
            if not values >> byte & 1:
                found.append(f"byte {offset} of {base.name} is {byte:02x}")
    found += [
        f"{b.name} has no {n} bytes" for b, n in facts.lengths.items() if n and not packet.has(b, n)
    ]
    found += [
        f"{base.name} is not at {at}"
        for base, at in facts.headers.items()
        if packet.start(base) != packet.data + at
    ]
    found += [f"test {failed} does not fail" for failed in facts.failed if packet.matches(*failed)]
    for check in facts.checks:
        total = int.from_bytes(packet.buffer[packet.data + check.at + 2 :][:2], "big")
        if not packet.passes(check) or packet.data + check.at + total != packet.end:
            found.append(f"{check} fails")
    if facts.marked:
        network, transport = packet.start(Base.NETWORK), packet.start(Base.TRANSPORT)
        if network is None or transport != network + 4 * (packet.buffer[network] & 15):
            found.append("the transport header is not behind the network header")
    if packet.data < facts.room:
        found.append("there is no room")
    return found
