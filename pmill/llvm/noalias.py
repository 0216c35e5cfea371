"""Say which memory accesses never meet, so that what was read need not be read again.

Before: a byte that is written into a packet may, for all LLVM knows, change the counters of the
elements, the queue for the transmit burst, or the descriptor of the packet itself::

    store i8 %ttl, ptr %5                 a byte of a packet
    %6 = load i64, ptr %count             read again, though only the packet has changed

After: packets, descriptors, the worker and variables are a scope each, and every access whose
memory is known says which it is in and which it is not in::

    store i8 %ttl, ptr %5, !alias.scope !packet, !noalias !others
    %6 = load i64, ptr %count, !alias.scope !state, !noalias !others

Pointers are followed within a function, and out of one that is internal to all its calls, so it
runs when everything is inlined: after O3, which then runs once more. Facts set before would be
cloned by every inlining, as scopes of that one place that say nothing about any other, and most
pointers were still in memory then (docs/adr/0015).
Not applied to an access of memory that is of no known kind (pmill/llvm/pointers.py), to calls, nor
to functions that are not hot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from pmill.llvm.base import Context
from pmill.llvm.callers import pointers_of
from pmill.llvm.hot import is_usual
from pmill.llvm.ir import Instruction, Module, arguments
from pmill.llvm.pointers import Memory, Pointers, address

_SCOPES: Final[tuple[Memory, ...]] = ("packet", "buffer", "state", "variable")
_COPY = re.compile(r"@llvm\.(?:memcpy|memmove|memset)\.")


@dataclass(frozen=True, slots=True)
class NoAlias:
    """Say which memory accesses never meet."""

    name: ClassVar[str] = "noalias"

    def rewrite(self, module: Module, context: Context) -> bool:
        """Add the facts to the loads, stores and copies of the hot functions."""
        scopes = _Scopes(module)
        usual = [f for f in module.functions.values() if is_usual(f)]
        for name, pointers in pointers_of(module, usual).items():
            for access in module.functions[name].instructions:
                kinds = _kinds(access, pointers)
                if kinds:
                    scopes.mark(access, kinds)
        return scopes.written()


def _kinds(access: Instruction, pointers: Pointers) -> frozenset[Memory]:
    """The kinds of memory an instruction reads or writes; empty when not all are known."""
    found: set[Memory] = set()
    for pointer in _addresses(access):
        kinds = pointers.kinds(pointer)
        if not kinds:
            return frozenset()
        found |= kinds
    return frozenset(found)


def _addresses(access: Instruction) -> Iterator[str]:
    match access.opcode:
        case "load" | "store":
            yield address(access)
        case "call" if _COPY.match(access.callee):
            for given in arguments(access)[:2]:
                if given.startswith("ptr "):
                    yield given.rsplit(" ", 1)[1]


class _Scopes:
    """The metadata nodes of the scopes, made as they are needed."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._next = 1 + max((int(name[1:]) for name in module.metadata), default=-1)
        domain = self._new(lambda name: f'distinct !{{{name}, !"pmill"}}')
        self._scope = {kind: self._new_scope(domain, kind) for kind in _SCOPES}
        self._lists: dict[tuple[str, ...], str] = {}
        self._changed = False

    def mark(self, access: Instruction, kinds: frozenset[Memory]) -> None:
        """Say of an instruction that it is in these kinds of memory, and in no other.

        What is on the stack nobody else finds anyway: LLVM knows that better.
        """
        if "stack" in kinds:
            return
        inside = [self._scope[k] for k in _SCOPES if k in kinds]
        outside = [self._scope[k] for k in _SCOPES if k not in kinds]
        text = access.text
        for what, scopes in (("alias.scope", inside), ("noalias", outside)):
            before = access.metadata(what)
            old = re.findall(r"!\d+", self._module.metadata.get(before, ""))
            node = self._list((*old, *scopes))
            if before:
                text = text.replace(f"!{what} {before}", f"!{what} {node}")
            elif scopes:
                text += f", !{what} {node}"
        self._module.lines[access.line] = text
        self._changed = True

    def written(self) -> bool:
        """Whether anything was marked."""
        return self._changed

    def _list(self, scopes: tuple[str, ...]) -> str:
        if scopes not in self._lists:
            self._lists[scopes] = self._new(lambda _: f"!{{{', '.join(scopes)}}}")
        return self._lists[scopes]

    def _new_scope(self, domain: str, kind: Memory) -> str:
        return self._new(lambda name: f'distinct !{{{name}, {domain}, !"{kind}"}}')

    def _new(self, node: Callable[[str], str]) -> str:
        """Add a node that is made of its own name."""
        name = f"!{self._next}"
        self._next += 1
        self._module.lines.append(f"{name} = {node(name)}")
        return name
