"""Count how often the fields of descriptors and parked packets are read and written for a packet.

It changes nothing. What it counts is what is left in memory when the optimiser is done: in a fused
region a packet's own fields are registers, and only what the driver or a Queue must find is stored.
The result is, for each instance whose turn it is, fields by name with reads and writes a packet,
weighted by how often their blocks run (pmill/llvm/frequency.py)::

    {"0": {"rte_mbuf.data_len": {"reads": 1.0, "writes": 0.25}, "packet+24": {…}}}

A field is told by clang's type-based metadata; where optimising has lost them, by the distance from
a value that is known to be a descriptor. `packet+N` is byte N of a parked packet. Accesses of any
other memory are not counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from pmill.llvm.base import Context
from pmill.llvm.frequency import frequencies
from pmill.llvm.hot import hot_code
from pmill.llvm.ir import Function, Instruction, Module
from pmill.llvm.pointers import Pointers, address

_DESCRIPTOR_BYTES: Final = 128  # two cache lines: RTE_MBUF's size since DPDK 1.8
_PARKED = re.compile(r'asm sideeffect "# pmill: parked[^(]*\(ptr (?:[a-z]+ )*(%[^,)]+)\)')
_OFFSET = re.compile(r"getelementptr (?:[a-z]+ )*i8, ptr (\S+), i64 (-?\d+)")


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """Count how often fields of descriptors and parked packets are used."""

    name: ClassVar[str] = "field_access"

    def analyse(self, module: Module, context: Context) -> Any:
        """Return reads and writes a packet, by instance and field."""
        codes = hot_code(module)
        found: dict[str, dict[str, dict[str, float]]] = {}
        for code, often in zip(codes, frequencies(module, codes), strict=True):
            names = _Fields(code.function, Pointers(module, code.function), context)
            fields = found.setdefault(str(code.instance), {})
            for block, instructions in code.blocks:
                times = often.get(block.name, 0.0)
                for i in instructions:
                    name = names.name(i) if times else ""
                    if name:
                        counts = fields.setdefault(name, {"reads": 0.0, "writes": 0.0})
                        counts["reads" if i.opcode == "load" else "writes"] += times
        return {
            instance: {
                name: {what: round(n, 4) for what, n in counts.items()}
                for name, counts in sorted(fields.items())
            }
            for instance, fields in found.items()
        }


class _Fields:
    """Names the fields that accesses of one function are of."""

    def __init__(self, function: Function, pointers: Pointers, context: Context) -> None:
        self._function = function
        self._pointers = pointers
        self._context = context

    def name(self, i: Instruction) -> str:
        """The field that a load or store is of; empty when it is none."""
        if i.opcode not in ("load", "store"):
            return ""
        place = self._place(address(i))
        if place is None:
            return ""
        base, offset = place
        is_parked = base in self._parked and offset >= _DESCRIPTOR_BYTES
        if not is_parked and self._pointers.kinds(base) != frozenset(["buffer"]):
            return ""
        if offset >= _DESCRIPTOR_BYTES:
            at = offset - _DESCRIPTOR_BYTES
            return self._context.packet_fields.get(at, f"packet+{at}")
        return f"rte_mbuf.{self._context.buffer_fields.get(offset, f'+{offset}')}"

    def _place(self, pointer: str) -> tuple[str, int] | None:
        """What a pointer is computed from, and how far it is from there; None when unknown."""
        offset, seen = 0, set[str]()
        while (made := self._function.definitions.get(pointer)) and pointer not in seen:
            if made.opcode != "getelementptr":
                break
            seen.add(pointer)
            found = _OFFSET.search(made.text)
            if found is None:
                return None
            pointer, offset = found[1].rstrip(","), offset + int(found[2])
        return pointer, offset

    @cached_property
    def _parked(self) -> set[str]:
        """Buffers in which packets were parked: runtime/include/pmill/marks.hh marks them."""
        found = set()
        for i in self._function.instructions:
            if mark := _PARKED.search(i.text):
                found.add(mark[1])
        return found
