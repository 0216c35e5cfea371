"""Bit vectors to binary data. Twin of runtime/include/pmill/match/vectors.hh.

    tables       of each field: value -> class, of each join: pair of classes -> class; of those
                 that nothing joins: where the class's vector begins, in words of `vectors`
    vectors      words of 64 bits; each vector is there once
    priorities   of each row: the number of its jump
    firsts       of each word: its least number
    jumps        by number
    answers      where one class is all that is left: its jump
    places       and where its vector is: for packets that lack bytes

`answer` looks packets up in the data as the runtime does.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pmill.match.joins import Join, Leaf, Node, is_open, joined, roots
from pmill.match.predicates import Base
from pmill.match.rows import Dimension
from pmill.match.vectors import WORD, BitVectors

__all__ = ["Field", "Pair", "Tables", "tables"]

_LINE: Final = 64
_HEADERS: Final = (Base.MAC, Base.NETWORK, Base.TRANSPORT)
assert sys.byteorder == "little", "tables are written in the byte order of the machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A dimension and where its table is, whose items have two bytes or, `wide`, four.

    `open`: the vector of the last value leaves every row. `root`: nothing joins it.
    """

    dimension: Dimension
    last: int
    table: int
    wide: bool
    open: bool
    root: bool

    @property
    def place(self) -> tuple[int, int]:
        """The number of the header, and the offset in it."""
        return _HEADERS.index(self.dimension.base), self.dimension.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A join of two nodes, fields first; the right one has `size` classes."""

    left: int
    right: int
    size: int
    table: int
    wide: bool
    root: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The data and where in it is what, in bytes; as in the runtime."""

    fields: tuple[Field, ...]
    pairs: tuple[Pair, ...]
    needed: tuple[int, int, int]
    words: int
    ordered: bool
    single: bool
    vectors: int
    priorities: int
    firsts: int
    jumps: int
    none: int
    answers: int
    places: int
    data: bytes

    @property
    def cost(self) -> int:
        """How many tables a packet is looked up in."""
        return len([field for field in self.fields if not field.open]) + len(self.pairs)

    def cpp_type(self) -> str:
        """Return the C++ type of the argument."""
        return f"BitVectors<{len(self.fields)}, {len(self.pairs)}>"

    def cpp(self, data: str) -> str:
        """Return the initialiser of the C++ object, whose data is `data`."""
        fields = (
            (*f.place, f.dimension.size, f.last, f.table, f.wide, f.open, f.root)
            for f in self.fields
        )
        pairs = ((p.left, p.right, p.size, p.table, p.wide, p.root) for p in self.pairs)
        rest = (self.words, self.ordered, self.single, self.vectors, self.priorities, self.firsts)
        last = (self.jumps, self.none, self.answers, self.places)
        lists = ", ".join(
            (
                f"{{{{{', '.join(map(_braced, fields))}}}}}",
                f"{{{{{', '.join(map(_braced, pairs))}}}}}" if self.pairs else "{}",
                _braced(self.needed),
            )
        )
        return f"{{{lists}, {', '.join(map(_word, (*rest, *last)))}, {data}}}"

    def answer(self, headers: Mapping[Base, bytes]) -> int:
        """Return the jump of a packet, of which the bytes from each header on are given."""
        whole = all(len(headers[b]) >= n for b, n in zip(_HEADERS, self.needed, strict=True))
        found = [self._value(field, headers) for field in self.fields]
        for pair in self.pairs:
            number = found[pair.left] * pair.size + found[pair.right]
            found.append(self._item(pair.table, number, wide=pair.wide))
        roots = [found[n] for n in self._roots()]
        lengths = [n for n, f in zip(found, self.fields, strict=False) if f.open and not whole]
        if self.single:
            (number,) = roots
            if whole:
                return self._signed(self.answers + 4 * number)
            roots = [self._item(self.places, number, wide=True)]
        return self._signed(self.jumps + 4 * self._search([*roots, *lengths]))

    def _roots(self) -> list[int]:
        """Return the nodes whose vectors count for packets that have all bytes."""
        fields = [f.root and not f.open for f in self.fields]
        return [n for n, is_one in enumerate([*fields, *(p.root for p in self.pairs)]) if is_one]

    def _value(self, field: Field, headers: Mapping[Base, bytes]) -> int:
        there = headers[field.dimension.base]
        value = min(len(there), field.last)
        if field.dimension.size:
            start, end = field.dimension.offset, field.dimension.offset + field.dimension.size
            value = int.from_bytes(there[start:end].ljust(end - start, b"\0"), "big")
        return self._item(field.table, value, wide=field.wide)

    def _search(self, left: Sequence[int]) -> int:
        best = self.none
        summary = 0 if self.ordered else (self.words + WORD - 1) // WORD
        for n in range(self.words):
            rows = (1 << WORD) - 1
            for place in left:
                if self.ordered:
                    rows &= self._word(place + n)
                    continue
                bits = sum(self._word(place + i) << WORD * i for i in range(summary))
                before = (bits & ((1 << n) - 1)).bit_count()
                rows &= self._word(place + summary + before) if bits >> n & 1 else 0
            if rows:
                row = WORD * n + (rows & -rows).bit_length() - 1
                number = row if self.ordered else self._item(self.priorities, row, wide=True)
                best = min(best, number)
        return best

    def _item(self, table: int, number: int, *, wide: bool) -> int:
        size = 4 if wide else 2
        return int.from_bytes(self.data[table + size * number :][:size], "little")

    def _word(self, place: int) -> int:
        return int.from_bytes(self.data[self.vectors + 8 * place :][:8], "little")

    def _signed(self, place: int) -> int:
        return int.from_bytes(self.data[place : place + 4], "little", signed=True)


