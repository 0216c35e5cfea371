"""Rule sets in the manner of ClassBench, as IPFilter writes them, and packets that they are about.

What is known of real filter sets (Taylor and Turner, "ClassBench: A Packet Classification
Benchmark", INFOCOM 2005) is a handful of distributions: how long prefixes are, which of the five
classes a pair of port ranges has (any, high, low, a range, one port), which protocols there are,
and how prefixes share their first bits. A seed here is such a set of distributions, chosen so that

    acl    access lists: destinations mostly exact, no source ports, one destination port
    fw     firewalls: any source or any destination in many rules, ports of all classes
    ipc    chains of the Linux kernel: between both

Prefixes are walks in one binary tree for each end: below each node either one branch is taken or
both are, one of them more often. More specific rules come before those that contain them.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from pmill.bench.trace import frame

__all__ = ["SEEDS", "Rule", "Seed", "configuration", "last_traffic", "rules", "traffic"]

Range = tuple[int, int]  # first and last
Header = tuple[int, int, int, int, int]  # addresses, protocol, ports: source before destination
_T = TypeVar("_T")

_PORTS: Final[Range] = (0, 65535)
_HIGH: Final[Range] = (1024, 65535)
_LOW: Final[Range] = (0, 1023)
_RANGES: Final[tuple[Range, ...]] = (
    (20, 21), (67, 68), (135, 139), (161, 162), (1300, 1349), (2300, 2400), (5631, 5632),
    (6000, 6063), (6789, 7810), (8000, 8080), (33434, 33600), (27000, 27009),
)  # fmt: skip
_SERVICES: Final = (
    80, 443, 22, 25, 53, 123, 161, 110, 143, 389, 445, 514, 993, 995, 1433, 1521, 1723, 3128, 3306,
    3389, 5060, 5432, 5900, 6379, 7000, 8080, 8443, 9090, 11211, 27017,
)  # fmt: skip
_TCP, _UDP, _ICMP, _GRE, _ESP = 6, 17, 1, 47, 50
_WORDS: Final = {_TCP: "tcp", _UDP: "udp", _ICMP: "icmp", _GRE: "ip proto 47", _ESP: "ip proto 50"}
_MISSES: Final = 0.1  # of the packets
_OUTPUTS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """The distributions of a kind of rule set: values and how often each is drawn.

    `lengths`: pairs of the prefix lengths of source and destination. `ports`: pairs of the classes
    of source and destination ports. `both`: how often a node of the tree of prefixes has two
    branches, `skew` how much of the rules then takes the one.
    """

    lengths: Mapping[Range, float]
    ports: Mapping[tuple[str, str], float]
    protocols: Mapping[int, float]
    both: float
    skew: float


SEEDS: Final[Mapping[str, Seed]] = {
    "acl": Seed(
        lengths={
            (32, 32): 30, (24, 32): 14, (0, 32): 12, (27, 32): 8, (16, 32): 8, (32, 24): 6,
            (24, 24): 8, (0, 24): 4, (21, 27): 4, (8, 32): 3, (0, 16): 1, (32, 0): 2,
        },
        ports={("any", "one"): 62, ("any", "range"): 10, ("any", "any"): 20, ("any", "high"): 8},
        protocols={_TCP: 72, _UDP: 17, _ICMP: 6, 0: 5},
        both=0.55,
        skew=0.75,
    ),
    "fw": Seed(
        lengths={
            (0, 32): 26, (32, 0): 14, (32, 32): 18, (24, 32): 8, (0, 24): 8, (24, 24): 6,
            (16, 32): 6, (8, 32): 4, (32, 24): 4, (0, 16): 3, (16, 0): 2, (0, 0): 1,
        },
        ports={
            ("any", "one"): 34, ("any", "any"): 22, ("high", "one"): 16, ("any", "high"): 6,
            ("one", "any"): 6, ("high", "high"): 5, ("any", "range"): 5, ("one", "high"): 4,
            ("any", "low"): 2,
        },
        protocols={_TCP: 58, _UDP: 24, _ICMP: 6, 0: 8, _GRE: 2, _ESP: 2},
        both=0.5,
        skew=0.8,
    ),
    "ipc": Seed(
        lengths={
            (32, 32): 32, (24, 32): 10, (0, 32): 10, (32, 0): 8, (24, 24): 10, (16, 16): 6,
            (32, 24): 6, (26, 30): 6, (0, 24): 4, (8, 16): 4, (16, 32): 3, (0, 0): 1,
        },
        ports={
            ("any", "one"): 40, ("any", "any"): 34, ("one", "any"): 8, ("high", "one"): 6,
            ("any", "range"): 5, ("range", "any"): 3, ("any", "high"): 4,
        },
        protocols={_TCP: 54, _UDP: 28, _ICMP: 6, 0: 10, _ESP: 2},
        both=0.6,
        skew=0.7,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: prefixes are (address, length); protocol 0 is any."""

    source: tuple[int, int]
    destination: tuple[int, int]
    source_ports: Range
    destination_ports: Range
    protocol: int

    @property
    def breadth(self) -> int:
        """How many headers it is about: a rule is less than what contains it."""
        size = 1 << (64 - self.source[1] - self.destination[1])
        for first, last in (self.source_ports, self.destination_ports):
            size *= last - first + 1
        return size if self.protocol else size << 8

    def takes(self, header: Header) -> bool:
        """Whether it is about a header."""
        source, destination, protocol, source_port, destination_port = header
        return (
            _inside(source, self.source)
            and _inside(destination, self.destination)
            and self.protocol in (0, protocol)
            and self.source_ports[0] <= source_port <= self.source_ports[1]
            and self.destination_ports[0] <= destination_port <= self.destination_ports[1]
        )

    def pattern(self) -> str:
        """Write it as a pattern of IPFilter."""
        parts = [
            f"{end} net {_dotted(address)}/{length}"
            for end, (address, length) in (("src", self.source), ("dst", self.destination))
            if length
        ]
        if self.protocol:
            parts.append(_WORDS[self.protocol])
        parts += [*_ports("src", self.source_ports), *_ports("dst", self.destination_ports)]
        return " and ".join(parts) or "all"


