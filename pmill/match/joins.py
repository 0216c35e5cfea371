"""Fields whose values are looked up together: the classes of two fields become classes of a pair.

    protocol: 3 classes    destination port: 40 classes      ->  pairs: 75 classes
    left * 40 + right      0 .. 119                               a table of 120 classes

What two fields say of the rows is the AND of their vectors; mostly few of the ANDs are different
(Gupta and McKeown, "Packet Classification on Multiple Fields", SIGCOMM 1999). So fields are joined,
the smallest first, while tables stay small: whatever is joined need not be ANDed for each packet.
Where one pair is all that is left, its class is the answer.

Lengths of headers that leave a whole packet every row are not joined: they cost whole packets
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from pmill.match.vectors import BitVectors, Classes

__all__ = ["Join", "Leaf", "Node", "is_open", "joined", "roots"]

_TO_THE_END: Final = 1 << 16  # pairs of one table, where all fields become one
_ON_THE_WAY: Final = 1 << 12  # and elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A field: the class of each of its starts, and the different vectors, by class."""

    classes: Classes
    numbers: tuple[int, ...]
    vectors: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Two earlier nodes; `numbers` are the classes of pairs, those of one left class together."""

    left: int
    right: int
    numbers: tuple[int, ...]
    vectors: tuple[int, ...]


Node = Leaf | Join


def is_open(node: Node, rows: int) -> bool:
    """Whether a node is a length that leaves packets with all bytes every row."""
    if isinstance(node, Join) or node.classes.dimension.size:
        return False
    return node.classes.vectors[-1] == (1 << rows) - 1


def joined(vectors: BitVectors) -> list[Node]:
    """Return the fields and their joins; a node that no other one joins is left to be ANDed."""
    nodes = _joined(vectors, _TO_THE_END)
    return nodes if len(roots(nodes, vectors)) == 1 else _joined(vectors, _ON_THE_WAY)


def roots(nodes: Sequence[Node], vectors: BitVectors) -> list[int]:
    """Return the nodes that no other one joins, but for open ones."""
    rows = len(vectors.priorities)
    inner = {n for node in nodes if isinstance(node, Join) for n in (node.left, node.right)}
    return [n for n, node in enumerate(nodes) if n not in inner and not is_open(node, rows)]


def _joined(vectors: BitVectors, most: int) -> list[Node]:
    nodes: list[Node] = [_leaf(classes) for classes in vectors.classes]
    left = roots(nodes, vectors)
    while len(left) > 1:
        size, a, b = min(
            (len(nodes[a].vectors) * len(nodes[b].vectors), a, b) for a, b in combinations(left, 2)
        )
        if size > most:
            break
        nodes.append(_join(nodes, a, b))
        left = [n for n in left if n not in (a, b)] + [len(nodes) - 1]
    return nodes


def _leaf(classes: Classes) -> Leaf:
    known: dict[int, int] = {}
    numbers = tuple(known.setdefault(vector, len(known)) for vector in classes.vectors)
    return Leaf(classes=classes, numbers=numbers, vectors=tuple(known))


def _join(nodes: Sequence[Node], left: int, right: int) -> Join:
    known: dict[int, int] = {}
    others = nodes[right].vectors
    numbers = tuple(
        known.setdefault(vector & other, len(known))
        for vector in nodes[left].vectors
        for other in others
    )
    return Join(left=left, right=right, numbers=numbers, vectors=tuple(known))
