"""How clang lays out classes: reads the text of `-fdump-record-layouts`.

A record is a line for itself and one for each member, with offsets from the record's beginning::

         0 | struct pmill::StaticWorker<struct pmill::program::Config>
         0 |   class pmill::Worker (base)
         8 |     BufferPool pool
           | [sizeof=5888, dsize=5832, align=64,
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN = "*** Dumping AST Record Layout"
_LINE = re.compile(r"^ *(?P<offset>\d+)(?P<bits>:\S+)? \| (?P<indent> *)(?P<text>\S.*)$")
_SIZE = re.compile(r"^ *\| \[sizeof=(?P<size>\d+), dsize=\d+, align=(?P<align>\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member or base of a record, at `offset` bytes; `depth` 1 are its own, 2 those of them."""

    offset: int
    depth: int
    text: str  # as clang writes it: type, name, and "(base)" or "(empty)"

    @property
    def name(self) -> str:
        """The member's name."""
        return self.text.removesuffix(" (empty)").rpartition(" ")[2]

    @property
    def is_empty(self) -> bool:
        """Whether it takes no room."""
        return self.text.endswith("(empty)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A class with all members, those of members too, in the order of the text."""

    name: str
    size: int
    align: int
    members: tuple[Member, ...]

    def find(self, pattern: str) -> Iterator[Member]:
        """Yield the members whose text a pattern is found in."""
        return (m for m in self.members if re.search(pattern, m.text))

    def inside(self, member: Member) -> tuple[Member, ...]:
        """Return what is inside of a member."""
        at = self.members.index(member) + 1
        end = at
        while end < len(self.members) and self.members[end].depth > member.depth:
            end += 1
        return self.members[at:end]


def records(dump: str, pattern: str) -> Iterator[Record]:
    """Yield the records of a dump whose name a pattern is found in, each once."""
    wanted = re.compile(pattern)
    seen = set()
    for block in dump.split(_BEGIN)[1:]:
        found = _record(block, wanted)
        if found is not None and found.name not in seen:
            seen.add(found.name)
            yield found


def _record(block: str, wanted: re.Pattern[str]) -> Record | None:
    lines = block.splitlines()
    first = next((m for line in lines if (m := _LINE.match(line))), None)
    if first is None or not wanted.search(first["text"]):
        return None
    members, size, align = [], 0, 0
    for line in lines:
        if m := _LINE.match(line):
            depth = len(m["indent"]) // 2
            members.append(Member(offset=int(m["offset"]), depth=depth, text=m["text"]))
        elif end := _SIZE.match(line):
            size, align = int(end["size"]), int(end["align"])
            break
    return Record(name=first["text"], size=size, align=align, members=tuple(members[1:]))