def tables(vectors: BitVectors) -> Tables:
    """Lay the vectors out."""
    nodes = joined(vectors)
    left = roots(nodes, vectors)
    single = len(left) == 1
    data = bytearray()
    places, words = _places(vectors, nodes, left)

    def numbers_of(n: int) -> Callable[[int], int]:
        """Return what stands in a table for a class of a node."""
        vector_of = nodes[n].vectors
        is_class = n in inner or (single and n in left)
        return (lambda c: c) if is_class else (lambda c: places[vector_of[c]])

    inner = {n for node in nodes if isinstance(node, Join) for n in (node.left, node.right)}
    rows = len(vectors.priorities)
    fields: list[Field] = []
    pairs: list[Pair] = []
    for n, node in enumerate(nodes):
        number = numbers_of(n)
        table, wide = _table(data, node, number)
        if isinstance(node, Leaf):
            fields.append(
                Field(
                    dimension=node.classes.dimension,
                    last=_last(node),
                    table=table,
                    wide=wide,
                    open=is_open(node, rows),
                    root=n not in inner,
                )
            )
        else:
            size = len(nodes[node.right].vectors)
            pairs.append(
                Pair(
                    left=node.left,
                    right=node.right,
                    size=size,
                    table=table,
                    wide=wide,
                    root=n not in inner,
                )
            )
    at_vectors = _append(data, words)
    rows_of, jumps = list(vectors.priorities), [*vectors.jumps, vectors.otherwise]
    last_vectors = nodes[left[0]].vectors if single else ()
    answers = [_answer(vector, vectors) for vector in last_vectors]
    firsts = rows_of[::WORD]
    if vectors.ordered:
        jumps = [*(vectors.jumps[n] for n in rows_of), vectors.otherwise]
        rows_of = firsts = []
    return Tables(
        fields=tuple(fields),
        pairs=tuple(pairs),
        needed=_needed(vectors),
        words=vectors.words,
        ordered=vectors.ordered,
        single=single,
        vectors=at_vectors,
        priorities=_append(data, array("I", rows_of)),
        firsts=_append(data, array("I", firsts)),
        jumps=_append(data, array("i", jumps)),
        none=len(jumps) - 1,
        answers=_append(data, array("i", answers)),
        places=_append(data, array("I", [places[vector] for vector in last_vectors])),
        data=bytes(data),
    )


def _places(
    vectors: BitVectors, nodes: Sequence[Node], left: Sequence[int]
) -> tuple[dict[int, int], array[int]]:
    """Write every vector that is ANDed once; return where each is, and the words."""
    rows = len(vectors.priorities)
    places: dict[int, int] = {}
    words = array("Q")
    for n, node in enumerate(nodes):
        if n not in left and not is_open(node, rows):
            continue
        for vector in node.vectors:
            if vector not in places:
                places[vector] = len(words)
                words.extend(_record(vector, vectors))
    return places, words


def _record(vector: int, vectors: BitVectors) -> array[int]:
    """Return the words of a vector: all of them, or a summary and those that are not zero."""
    words = array("Q", vector.to_bytes(8 * vectors.words, "little"))
    if vectors.ordered:
        return words
    summary = sum(1 << n for n, word in enumerate(words) if word)
    found = array("Q", summary.to_bytes((vectors.words + WORD - 1) // WORD * 8, "little"))
    found.extend(word for word in words if word)
    return found


def _answer(vector: int, vectors: BitVectors) -> int:
    """Return the jump of packets that these rows are left for."""
    best = len(vectors.jumps)
    for n in range(vectors.words):
        word = vector >> WORD * n & ((1 << WORD) - 1)
        if word:  # inside of a word the first row has the least number
            best = min(best, vectors.priorities[WORD * n + (word & -word).bit_length() - 1])
    return (*vectors.jumps, vectors.otherwise)[best]


def _table(data: bytearray, node: Node, number: Callable[[int], int]) -> tuple[int, bool]:
    """Append the table of a node; return where it is and whether its items have four bytes."""
    items = [number(c) for c in range(len(node.vectors))]
    wide = max(items) >= 1 << 16
    kind = "I" if wide else "H"
    if isinstance(node, Join):
        return _append(data, array(kind, [items[c] for c in node.numbers])), wide
    table = array(kind)
    ends = [*node.classes.starts[1:], _last(node) + 1]
    for start, end, c in zip(node.classes.starts, ends, node.numbers, strict=True):
        table.extend(array(kind, [items[c]]) * (end - start))
    return _append(data, table), wide


def _last(leaf: Leaf) -> int:
    dimension = leaf.classes.dimension
    return dimension.values - 1 if dimension.size else leaf.classes.starts[-1]


def _append(data: bytearray, items: array[int]) -> int:
    """Append a table at the beginning of a cache line; return where."""
    data.extend(bytes(-len(data) % _LINE))
    place = len(data)
    data += items.tobytes()
    return place


def _needed(vectors: BitVectors) -> tuple[int, int, int]:
    def of(base: Base) -> int:
        found = (c for c in vectors.classes if c.dimension.base == base)
        return max(
            (c.dimension.offset + c.dimension.size or c.starts[-1] for c in found), default=0
        )

    mac, network, transport = map(of, _HEADERS)
    return mac, network, transport


def _braced(items: Sequence[int]) -> str:
    return f"{{{', '.join(map(_word, items))}}}"


def _word(item: int) -> str:
    return str(item).lower() if isinstance(item, bool) else str(item)
