"""Bit vectors to binary data. Twin of runtime/include/pmill/match/vectors.hh.

    tables       of each field: value -> where its vector begins, in words of `vectors`
    vectors      words of 64 bits; each vector is there once
    priorities   of each row: the number of its jump
    firsts       of each word: its least number
    jumps        by number

`answer` looks packets up in the data as the runtime does.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pmill.match.predicates import Base
from pmill.match.rows import Dimension
from pmill.match.vectors import WORD, BitVectors, Classes

__all__ = ["Field", "Tables", "tables"]

_LINE: Final = 64
_HEADERS: Final = (Base.MAC, Base.NETWORK, Base.TRANSPORT)
assert sys.byteorder == "little", "tables are written in the byte order of the machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A dimension and where its table is; `open`: the vector of its last value leaves every row."""

    dimension: Dimension
    last: int
    table: int
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The data and where in it is what, in bytes; as in the runtime."""

    fields: tuple[Field, ...]
    needed: tuple[int, int, int]
    words: int
    ordered: bool
    narrow: bool
    vectors: int
    priorities: int
    firsts: int
    jumps: int
    none: int
    data: bytes

    @property
    def touched(self) -> int:
        """How many bytes packets may look at."""
        return len(self.data)

    def cpp_type(self) -> str:
        """Return the C++ type of the argument."""
        return f"BitVectors<{len(self.fields)}>"

    def cpp(self, data: str) -> str:
        """Return the initialiser of the C++ object, whose data is `data`."""
        fields = ", ".join(
            f"{{{_HEADERS.index(f.dimension.base)}, {f.dimension.offset}, {f.dimension.size}, "
            f"{f.last}, {f.table}, {_bool(f.open)}}}"
            for f in self.fields
        )
        return (
            f"{{{{{{{fields}}}}}, {{{', '.join(map(str, self.needed))}}}, {self.words}, "
            f"{_bool(self.ordered)}, {_bool(self.narrow)}, {self.vectors}, {self.priorities}, "
            f"{self.firsts}, {self.jumps}, {self.none}, {data}}}"
        )

    def answer(self, headers: Mapping[Base, bytes]) -> int:
        """Return the jump of a packet, of which the bytes from each header on are given."""
        words = memoryview(self.data)[self.vectors :].cast("B")
        found = []
        for field in self.fields:
            there = headers[field.dimension.base]
            value = min(len(there), field.last)
            if field.dimension.size:
                start, end = field.dimension.offset, field.dimension.offset + field.dimension.size
                value = int.from_bytes(there[start:end].ljust(end - start, b"\0"), "big")
            kind, width = ("<H", 2) if self.narrow else ("<I", 4)
            (place,) = struct.unpack_from(kind, self.data, field.table + width * value)
            found.append(place)

        def word(place: int) -> int:
            return int.from_bytes(words[8 * place : 8 * place + 8], "little")

        best = self.none
        summary = (self.words + WORD - 1) // WORD
        for n in range(self.words):
            rows = -1
            for place in found:
                if self.ordered:
                    rows &= word(place + n)
                    continue
                bits = sum(word(place + i) << WORD * i for i in range(summary))
                before = (bits & ((1 << n) - 1)).bit_count()
                rows &= word(place + summary + before) if bits >> n & 1 else 0
            if rows:
                row = WORD * n + (rows & -rows).bit_length() - 1
                best = min(best, row if self.ordered else self._number(row))
        jump: int = struct.unpack_from("<i", self.data, self.jumps + 4 * best)[0]
        return jump

    def _number(self, row: int) -> int:
        number: int = struct.unpack_from("<I", self.data, self.priorities + 4 * row)[0]
        return number


def tables(vectors: BitVectors) -> Tables:
    """Lay the vectors out."""
    places, words = _places(vectors)
    narrow = max((place for found in places for place in found), default=0) < 1 << 16
    data = bytearray()
    fields = []
    for classes, found in zip(vectors.classes, places, strict=True):
        last = classes.starts[-1] if classes.dimension.size == 0 else classes.dimension.values - 1
        fields.append(
            Field(
                dimension=classes.dimension,
                last=last,
                table=_append(data, _table(classes, found, last, "H" if narrow else "I")),
                open=classes.vectors[-1] == (1 << len(vectors.priorities)) - 1,
            )
        )
    at_vectors = _append(data, words)
    rows, jumps = list(vectors.priorities), [*vectors.jumps, vectors.otherwise]
    firsts = [rows[n] for n in range(0, len(rows), WORD)]
    if vectors.ordered:
        jumps = [*(vectors.jumps[n] for n in rows), vectors.otherwise]
        rows = firsts = []
    return Tables(
        fields=tuple(fields),
        needed=_needed(vectors),
        words=vectors.words,
        ordered=vectors.ordered,
        narrow=narrow,
        vectors=at_vectors,
        priorities=_append(data, array("I", rows)),
        firsts=_append(data, array("I", firsts)),
        jumps=_append(data, array("i", jumps)),
        none=len(jumps) - 1,
        data=bytes(data),
    )


def _places(vectors: BitVectors) -> tuple[list[list[int]], array[int]]:
    """Write every vector once; return where those of each dimension are, and the words."""
    places: dict[int, int] = {}
    words = array("Q")
    for classes in vectors.classes:
        for vector in classes.vectors:
            if vector not in places:
                places[vector] = len(words)
                words.extend(_record(vector, vectors))
    return [[places[v] for v in classes.vectors] for classes in vectors.classes], words


def _record(vector: int, vectors: BitVectors) -> array[int]:
    """Return the words of a vector: all of them, or a summary and those that are not zero."""
    words = array("Q", vector.to_bytes(8 * vectors.words, "little"))
    if vectors.ordered:
        return words
    summary = sum(1 << n for n, word in enumerate(words) if word)
    found = array("Q", summary.to_bytes((vectors.words + WORD - 1) // WORD * 8, "little"))
    found.extend(word for word in words if word)
    return found


def _table(classes: Classes, places: Sequence[int], last: int, kind: str) -> array[int]:
    table = array(kind)
    ends = [*classes.starts[1:], last + 1]
    for start, end, place in zip(classes.starts, ends, places, strict=True):
        table.extend(array(kind, [place]) * (end - start))
    return table


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


def _bool(value: bool) -> str:
    return "true" if value else "false"
