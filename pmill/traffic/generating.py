"""Makes traffic from a recipe, packet by packet: nothing is kept but what must be remembered."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pmill.traffic import frames
from pmill.traffic.attacks import KINDS, Attackers
from pmill.traffic.connections import Connections
from pmill.traffic.flows import Flows, Hosts, read_networks, read_popularity, read_protocols
from pmill.traffic.packets import Builder, Links, Packet
from pmill.traffic.sizes import SizeMix, read_sizes

_NAMES: Final = {frames.TCP: "tcp", frames.UDP: "udp", frames.ICMP: "icmp"}
LINKS: Final = Links(
    to=(bytes.fromhex("020000000001"), bytes.fromhex("020000000002")),
    by=(bytes.fromhex("020000001000"), bytes.fromhex("020000001001")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What traffic is like. The defaults suit the examples: from port 0 of a router to port 1.

    `flows`: how many; with `connections`, how many are open at a time. `popularity`: see
    `read_popularity`. `segments`: that servers answer with, in the mean. `attacks`: weights of
    kinds, which are `share` of all packets.
    """

    packets: int = 10_000
    seed: int = 1
    flows: int = 1024
    popularity: str = "turns"
    sizes: SizeMix = field(default_factory=lambda: read_sizes("64"))
    clients: tuple[Hosts, ...] = read_networks("10.0.0.0/24")
    servers: tuple[Hosts, ...] = read_networks("10.0.1.0/24,10.1.0.0/16,10.2.0.0/16")
    ports: tuple[int, ...] = (53, 80, 443, 4789, 5060, 8080)
    protocols: tuple[int, ...] = read_protocols("udp")
    links: Links = LINKS
    connections: bool = False
    segments: int = 10
    attacks: Mapping[str, int] = field(default_factory=dict)
    share: float = 0.1


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was made: packets and bytes by kind, and how flows and connections fared."""

    packets: dict[str, int] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    answers: int = 0
    used: bytearray = field(default_factory=bytearray)  # whether each flow had a packet
    most_popular: int = 0
    opened: int = 0
    closed: int = 0

    def add(self, packet: Packet) -> None:
        """Count a packet."""
        kind = packet.kind
        self.packets[kind] = self.packets.get(kind, 0) + 1
        self.bytes[kind] = self.bytes.get(kind, 0) + len(packet.frame)
        self.answers += packet.answer
        if packet.flow is not None and packet.flow < len(self.used):
            self.used[packet.flow] = 1
            self.most_popular += packet.flow == 0

    @property
    def flows(self) -> int:
        """How many flows had a packet."""
        return sum(self.used)


def generate(recipe: Recipe, tally: Tally | None = None) -> Iterator[Packet]:
    """Yield the packets of a recipe; the tally, if there is one, is of what was yielded."""
    tally = Tally() if tally is None else tally
    tally.used = bytearray(recipe.flows)
    rng = random.Random(f"traffic {recipe.seed}")
    flows = Flows(
        clients=recipe.clients,
        servers=recipe.servers,
        ports=recipe.ports,
        protocols=recipe.protocols,
        seed=recipe.seed,
    )
    flows.need(recipe.flows)
    builder = Builder(recipe.links, recipe.seed)
    usual = (_connected if recipe.connections else _loose)(recipe, flows, builder, rng, tally)
    attacks = _attacks(recipe, flows, builder)
    mixed = random.Random(f"mix {recipe.seed}")
    share = recipe.share if recipe.attacks else 0.0
    for _ in range(recipe.packets):
        packet = next(attacks) if share and mixed.random() < share else usual()
        tally.add(packet)
        yield packet


def _loose(
    recipe: Recipe, flows: Flows, builder: Builder, rng: random.Random, tally: Tally
) -> Callable[[], Packet]:
    """Packets of flows, all from clients, of which none needs another to make sense."""
    del tally
    choose = read_popularity(recipe.popularity, recipe.flows)

    def packet() -> Packet:
        flow = flows[choose(rng)]
        frame = builder.packet(flow, recipe.sizes.draw(rng))
        return Packet(frame=frame, kind=_NAMES[flow.protocol], flow=flow.number)

    return packet


def _connected(
    recipe: Recipe, flows: Flows, builder: Builder, rng: random.Random, tally: Tally
) -> Callable[[], Packet]:
    connections = Connections(
        flows=flows,
        places=recipe.flows,
        choose=read_popularity(recipe.popularity, recipe.flows),
        sizes=recipe.sizes,
        segments=recipe.segments,
        builder=builder,
        rng=rng,
    )

    def packet() -> Packet:
        made = connections.next()
        tally.opened, tally.closed = connections.opened, connections.closed
        return made

    return packet


def _attacks(recipe: Recipe, flows: Flows, builder: Builder) -> Iterator[Packet]:
    rng = random.Random(f"attacks {recipe.seed}")
    attackers = Attackers(flows=flows, count=recipe.flows, builder=builder, rng=rng)
    made = {kind: KINDS[kind](attackers) for kind in recipe.attacks}
    names = list(made)
    cumulative = list(itertools.accumulate(recipe.attacks.values()))
    while names:
        (kind,) = rng.choices(names, cum_weights=cumulative)
        yield Packet(frame=next(made[kind]), kind=kind)