class _Tree:
    """Prefixes that share their first bits: the branches of a node depend on the node alone."""

    def __init__(self, seed: Seed, name: str) -> None:
        self._seed = seed
        self._name = name

    def draw(self, length: int, rng: random.Random) -> int:
        """Return an address whose first bits are those of a walk of so many steps."""
        value = 0
        for depth in range(length):
            node = random.Random(f"{self._name} {depth} {value}")
            usual, both = node.getrandbits(1), node.random() < self._seed.both
            other = both and rng.random() > self._seed.skew
            value = value << 1 | (usual ^ other)
        return value << (32 - length)


def rules(kind: str, count: int, seed: int = 1) -> list[Rule]:
    """Return so many different rules; the same for the same arguments."""
    rng = random.Random(f"{kind} {count} {seed}")
    chosen = SEEDS[kind]
    maker = _Maker(chosen, rng, _Tree(chosen, f"{kind} src"), _Tree(chosen, f"{kind} dst"))
    found: dict[Rule, None] = {}
    while len(found) < count:
        found[maker.rule()] = None
    return sorted(found, key=lambda rule: rule.breadth)


@dataclass(frozen=True, slots=True)
class _Maker:
    seed: Seed
    rng: random.Random
    sources: _Tree
    destinations: _Tree

    def rule(self) -> Rule:
        source, destination = self._drawn(self.seed.lengths)
        protocol = self._drawn(self.seed.protocols)
        ports = self._drawn(self.seed.ports) if protocol in (_TCP, _UDP) else ("any", "any")
        return Rule(
            source=(self.sources.draw(source, self.rng), source),
            destination=(self.destinations.draw(destination, self.rng), destination),
            source_ports=self._range(ports[0]),
            destination_ports=self._range(ports[1]),
            protocol=protocol,
        )

    def _range(self, kind: str) -> Range:
        match kind:
            case "one":
                usual = self.rng.random() < 0.8
                port = self.rng.choice(_SERVICES) if usual else self.rng.randrange(1, 65536)
                return port, port
            case "range":
                return self.rng.choice(_RANGES)
            case _:
                return {"any": _PORTS, "high": _HIGH, "low": _LOW}[kind]

    def _drawn(self, weights: Mapping[_T, float]) -> _T:
        return self.rng.choices(list(weights), list(weights.values()))[0]


