"""Random patterns of IPFilter with what they mean, and packets to try them on.

Nothing here knows pmill: a pattern is made as a tree, the tree is written down as text, and the
tree itself is evaluated on a packet's bytes.
"""

from __future__ import annotations

import operator
import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from tests.traffic.malformed import malformed

_RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
PROTOCOLS = {"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47}
PORTS = {"www": 80, "ssh": 22, "domain": 53, "https": 443, "ftp-data": 20}
TYPES = {"echo-reply": 0, "unreachable": 3, "timeexceeded": 11}
FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32}
ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.1.2.3", "192.168.1.1", "18.26.4.9")
ETHERS = ("02:00:00:00:00:01", "02:00:00:00:00:02")


# --- packets --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """A frame with its headers: the network header at byte 14, if the frame has one byte of it."""

    frame: bytes

    @cached_property
    def network(self) -> bytes:
        return self.frame[14:]

    @cached_property
    def transport(self) -> bytes:
        return self.network[4 * (self.network[0] & 15) :] if self.network else b""

    @cached_property
    def first_fragment(self) -> bool:
        return len(self.network) >= 8 and not (self.network[6] & 0x1F or self.network[7])

    def has_protocol(self, *numbers: int) -> bool:
        return len(self.network) >= 10 and self.network[9] in numbers


def address(text: str) -> int:
    return int.from_bytes(bytes(map(int, text.split("."))), "big")


def ether(text: str) -> int:
    return int(text.replace(":", ""), 16)


