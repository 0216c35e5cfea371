"""Check that per-packet code does not wait, allocate, or call what is not known.

Before: a program that does what its elements say, however long a packet takes. After: the same
program, and a list of what in its hot code (pmill/llvm/hot.py) breaks a contract::

    call void %7(ptr %2)                  indirect call
    call ptr @_Znwm(i64 24)               allocation: a symbol that runtime/contracts.txt names
    call i32 asm "xchg $0, $1"            lock
    atomicrmw add ptr %9, i64 1 seq_cst   atomic; a relaxed or acquiring load is an ordinary one
    invoke …, call void @__cxa_throw      exception
    call void @llvm.memcpy(…, i64 %n, …)  copy of unknown size
    alloca [9000 x i8]                    stack: an object or a frame beyond the table's limits

What the compiler does not see, the insides of functions of other objects, is not held to anything
but the table. Cold code is not either. Not run without marks: nothing is hot then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import ClassVar

from pmill.llvm.base import Broken, Frame
from pmill.llvm.hot import HotCode, hot_code
from pmill.llvm.ir import Function, Instruction, Module, arguments
from pmill.llvm.lines import frames_of
from pmill.llvm.sizes import alloca_bytes
from pmill.resources import runtime_dir

_LOCKED = re.compile(r"\b(?:xchg\w?|cmpxchg\w*)\b")
_ATOMIC = re.compile(r"\block\b|\bmfence\b|\b(?:l|s)fence\b")
_MEMORY = re.compile(r"@llvm\.(?:memcpy|memmove|memset)\.(?!inline)")
_OPERATORS = {"_Znw": "new", "_Zna": "new[]", "_Zdl": "delete", "_Zda": "delete[]"}
_CONSTANT = re.compile(r"^i\d+ \d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """runtime/contracts.txt: symbols that break contracts, and those that are exempt."""

    breaks: tuple[tuple[str, str], ...]
    exempt: tuple[str, ...]
    through: tuple[str, ...]
    limits: dict[str, int]

    def broken_by(self, symbol: str) -> str:
        """The contract that calling a function breaks; empty when it breaks none."""
        return next((c for pattern, c in self.breaks if fnmatchcase(symbol, pattern)), "")

    def is_exempt(self, symbol: str) -> bool:
        """Whether a function may do what it does."""
        return any(fnmatchcase(symbol, pattern) for pattern in self.exempt)


@cache
def table() -> Table:
    """Read runtime/contracts.txt."""
    rows = [
        line.split()
        for line in (runtime_dir() / "contracts.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    return Table(
        breaks=tuple((s, row[1]) for row in rows if row[0] == "breaks" for s in row[2:]),
        exempt=tuple(row[1] for row in rows if row[0] == "exempt"),
        through=tuple(row[1] for row in rows if row[0] == "through"),
        limits={row[1]: int(row[2]) for row in rows if row[0] == "limit"},
    )


@dataclass(frozen=True, slots=True)
class Contracts:
    """Check what the per-packet code must not do."""

    name: ClassVar[str] = "contracts"

    def check(self, module: Module) -> tuple[Broken, ...]:
        """Return what breaks a contract in the hot code of an optimised module."""
        rules = table()
        broken: list[Broken] = []
        for code in hot_code(module, rules.is_exempt):
            found = [(i, *said) for i in code for said in _instruction(i, code.function, rules)]
            found += _stack(module, code, rules)
            broken += [
                Broken(
                    contract=contract,
                    what=what,
                    symbol=code.function.name,
                    instance=code.instance,
                    frames=(*frames_of(module, instruction), *_callers(module, code)),
                )
                for instruction, contract, what in found
            ]
        return tuple(broken)


def _instruction(i: Instruction, function: Function, rules: Table) -> Iterator[tuple[str, str]]:
    """The contracts that one instruction breaks, and how."""
    match i.opcode:
        case "invoke" | "landingpad" | "resume" | "catchpad" | "cleanuppad":
            yield "exception", "handles an exception"
        case "atomicrmw" | "cmpxchg":
            yield "atomic", "changes memory atomically"
        case "fence" if "singlethread" not in i.text:
            yield "atomic", "waits at a memory fence"
        case "store" if "store atomic" in i.text and "seq_cst" in i.text:
            yield "atomic", "stores with sequential consistency"
        case "alloca":
            return  # see _stack
    if i.callee == "asm":
        text = i.text.split('"')[1]
        if _LOCKED.search(text) and not re.search(r"\block\b", text):
            yield "lock", "takes or frees a spinlock"
        elif _ATOMIC.search(text):
            yield "atomic", "changes memory atomically"
    elif i.callee.startswith("%"):
        if not set(rules.through) & _origins(i.callee, function):
            yield "indirect call", "calls a function that is known only when it runs"
    elif i.callee:
        yield from _call(i, rules)


def _call(i: Instruction, rules: Table) -> Iterator[tuple[str, str]]:
    symbol = i.callee.removeprefix("@")
    copies = _MEMORY.match(i.callee) is not None
    contract = "copy" if copies else rules.broken_by(symbol)
    if contract == "copy":
        given = arguments(i)
        if len(given) > 2 and not _CONSTANT.match(given[2].replace("noundef ", "")):
            yield (
                "copy of unknown size",
                "copies or fills a number of bytes that only it knows",
            )
    elif contract and not rules.is_exempt(symbol):
        yield contract, f"calls {_OPERATORS.get(symbol[:4], symbol)}"


def _origins(value: str, function: Function) -> set[str]:
    """The variables that a value may be read from, however it gets here."""
    found: set[str] = set()
    seen: set[str] = set()
    todo = [value]
    while todo:
        name = todo.pop()
        if name.startswith("@"):
            found.add(name[1:])
        elif name not in seen and name in function.definitions:
            seen.add(name)
            todo += function.definitions[name].operands
    return found


def _callers(module: Module, code: HotCode) -> Iterator[Frame]:
    """The functions from where hot code is called, up to the turn of an instance."""
    while code.called is not None:
        yield from frames_of(module, code.called[1])
        code = code.called[0]


def _stack(module: Module, code: HotCode, rules: Table) -> list[tuple[Instruction, str, str]]:
    """Objects of the hot code that are too large, or of unknown size, and frames that are."""
    used = {v for i in code for v in i.operands if i.opcode != "alloca"}
    broken, total = [], 0
    for i in code.function.instructions:
        if i.opcode != "alloca" or i.result not in used:
            continue
        size = alloca_bytes(module, i)
        if size is None:
            broken.append((i, "stack", "takes as much of the stack as it finds out when it runs"))
            continue
        total += size
        if size > rules.limits["object"]:
            broken.append((_user(code, i), "stack", f"has an object of {size} bytes on the stack"))
    if total > rules.limits["frame"] and not broken:
        broken.append((next(iter(code)), "stack", f"takes {total} bytes of the stack"))
    return broken


def _user(code: HotCode, alloca: Instruction) -> Instruction:
    """The first hot instruction that uses a variable of the stack: it tells whose it is."""
    return next((i for i in code if alloca.result in i.operands), alloca)
