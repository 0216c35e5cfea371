"""Random configurations that packets run through: elements of all kinds, branches, queues.

What writes the time of day into packets is left out, and so is what draws random numbers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pmill.verify.random_language import DEFINITIONS, LATER, named, pipe

Node = tuple[str, int]
"""An element: how it is written, and how many outputs it is given."""

Maker = Callable[[random.Random], Node]

INPUT: Final = "in.pcap"
_ADDRESSES: Final = ("02:00:00:00:00:01", "02:00:00:00:10:00", "ff:ff:ff:ff:ff:ff")
_PATTERNS: Final = (
    *("12/0800", "12/0806 20/0001", "0/01%01", "14/45", "30/0a??01", "!12/0800 12/08", "-"),
    *("23/11", "12/8100", "12/0800 23/06 36/0050"),
)
_IP_PATTERNS: Final = (
    *("tcp", "udp dst port 53", "icmp type 8", "src 10.0.0.0/8", "ip frag", "ip vers 4"),
    *("tcp opt syn && dst port 80", "ip ttl 64", "not udp", "dst host 10.0.1.2 or icmp", "-"),
)
_RULES: Final = (
    *("allow src 10.0.0.0/8", "deny udp dst port 53", "allow tcp && dst port 80", "deny icmp"),
    *("allow dst net 10.1.0.0/16", "deny ip frag", "allow src or dst host 10.0.0.1", "deny tcp"),
)
_BYTES: Final = (0, 0, 1, 2, 12, 14, 14, 20, 34, 60, 200)
_ANNOTATIONS: Final = (16, 17, 20, 47)


@dataclass(frozen=True)
class RandomGraph:
    """A configuration: nodes lead to later nodes only, so that no packet goes round.

    `targets` has a row a node: what follows on each output, a later node or a sink past the last
    one, and then the Discard. `first` is where packets begin. `ports`: they come from a port and
    leave on ports, not files.
    """

    nodes: tuple[Node, ...]
    targets: tuple[tuple[int, ...], ...]
    first: int
    sinks: int
    ports: bool = False

    @property
    def text(self) -> str:
        """The configuration as Click."""
        count = len(self.nodes)
        names = [f"n{i}" for i in range(count)]
        names += [f"out{i}" for i in range(self.sinks)] + ["rest"]
        lines = [f"n{i} :: {text};" for i, (text, _) in enumerate(self.nodes)]
        lines += [f"out{i} :: {self._sink(i)};" for i in range(self.sinks)]
        source = "FromDPDKDevice(0)" if self.ports else f"FromDump({INPUT})"
        lines += ["rest :: Discard;", f"{source} -> {names[self.first]};"]
        for i, row in enumerate(self.targets):
            lines += [f"n{i}[{output}] -> {names[t]};" for output, t in enumerate(row)]
        used = {t for row in self.targets for t in row} | {self.first}
        # Everything must be connected; what nothing leads to is fed by an Idle.
        lines += [f"Idle -> {name};" for i, name in enumerate(names) if i not in used]
        text = named("\n".join(lines)) + "\n"
        defined = any(word in text for word in ("$", "Painted", "Both", "Rest", "Same"))
        return DEFINITIONS + text + LATER if defined else text

    def smaller(self) -> Iterator[RandomGraph]:
        """Return graphs in which a node is left out, or in which less is written."""
        for gone in reversed(range(len(self.nodes))):
            yield self._without(gone)
        for at, (text, outputs) in enumerate(self.nodes):
            if outputs == 1 and text != "Null":
                nodes = (*self.nodes[:at], ("Null", 1), *self.nodes[at + 1 :])
                yield replace(self, nodes=nodes)

    def _sink(self, number: int) -> str:
        if self.ports:
            return f"ToDPDKDevice({number})"
        return f"ToDump(out{number}.pcap, SNAPLEN 0)"

    def _without(self, gone: int) -> RandomGraph:
        """Leave out a node: its packets go where its first output led."""

        def moved(target: int) -> int:
            after = self.targets[gone][0] if target == gone else target
            return after - 1 if after > gone else after

        rows = [row for i, row in enumerate(self.targets) if i != gone]
        return replace(
            self,
            nodes=(*self.nodes[:gone], *self.nodes[gone + 1 :]),
            targets=tuple(tuple(moved(t) for t in row) for row in rows),
            first=moved(self.first),
        )

    def __repr__(self) -> str:
        return f"\n{self.text}"


def random_graph(rng: random.Random, least: int = 4, most: int = 10) -> RandomGraph:
    """Return a graph of so many nodes."""
    nodes = tuple(rng.choice(_MAKERS)(rng) for _ in range(rng.randint(least, most)))
    if rng.random() < 0.7:  # without it, what looks at IP headers finds none
        nodes = (rng.choice((("MarkIPHeader(14)", 1), ("CheckIPHeader(14)", 2))), *nodes)
    sinks = rng.randint(1, 3)
    last = len(nodes) + sinks  # the Discard
    targets = tuple(
        tuple(_target(rng, i, output, last) for output in range(outputs))
        for i, (_, outputs) in enumerate(nodes)
    )
    return RandomGraph(nodes, targets, first=0, sinks=sinks, ports=rng.random() < 0.5)


def _target(rng: random.Random, node: int, output: int, last: int) -> int:
    """What follows: mostly what is near, so that packets go through many elements."""
    draw = rng.random()
    if draw < 0.5 and output == 0:
        return min(node + 1, last - 1)
    return rng.randint(node + 1, min(node + 3, last - 1) if draw < 0.9 else last)


# --- elements -------------------------------------------------------------------------------------


def _fixed(text: str, *outputs: int) -> Maker:
    return lambda rng: (text, rng.choice(outputs or (1,)))


def _drawn(pattern: str, *values: Sequence[object], outputs: Sequence[int] = (1,)) -> Maker:
    return lambda rng: (pattern.format(*map(rng.choice, values)), rng.choice(outputs))


_BOOLS: Final = ("false", "true")
_PAINTS: Final = (0, 1, 2, 3)
# What is pulled through, between a queue and what pulls.
_PULLED: Final = (
    _drawn("Paint({}, {})", _PAINTS, _ANNOTATIONS),
    _drawn("CheckPaint({})", _PAINTS),
    _drawn("Strip({})", _BYTES),
    _drawn("CheckIPHeader({}, CHECKSUM {})", (0, 14), _BOOLS),
    _fixed("PullTee"),
    _fixed("EtherMirror -> Counter -> PullNull"),
    _fixed("RoundRobinSched"),
)


def _queue(rng: random.Random) -> Node:
    pulled, _ = rng.choice(_PULLED)(rng)
    size, burst = rng.choice((1, 3, 50, 1000)), rng.choice((-1, 1, 3))
    return f"{{ input -> Queue({size}) -> {pulled} -> Unqueue({burst}) -> output }}", 1


def _classifier(rng: random.Random) -> Node:
    patterns = [rng.choice(_PATTERNS) for _ in range(rng.randint(1, 3))]
    return f"Classifier({', '.join(patterns)})", len(patterns)


def _ip_classifier(rng: random.Random) -> Node:
    patterns = [rng.choice(_IP_PATTERNS) for _ in range(rng.randint(1, 3))]
    return f"IPClassifier({', '.join(patterns)})", len(patterns)


def _ip_filter(rng: random.Random) -> Node:
    rules = [rng.choice(_RULES) for _ in range(rng.randint(1, 5))]
    return f"IPFilter({', '.join(rules)}, {rng.choice(('allow', 'allow', 'deny'))} all)", 1


def _lookup(rng: random.Random) -> Node:
    routes = ["0.0.0.0/0 0", "10.0.0.0/8 1", "10.0.1.0/24 10.0.1.9 0", "10.1.0.0/16 1"]
    return f"StaticIPLookup({', '.join(routes[: rng.randint(2, 4)])})", 2


def _piece(rng: random.Random) -> Node:
    return f"{{ input -> {pipe(rng, rng.randint(0, 2))} -> output }}", 1


_MAKERS: Final[tuple[Maker, ...]] = (
    _drawn("Paint({}, {})", _PAINTS, _ANNOTATIONS),
    _drawn("CheckPaint({}, {})", _PAINTS, _ANNOTATIONS, outputs=(1, 2)),
    _drawn("PaintSwitch({})", _ANNOTATIONS, outputs=(1, 2, 3)),
    _classifier,
    _classifier,
    _ip_classifier,
    _ip_filter,
    _drawn("GetIPAddress({})", (12, 16, 26, 30)),
    _lookup,
    _drawn("Strip({})", _BYTES),
    _drawn("Unstrip({})", _BYTES),
    _drawn("Truncate({})", _BYTES),
    _fixed("Tee", 1, 2, 3),
    _drawn("Switch({})", (0, 0, 0, 1, -1), outputs=(1, 2)),
    _drawn("StaticSwitch({})", (0, 0, 1), outputs=(1, 2)),
    _fixed("RoundRobinSwitch", 1, 2, 3),
    _fixed("Counter"),
    _fixed("Null"),
    _fixed("EtherMirror"),
    _drawn("EtherRewrite({}, {})", _ADDRESSES, _ADDRESSES),
    _drawn("EtherEncap(0x0800, {}, {})", _ADDRESSES, _ADDRESSES),
    _drawn("HostEtherFilter({})", _ADDRESSES, outputs=(1, 2)),
    _drawn("MarkIPHeader({})", _BYTES),
    _drawn("CheckIPHeader({}, CHECKSUM {})", (0, 14), _BOOLS, outputs=(1, 2)),
    _drawn("DecIPTTL(MULTICAST {})", _BOOLS, outputs=(1, 2)),
    _drawn("Check{}Header", ("TCP", "UDP", "ICMP"), outputs=(1, 2)),
    _drawn("Check{}Header(CHECKSUM false)", ("TCP", "UDP"), outputs=(1, 2)),
    _drawn("Set{}Checksum", ("IP", "TCP", "UDP"), outputs=(1, 2)),
    _drawn("VLANEncap({})", (5, 0, "ANNO", "ANNO, NATIVE_VLAN -1")),
    _drawn("EtherVLANEncap(0x0800, {}, {}, {})", _ADDRESSES, _ADDRESSES, (5, 0, "ANNO")),
    _drawn("SetVLANAnno(VLAN_ID {}, VLAN_PCP {})", (0, 5, 4095), (0, 7)),
    _drawn("VLANDecap({})", _BOOLS),
    _drawn("StripEtherVLANHeader({})", (0, 5, -1), outputs=(1, 2)),
    _drawn("PaintTee({}, {})", _PAINTS, _ANNOTATIONS, outputs=(2,)),
    _drawn("WorkPackage(N {}, R {}, W {})", (0, 3), (0, 50), (0, 2)),
    _fixed("EnsureDPDKBuffer"),
    _fixed("DropBroadcasts"),
    _fixed("FixIPSrc(10.0.0.1)"),
    _fixed("IPGWOptions(10.0.0.1)", 1, 2),
    _drawn("IPFragmenter({})", (100, 576), outputs=(1, 2)),
    _fixed("ICMPError(10.0.0.1, timeexceeded)"),
    _fixed("ICMPPingResponder", 1, 2),
    _fixed("ARPResponder(10.0.0.1 02:00:00:00:00:01)", 1, 2),
    _queue,
    _queue,
    _piece,
    _piece,
)
