"""What memory the pointers of a function point into, as far as pmill's runtime tells.

Four kinds of memory never overlap: the bytes of packets, DPDK's buffer descriptors with the private
area behind each, the worker's object with the state of the elements, and variables of the program.
A pointer is known by where it comes from: it is read from `buf_addr` of a descriptor, or from what
stands for that in another metadata model, or it is computed from one that is. Clang's type-based
metadata tell which load that is. Whatever comes from anywhere else is of no kind, and nothing is
said about it.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final, Literal

from pmill.llvm.ir import Function, Instruction, Module

Memory = Literal["packet", "buffer", "state", "variable", "stack"]
Given = dict[str, frozenset[Memory] | None]

_BUFFER: Final = "_ZTS8rte_mbuf"
# Where addresses of packets' bytes stand: of an mbuf; of a posted buffer, whose slot is of the same
# kind altogether; of a record of the copying model.
_PACKETS: Final = frozenset(
    (
        (_BUFFER, 0),
        ("_ZTSN5pmill3nic12RxDescriptorE", 0),
        ("_ZTSN5pmill6RecordE", 8),
        ("_ZTSN5pmill6RecordE", 16),
    )
)
_STATUS: Final = "_ZTSN5pmill12WorkerStatusE"
_POINTER = re.compile(r'\bptr (%[\w$.-]+|%"[^"]*"|@[\w$.-]+|@"[^"]*")')
_INCOMING = re.compile(r"\[ (.+?), %[^\]]+ \]")
_NAMED = re.compile(r'[%@](?:[\w$.-]+|"[^"]*")')
_TAG = re.compile(r"!\{(!\d+), (!\d+), i64 (\d+)")


class Pointers:
    """The kinds of memory that pointers of one function point into."""

    def __init__(self, module: Module, function: Function, given: Given | None = None) -> None:
        """Look at a function; `given`: what its parameters point into, None of those unknown."""
        self._module = module
        self._function = function
        self._given = given or {}

    def kinds(self, pointer: str) -> frozenset[Memory] | None:
        """The kinds of memory a pointer may point into; None when that is not known.

        Empty when it points nowhere: it is null, or nobody calls the function.
        """
        found: set[Memory] = set()
        seen: set[str] = set()
        todo = [pointer]
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            made_of = self._made_of(name)
            if made_of is not None:
                todo += made_of
                continue
            kinds = self._root(name)
            if kinds is None:
                return None
            found |= kinds
        return frozenset(found)

    def _made_of(self, name: str) -> list[str] | None:
        """The pointers that another one is computed from; None when it is none of those."""
        made = self._function.definitions.get(name)
        if made is None:
            return None
        match made.opcode:
            case "getelementptr":
                return [p[1] for p in [_POINTER.search(made.text)] if p]
            case "phi":
                values = [_NAMED.search(v) for v in _INCOMING.findall(made.text)]
                return [v[0] for v in values if v]  # none: null, through which nothing is read
            case "select":
                return [p[1] for p in _POINTER.finditer(made.text)]
            case _:
                return None

    def _root(self, name: str) -> frozenset[Memory] | None:
        if name.startswith("@"):
            return frozenset(["variable"])
        if name in self._buffers:
            return frozenset(["buffer"])
        made = self._function.definitions.get(name)
        if made is None:
            return self._given.get(name)
        kind = "stack" if made.opcode == "alloca" else self._loaded(made)
        return None if kind is None else frozenset([kind])

    def _loaded(self, made: Instruction) -> Memory | None:
        if made.opcode != "load" or not made.text.split(" = ", 1)[1].startswith("load ptr,"):
            return None
        match self.field(made):
            case place if place in _PACKETS:
                return "packet"
            case (name, 0) if name == _STATUS:
                return "state"  # worker
            case _:
                return None

    def field(self, access: Instruction) -> tuple[str, int]:
        """The type and the offset in it that a load or store is of; ("", 0) when it is not told."""
        tag = _TAG.match(self._module.metadata.get(access.metadata("tbaa"), ""))
        if tag is None:
            return "", 0
        base = self._module.metadata.get(tag[1], "")
        name = base.split('"')
        return (name[1], int(tag[3])) if len(name) > 1 else ("", 0)

    @cached_property
    def _buffers(self) -> set[str]:
        """The values through which fields of a descriptor are read or written."""
        found = set()
        for i in self._function.instructions:
            if i.opcode in ("load", "store") and self.field(i)[0] == _BUFFER:
                base = address(i)
                made = self._function.definitions.get(base)
                if made is not None and made.opcode == "getelementptr":
                    pointer = _POINTER.search(made.text)
                    base = pointer[1] if pointer else ""
                found.add(base)
        return found


def address(access: Instruction) -> str:
    """The pointer that a load or store goes through; empty when it is no plain one."""
    found = _POINTER.findall(access.text.split(", !", 1)[0])
    return found[-1] if found else ""
