"""The syntax tree of a pattern: what is written, before it is known what it means.

`start` and `end` are places in the pattern's text. `depth` counts the nodes from here down, which
bounds the recursion of whoever walks the tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["src", "dst", "src or dst", "src and dst"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One token: a keyword, a relation, a number, an address or a name."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """`true`, `false` and what stands for them where it is the whole pattern."""

    value: bool
    depth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation:
    """`not PART`."""

    part: Node
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """`PART and PART …`, with or without the `and`."""

    parts: tuple[Node, ...]
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """`PART or PART …`."""

    parts: tuple[Node, ...]
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`CONDITION ? THEN : OTHERWISE`."""

    condition: Node
    then: Node
    otherwise: Node
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifiers:
    """What stands before a primitive; `words` are all of them, for messages."""

    direction: Direction | None = None
    protocol: str | None = None  # "tcp", "udp" or "icmp"
    family: str | None = None  # "ip" or "ether"
    twice: Word | None = None  # the second of two that exclude each other
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """`tcp`: qualifiers that qualify nothing."""

    qualifiers: Qualifiers
    start: int
    end: int
    depth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """`ip frag`, `unfrag`, `ect` or `ce`."""

    qualifiers: Qualifiers
    name: Word
    start: int
    end: int
    depth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """`ip[POSITION:LENGTH]`; `place` is what stands between the brackets."""

    base: Word
    place: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`src port & MASK != VALUE`; of these only the value is always there."""

    qualifiers: Qualifiers
    subject: Word | Bytes | None  # `port`, `ip[8:2]`
    mask: Word | None
    relation: Word | None
    value: Word
    netmask: Word | None  # of `net A mask M`
    start: int
    end: int
    depth: int = 1


Primitive = Protocol | Flag | Comparison
Node = Constant | Negation | AllOf | AnyOf | Choice | Primitive
