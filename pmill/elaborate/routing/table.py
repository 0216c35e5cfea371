"""How a program looks a routing table up: decided by its size, which is known.

| structure | routes | a lookup | memory |
| --- | --- | --- | --- |
| compared | up to 16 | compares with all of them at once | none: code |
| searched | up to 2455 | 2 or 3 steps in a tree of 17 ways | 30 kB |
| direct16 | any number | a load, for prefixes longer than /24 two | 32 MiB, and 0.5 kB a group |
| direct32 | any number | the same | 64 MiB, and 1 kB a group |

Up to 16 routes are constants of the program's text, more are binary data that is linked to it:
the hops, then eight bytes a route, from which the structure is made when the program starts. A
group is a /24 in which longer prefixes lie; the smaller entries are enough for 32,767 groups and as
many hops. Twin of runtime/include/pmill/lpm/route.hh; docs/adr/0014 has what was measured.

A table whose routes handlers change does not know its size: it is always direct32.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from struct import pack

from pmill.diagnostics import Note
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.routing.rows import FEW_MESSAGES, Hop, Rows, counted
from pmill.elaborate.values import cpp_ip, cpp_prefix
from pmill.graph import Value

MOST_COMPARED = 16
MOST_SEARCHED = 2455  # prefixes have two ends each, and a tree of three steps has 17³ leaves

_TREE_BYTES = 64 * (1 + 17 + 289) + 2 * 17**3
_BLOCKS = 1 << 24
_GROUP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A choice, and why: `bytes` is what a lookup may touch any of."""

    name: str
    bytes: int
    remark: str


def choose(keys: Sequence[int], hops: int) -> Structure:
    """Choose the structure of a table with these prefixes and so many different hops."""
    routes = counted(len(keys), "route")
    if len(keys) <= MOST_COMPARED:
        return Structure(name="compared", bytes=0, remark=f"{routes}: compared with all at once")
    if len(keys) <= MOST_SEARCHED:
        steps = 2 if 2 * len(keys) + 1 <= 17**2 else 3
        remark = f"{routes}: a search tree of {steps} steps, {_TREE_BYTES / 1e3:.0f} kB"
        return Structure(name="searched", bytes=_TREE_BYTES, remark=remark)
    groups = len({key >> 14 for key in keys if key & 63 > 24})
    bits = 16 if max(groups, hops + 1) < 1 << 15 else 32
    size = (_BLOCKS + groups * _GROUP) * bits // 8
    remark = f"{routes}: {bits} bits for each /24, {size / 1e6:.0f} MB"
    return Structure(name=f"direct{bits}", bytes=size, remark=remark)


def table_value(rows: Rows, ctx: LoweringContext) -> Value:
    """Return the value of a table without the routes that later ones replace; warn of those."""
    latest = dict(zip(rows.keys, range(len(rows.keys)), strict=True))
    if len(latest) < len(rows.keys):
        _warn(rows, latest, ctx)
    kept = sorted(latest.values())
    keys = [rows.keys[row] for row in kept]
    hops = [rows.hops[row] for row in kept]
    structure = choose(keys, len(rows.known))
    if structure.name == "compared":
        known = list(rows.known)
        routes = [_Route.of(key, known[hop]) for key, hop in zip(keys, hops, strict=True)]
        cpp = ", ".join(route.cpp for route in routes)
        return Value(
            cpp=f"{{{cpp}}}",
            text=" ".join(route.text for route in routes),
            click=None,
            remark=structure.remark,
        )
    return Value(
        cpp=f"lpm::Routes(lpm::Structure::{structure.name}, {len(keys)}, {len(rows.known)}, @data)",
        text="",
        click=None,
        data=_packed(keys, hops, list(rows.known)),
        footprint=structure.bytes,
        remark=structure.remark,
    )


def _warn(rows: Rows, latest: dict[int, int], ctx: LoweringContext) -> None:
    """Warn of routes whose prefix comes again."""
    replaced = [row for row, key in enumerate(rows.keys) if latest[key] != row]
    notes = [
        Note(f"{_prefix(rows.keys[row])} comes again here", rows.place(latest[rows.keys[row]]).span)
        for row in replaced[:FEW_MESSAGES]
    ]
    if len(replaced) > FEW_MESSAGES:
        notes.append(Note(f"and {len(replaced) - FEW_MESSAGES} more"))
    ctx.warning(
        "PM0453",
        f"{counted(len(replaced), 'route')} replaced by later versions",
        rows.place(replaced[0]).span,
        notes=tuple(notes),
    )


def _packed(keys: Sequence[int], hops: Sequence[int], known: Sequence[Hop]) -> bytes:
    """Return the binary data: hops, then routes of an address, a length and a hop's number.

    Numbers are little-endian, as on every machine that pmill supports; gateways as in packets.
    """
    # Two halves of one number, the lower one first: the address, then the length and the hop.
    routes = array(
        "Q", [key >> 6 | ((key & 63) | hop << 6) << 32 for key, hop in zip(keys, hops, strict=True)]
    )
    data = b"".join(pack(">I", gateway) + pack("<I", output) for gateway, output in known)
    return data + routes.tobytes()


def _prefix(key: int) -> IPv4Interface:
    return IPv4Interface((key >> 6, key & 63))


@dataclass(frozen=True, slots=True)
class _Route:
    """One of a few routes."""

    prefix: IPv4Interface
    gateway: IPv4Address
    output: int

    @classmethod
    def of(cls, key: int, hop: Hop) -> _Route:
        return cls(_prefix(key), IPv4Address(hop[0]), hop[1])

    @property
    def cpp(self) -> str:
        """The route as a constant of C++."""
        return f"lpm::Route{{{cpp_prefix(self.prefix)}, {cpp_ip(self.gateway)}, {self.output}}}"

    @property
    def text(self) -> str:
        """The route as runtime/include/pmill/lpm/route.hh reads it."""
        return f"{self.prefix},{self.gateway},{self.output}"