def packets(rng: random.Random, count: int) -> list[bytes]:
    """Return frames: malformed ones, and ones whose fields have values that patterns ask for."""
    found = malformed(rng.randrange(1000), count // 4)
    while len(found) < count:
        frame = _frame(rng)
        found.append(frame[: rng.randrange(len(frame))] if rng.random() < 0.3 else frame)
    return found


def _frame(rng: random.Random) -> bytes:
    words = rng.choice((5, 5, 5, 5, 6, 8, 15, rng.randrange(16)))
    fragment = rng.choice((0, 0, 0, 0x4000, 0x2000, 0x2001, 0x00B9, 0x1FFF))
    header = struct.pack(
        ">BBHHHBBHII",
        rng.choice((4, 4, 4, 6, 0)) << 4 | words,
        rng.choice((0, 1, 2, 3, 4, 0xB8, 0xFF)),
        rng.randrange(1 << 16),
        rng.choice((0, 5, 256, 0xFFFF)),
        fragment,
        rng.choice((0, 1, 5, 64, 255)),
        rng.choice((*PROTOCOLS.values(), 6, 6, 17, 17, 1)),
        0,
        address(rng.choice(ADDRESSES)),
        address(rng.choice(ADDRESSES)),
    )
    options = bytes(rng.choice((0, 1, 7)) for _ in range(max(0, 4 * words - 20)))
    ports = [rng.choice((*PORTS.values(), 80, 1023, 1024, 0, 65535, 255, 256)) for _ in range(2)]
    if rng.random() < 0.2:
        ports[0] = rng.choice((0x0000, 0x0300, 0x0800, 0x0B00))  # an ICMP type
    transport = struct.pack(
        ">HHIIBBHHH",
        *ports,
        rng.randrange(1 << 32),
        0,
        0x50,
        rng.choice((0, 1, 2, 4, 0x10, 0x11, 0x12, 0x18, 0x3F, 0xFF)),
        rng.choice((0, 512, 0xFFFF)),
        0,
        0,
    )
    macs = b"".join(ether(rng.choice(ETHERS)).to_bytes(6, "big") for _ in range(2))
    return macs + b"\x08\x00" + header + options + transport + rng.randbytes(rng.randrange(9))


# --- patterns -------------------------------------------------------------------------------------


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


_WITH_ENDS = ("host", "net", "port", "ether")
_NUMBERS = ("port", "proto", "vers", "hl", "id", "tos", "dscp", "ttl", "len", "type", "win")
_IP_FIELDS = {
    "vers": (Place("network", 0, 1, shift=4), 15, (4, 6)),
    "hl": (Place("network", 0, 1), 15, (5, 6, 15, 0)),
    "tos": (Place("network", 1, 1), 255, (0, 3, 0xB8)),
    "dscp": (Place("network", 1, 1, shift=2), 63, (0, 1, 46)),
    "len": (Place("network", 2, 2), 65535, (40, 576)),
    "id": (Place("network", 4, 2), 65535, (0, 5, 255, 256)),
    "ttl": (Place("network", 8, 1), 255, (0, 1, 5, 64, 255)),
    "proto": (Place("network", 9, 1), 255, (1, 6, 17)),
}


def pattern(rng: random.Random, depth: int = 3) -> Pattern:
    """Return a random pattern."""
    kind = rng.random()
    if depth == 0 or kind < 0.3:
        return _primitive(rng)
    if kind < 0.42:
        return Not(pattern(rng, depth - 1))
    if kind < 0.5:
        return Choice(*(pattern(rng, depth - 1) for _ in range(3)))
    parts = [pattern(rng, depth - 1) for _ in range(rng.choice((2, 2, 3)))]
    if rng.random() < 0.3:  # more of the same, so that there is something to inherit
        parts = _alike(rng, _primitive(rng))
    return Joined(parts, every=kind < 0.72)


def _alike(rng: random.Random, first: Pattern) -> list[Pattern]:
    if not isinstance(first, Comparison):
        return [first, _primitive(rng)]
    others = [replace(first, relation=rng.choice(("==", first.relation))) for _ in range(2)]
    return [first, *others]


def _primitive(rng: random.Random) -> Pattern:
    makers: Sequence[Callable[[random.Random], Pattern]] = (
        lambda rng: Protocol(rng.choice(list(PROTOCOLS))),
        lambda rng: Flag(rng.choice(("frag", "unfrag", "ect", "ce"))),
        _port,
        _port,
        _port,
        _host,
        _net,
        _field,
        _field,
        _tcp,
        _icmp_type,
        _ether,
        _bytes,
        _bytes,
        lambda rng: Truth(rng.random() < 0.5),
    )
    return rng.choice(makers)(rng)


def _relation(rng: random.Random) -> str:
    return rng.choice(("==", "==", "==", *_RELATIONS))


def _masked(rng: random.Random, made: Comparison, largest: int) -> Comparison:
    if rng.random() < 0.8:
        return made
    mask = rng.choice((1, largest, largest >> 1, largest & 0xF0F0F0F0, rng.randint(1, largest)))
    value = made.value & mask if rng.random() < 0.8 else made.value
    return replace(made, mask=mask or 1, masked=True, value=value, words=(str(value),))


def _direction(rng: random.Random) -> str | None:
    return rng.choice((None, "src", "dst", "src or dst", "src and dst"))


def _ends(direction: str | None, source: Place, destination: Place) -> tuple[Place, ...]:
    return {"src": (source,), "dst": (destination,)}.get(direction or "", (source, destination))


def _port(rng: random.Random) -> Comparison:
    protocol, direction = rng.choice((None, None, "tcp", "udp")), _direction(rng)
    name = rng.choice((None, *PORTS))
    value = PORTS[name] if name else rng.choice((0, 80, 255, 256, 1023, 1024, 65535))
    made = Comparison(
        kind="port",
        places=_ends(direction, Place("transport", 0, 2), Place("transport", 2, 2)),
        value=value,
        words=(name,) if name else (str(value), hex(value)),
        mask=0xFFFF,
        relation=_relation(rng),
        direction=direction,
        protocol=protocol,
        protocols=(PROTOCOLS[protocol],) if protocol else (6, 17),
        alone=name is not None,
        names=("port",),
    )
    made = _masked(rng, made, 0xFFFF)
    return replace(made, alone=made.alone and not made.masked)


def _host(rng: random.Random) -> Comparison:
    direction, text = _direction(rng), rng.choice(ADDRESSES)
    return Comparison(
        kind="host",
        places=_ends(direction, Place("network", 12, 4), Place("network", 16, 4)),
        value=address(text),
        words=(text,),
        mask=0xFFFFFFFF,
        relation=_relation(rng),
        direction=direction,
        alone=True,
        names=("host", "ip host"),
    )


def _net(rng: random.Random) -> Comparison:
    direction, text = _direction(rng), rng.choice(ADDRESSES)
    length = rng.choice((8, 16, 24, 31, 32, 9))
    mask = (1 << 32) - (1 << 32 - length)
    octets = ".".join(str(b) for b in mask.to_bytes(4, "big"))
    return Comparison(
        kind="net",
        places=_ends(direction, Place("network", 12, 4), Place("network", 16, 4)),
        value=address(text) & mask,
        words=(f"{text}/{length}", f"{text}/{octets}", f"{text} mask {octets}"),
        mask=mask,
        relation=rng.choice(("==", "==", "!=")),
        direction=direction,
        alone=True,
        names=("net",),
    )


def _field(rng: random.Random) -> Comparison:
    kind = rng.choice(list(_IP_FIELDS))
    place, largest, values = _IP_FIELDS[kind]
    value = rng.choice(values)
    words = {n: (name,) for name, n in PROTOCOLS.items()} if kind == "proto" else {}
    made = Comparison(
        kind=kind,
        places=(place,),
        value=value,
        words=(str(value), *words.get(value, ())),
        mask=largest,
        relation=_relation(rng),
        names=(f"ip {kind}", kind),
    )
    return _masked(rng, made, largest)


def _tcp(rng: random.Random) -> Comparison:
    if rng.random() < 0.3:
        made = Comparison(
            kind="win",
            places=(Place("transport", 14, 2),),
            value=rng.choice((0, 512, 65535)),
            words=(),
            mask=0xFFFF,
            relation=_relation(rng),
            protocols=(6,),
            names=("tcp win", "win"),
        )
        return _masked(rng, replace(made, words=(str(made.value),)), 0xFFFF)
    name = rng.choice(list(FLAGS))
    return Comparison(
        kind="opt",
        places=(Place("transport", 13, 1),),
        value=FLAGS[name],
        words=(name,),
        mask=FLAGS[name],
        relation=rng.choice(("==", "==", "!=")),
        protocols=(6,),
        alone=True,
        names=("tcp opt", "opt"),
    )


def _icmp_type(rng: random.Random) -> Comparison:
    name = rng.choice((None, *TYPES))
    value = TYPES[name] if name else rng.choice((0, 3, 8, 11))
    return Comparison(
        kind="type",
        places=(Place("transport", 0, 1),),
        value=value,
        words=(name,) if name else (str(value),),
        mask=0xFF,
        relation=_relation(rng),
        protocols=(1,),
        alone=name is not None,
        names=("icmp type", "type"),
    )


def _ether(rng: random.Random) -> Comparison:
    direction, text = _direction(rng), rng.choice(ETHERS)
    return Comparison(
        kind="ether",
        places=_ends(direction, Place("frame", 6, 6), Place("frame", 0, 6)),
        value=ether(text),
        words=(text, text.replace(":", "-")),
        mask=(1 << 48) - 1,
        relation=rng.choice(("==", "==", "!=")),
        direction=direction,
        alone=True,
        names=("ether host", "ether"),
    )


def _bytes(rng: random.Random) -> Comparison:
    header = rng.choice(("ip", "ip", "transp", "tcp", "udp", "icmp"))
    offset, size = rng.choice((0, 1, 2, 3, 5, 9, 12, 13, 16, 20)), rng.choice((1, 1, 2, 3, 4))
    largest = (1 << 8 * size) - 1
    value = rng.choice((0, 1, 5, 0x45, 0x50, largest >> 1, largest, 1023)) & largest
    made = Comparison(
        kind=f"{header}[{offset}:{size}]",
        places=(Place("network" if header == "ip" else "transport", offset, size),),
        value=value,
        words=(str(value), hex(value)),
        mask=largest,
        relation=_relation(rng),
        protocols=(PROTOCOLS[header],) if header in PROTOCOLS else (),
        names=(f"{header}[{offset}:{size}]", *([f"{header}[{offset}]"] if size == 1 else [])),
    )
    return _masked(rng, made, largest)


def written(tree: Pattern, rng: random.Random) -> str:
    """Return a pattern as text."""
    return tree.text(Writer(rng))
