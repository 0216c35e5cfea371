"""Random patterns of IPFilter."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.elements.ip_patterns import (
    Choice,
    Comparison,
    Flag,
    Joined,
    Not,
    Pattern,
    Place,
    Protocol,
    Truth,
)
from tests.elements.ip_views import (
    ADDRESSES,
    ETHERS,
    FLAGS,
    PORTS,
    PROTOCOLS,
    TYPES,
    address,
    ether,
)

_RELATIONS = ("==", "!=", "<", ">", "<=", ">=")
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
