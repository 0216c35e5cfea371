"""Patterns of IPFilter as trees: what they look like, and what they mean.

Nothing here knows pmill: the tree is written down as text, and the tree itself is evaluated on a
packet's bytes.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.elements.ip_views import PROTOCOLS, View

_RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_WITH_ENDS = ("host", "net", "port", "ether")
_NUMBERS = ("port", "proto", "vers", "hl", "id", "tos", "dscp", "ttl", "len", "type", "win")


@dataclass
class Writer:
    """What was written last: the next primitive may leave it out."""

    rng: random.Random
    said: tuple[object, ...] = ()

    def maybe(self, probability: float = 0.5) -> bool:
        return self.rng.random() < probability

    def one(self, *texts: str) -> str:
        return self.rng.choice(texts)


class Pattern:
    """A node of the tree: `text` is to be called in the order of the text."""

    compound = False

    def text(self, writer: Writer) -> str:
        raise NotImplementedError

    def holds(self, packet: View) -> bool:
        raise NotImplementedError

    def inside(self, writer: Writer) -> str:
        """Return the text where a compound needs parentheses."""
        text = self.text(writer)
        return f"({text})" if self.compound or writer.maybe(0.1) else text


@dataclass
class Truth(Pattern):
    value: bool

    def text(self, writer: Writer) -> str:
        return "true" if self.value else "false"

    def holds(self, packet: View) -> bool:
        return self.value


@dataclass
class Not(Pattern):
    part: Pattern

    def text(self, writer: Writer) -> str:
        text = self.part.inside(writer)
        return ("not " if text.startswith("=") else writer.one("not ", "!", "! ")) + text

    def holds(self, packet: View) -> bool:
        return not self.part.holds(packet)


@dataclass
class Joined(Pattern):
    parts: list[Pattern]
    every: bool
    compound = True

    def text(self, writer: Writer) -> str:
        text = self.parts[0].inside(writer)
        for before, part in zip(self.parts, self.parts[1:], strict=False):
            words = ["and", "&&"] if self.every else ["or", "||"]
            # What qualifies can be taken for a part of what follows it.
            if self.every and not isinstance(before, Protocol | Not):
                words.append("")
            joint = writer.one(*words)
            text += f" {joint} " if joint else " "
            text += part.inside(writer)
        return text

    def holds(self, packet: View) -> bool:
        return (all if self.every else any)(part.holds(packet) for part in self.parts)


@dataclass
class Choice(Pattern):
    condition: Pattern
    then: Pattern
    otherwise: Pattern
    compound = True

    def text(self, writer: Writer) -> str:
        parts = [p.inside(writer) for p in (self.condition, self.then, self.otherwise)]
        return "{} ? {} : {}".format(*parts)

    def holds(self, packet: View) -> bool:
        return (self.then if self.condition.holds(packet) else self.otherwise).holds(packet)


@dataclass
class Protocol(Pattern):
    name: str

    def text(self, writer: Writer) -> str:
        writer.said = ("proto",)
        return (writer.one("", "ip proto ") if self.name in ("igmp", "gre") else "") + self.name

    def holds(self, packet: View) -> bool:
        return packet.has_protocol(PROTOCOLS[self.name])


@dataclass
class Flag(Pattern):
    name: str

    def text(self, writer: Writer) -> str:
        writer.said = ()
        return writer.one("ip ", "") + self.name

    def holds(self, packet: View) -> bool:
        ip = packet.network
        if self.name in ("ect", "ce"):
            ecn = ip[1] & 3 if len(ip) > 1 else 0
            return ecn == 3 if self.name == "ce" else ecn != 0
        if len(ip) < 8:
            return False
        fragment = bool(ip[6] & 0x3F or ip[7])
        return fragment == (self.name == "frag")


@dataclass(frozen=True)
class Place:
    """Bytes of a header, of which a number is `shift` bits to the left."""

    header: str
    offset: int
    size: int
    shift: int = 0
    mask: int = -1


@dataclass
class Comparison(Pattern):
    kind: str
    places: tuple[Place, ...]
    value: int
    words: tuple[str, ...]  # ways to write the value
    mask: int
    relation: str = "=="
    masked: bool = False
    direction: str | None = None
    protocol: str | None = None  # that is written
    protocols: tuple[int, ...] = ()  # that the packet must have
    alone: bool = False  # whether the value alone tells what it is
    names: tuple[str, ...] = field(default=())  # ways to write what is compared

    def text(self, writer: Writer) -> str:
        operand = f"& {self.mask:#x} " if self.masked else ""
        relation = self.relation
        if relation == "==":
            relation = writer.one("= ", "== ", "")
        elif relation:
            relation += writer.one(" ", "")
        operand += relation + writer.one(*self.words)
        said = (self.kind, self.direction, self.protocol)
        before, writer.said = writer.said, said
        bare = not self.masked or operand.split()[2][0] in "=!<>"
        if before == said and bare and writer.maybe(0.7) and (self.alone or self.kind in _NUMBERS):
            return operand
        qualifiers = [self.direction or writer.one("", "", "src or dst"), self.protocol or ""]
        if self.direction is None and self.kind not in _WITH_ENDS:
            qualifiers[0] = ""
        writer.rng.shuffle(qualifiers)
        # An address alone would be at the ends of the address before it.
        related = before[:1] == said[:1] or {*before[:1], self.kind} == {"host", "net"}
        if self.alone and not related and bare and writer.maybe(0.4):
            text = " ".join([*qualifiers, operand])
        else:
            text = " ".join([*qualifiers, writer.one(*self.names), operand])
        if "src or dst" in text:
            writer.said = (self.kind, "src or dst", self.protocol)
        return " ".join(text.split())

    def holds(self, packet: View) -> bool:
        if self.places[0].header == "transport" and not packet.first_fragment:
            return False
        if self.protocols and not packet.has_protocol(*self.protocols):
            return False
        answers = [self._compare(place, packet) for place in self.places]
        both = self.direction == "src and dst"
        denies = self.relation in ("!=", "<", "<=")
        return all(answers) if both != denies else any(answers)

    def _compare(self, place: Place, packet: View) -> bool:
        data: bytes = getattr(packet, place.header)[place.offset :][: place.size]
        mask = (self.mask << place.shift).to_bytes(place.size, "big")
        if any(bits for bits in mask[len(data) :]):
            return False
        number = int.from_bytes(data.ljust(place.size, b"\0"), "big") >> place.shift & self.mask
        return _RELATIONS[self.relation](number, self.value)


def written(tree: Pattern, rng: random.Random) -> str:
    """Return a pattern as text."""
    return tree.text(Writer(rng))