def configuration(found: Sequence[Rule], *, file: str | None = None) -> str:
    """Return a program that sends what rules let pass back where it came from.

    The rules are arguments, or in the file that is named.
    """
    arguments = f"FILE {file}" if file else ",\n    ".join(lines(found))
    ways = "".join(f"f[{n}] -> out;\n" for n in range(_OUTPUTS))
    return (
        "out :: Null;\n"
        "FromDPDKDevice(0) -> MarkIPHeader(14)\n"
        f"  -> f :: IPFilter(\n    {arguments});\n{ways}out -> ToDPDKDevice(0);\n"
    )


def lines(found: Sequence[Rule]) -> list[str]:
    """Return the rules as IPFilter reads them; the last drops what none takes."""
    return [*(f"{n % _OUTPUTS} {rule.pattern()}" for n, rule in enumerate(found)), "drop all"]


def traffic(found: Sequence[Rule], count: int, seed: int = 1) -> list[bytes]:
    """Return frames: nine tenths are about rules drawn uniformly, the rest about nothing."""
    rng = random.Random(seed)
    return [
        _frame(_anything(rng) if rng.random() < _MISSES else _header(rng.choice(found), rng))
        for _ in range(count)
    ]


def last_traffic(found: Sequence[Rule], count: int, seed: int = 1) -> list[bytes]:
    """Return frames that the last rule is about, and no other.

    Raises ValueError when others take nearly all that it is about.
    """
    rng = random.Random(seed)
    drawn = (_header(found[-1], rng) for _ in range(1000 * count))
    own = (h for h in drawn if not any(rule.takes(h) for rule in found[:-1]))
    frames = [_frame(header) for header in islice(own, count)]
    if len(frames) < count:
        raise ValueError("there is hardly a packet that only the last rule is about")
    return frames


def _header(rule: Rule, rng: random.Random) -> Header:
    def within(prefix: tuple[int, int]) -> int:
        return prefix[0] | rng.getrandbits(32 - prefix[1]) if prefix[1] < 32 else prefix[0]

    return (
        within(rule.source),
        within(rule.destination),
        rule.protocol or rng.choice((_TCP, _UDP)),
        rng.randint(*rule.source_ports),
        rng.randint(*rule.destination_ports),
    )


def _anything(rng: random.Random) -> Header:
    ports = rng.randrange(1 << 16), rng.randrange(1 << 16)
    return rng.getrandbits(32), rng.getrandbits(32), rng.choice((_TCP, _UDP, _ICMP)), *ports


def _frame(header: Header) -> bytes:
    source, destination, protocol, *ports = header
    return frame(source, destination, protocol, struct.pack(">HH", *ports))


def _inside(address: int, prefix: tuple[int, int]) -> bool:
    shift = 32 - prefix[1]
    return address >> shift == prefix[0] >> shift


def _ports(end: str, ports: Range) -> list[str]:
    first, last = ports
    if first == last:
        return [f"{end} port {first}"]
    low = [f"{end} port >= {first}"] if first > _PORTS[0] else []
    return low + ([f"{end} port <= {last}"] if last < _PORTS[1] else [])


def _dotted(address: int) -> str:
    return ".".join(map(str, address.to_bytes(4, "big")))
