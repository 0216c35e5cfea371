"""Where in the headers is what a pattern can ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pmill.elaborate.scalars import parse_int
from pmill.match.predicates import Base

__all__ = ["ECN", "ENDS", "FIELDS", "FRAGMENT", "FRAGMENT_OFFSET", "Field", "bytes_field"]

_MAX_OFFSET = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Some bits of a header: those of `mask` in the number that `size` bytes at `offset` are."""

    base: Base
    offset: int
    size: int
    bits: int
    shift: int = 0
    protocol: str | None = None  # whose header it is in

    @property
    def largest(self) -> int:
        """The largest number that the field can hold."""
        return (1 << self.bits) - 1


def _ip(offset: int, size: int, bits: int, shift: int = 0) -> Field:
    return Field(base=Base.NETWORK, offset=offset, size=size, bits=bits, shift=shift)


def _transport(offset: int, size: int, protocol: str | None = None) -> Field:
    base = Base.TRANSPORT
    return Field(base=base, offset=offset, size=size, bits=8 * size, protocol=protocol)


def _ether(offset: int) -> Field:
    return Field(base=Base.MAC, offset=offset, size=6, bits=48)


# By the word that names them. `hl` counts words of four bytes, as the header does.
FIELDS: Final[Mapping[str, Field]] = {
    "vers": _ip(0, 1, 4, shift=4),
    "hl": _ip(0, 1, 4),
    "tos": _ip(1, 1, 8),
    "dscp": _ip(1, 1, 6, shift=2),
    "len": _ip(2, 2, 16),
    "id": _ip(4, 2, 16),
    "ttl": _ip(8, 1, 8),
    "proto": _ip(9, 1, 8),
    "type": _transport(0, 1, "icmp"),
    "opt": _transport(13, 1, "tcp"),
    "win": _transport(14, 2, "tcp"),
}
ECN: Final = _ip(1, 1, 2)
FRAGMENT: Final = _ip(6, 2, 14)  # more fragments, and the offset
FRAGMENT_OFFSET: Final = _ip(6, 2, 13)

# What a packet has two of: source and destination.
ENDS: Final[Mapping[str, tuple[Field, Field]]] = {
    "host": (_ip(12, 4, 32), _ip(16, 4, 32)),
    "net": (_ip(12, 4, 32), _ip(16, 4, 32)),
    "port": (_transport(0, 2), _transport(2, 2)),
    "ether": (_ether(6), _ether(0)),
}


def bytes_field(header: str, place: str) -> Field | None:
    """Return the field `header[place]`, with a place such as `13` or `4:2`; None if it is none."""
    position, colon, length = place.partition(":")
    offset, size = parse_int(position), parse_int(length) if colon else 1
    base = Base.NETWORK if header == "ip" else Base.TRANSPORT
    room = Base.TRANSPORT - Base.NETWORK if base is Base.NETWORK else _MAX_OFFSET - base
    if offset is None or size is None or not 1 <= size <= 4 or not 0 <= offset <= room - size:
        return None
    protocol = None if header in ("ip", "transp") else header
    return Field(base=base, offset=offset, size=size, bits=8 * size, protocol=protocol)
