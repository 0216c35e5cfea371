"""How many bytes a value of a type takes, roughly: members without the room between them."""

from __future__ import annotations

import re

from pmill.llvm.ir import Instruction, Module, split

_ALLOCA = re.compile(r"alloca (?:inalloca )?(.*)")
_DEEPEST = 50  # of types inside each other
_SIMPLE = {"ptr": 8, "half": 2, "bfloat": 2, "float": 4, "double": 8, "x86_fp80": 16, "fp128": 16}


def alloca_bytes(module: Module, alloca: Instruction) -> int | None:
    """Return how much of the stack an alloca takes; None when that is known only when it runs."""
    found = _ALLOCA.search(alloca.text)
    kind, *more = split(found[1]) if found else [""]
    if more and re.match(r"i\d+ ", more[0]):  # of so many
        number = re.match(r"i\d+ (\d+)$", more[0])
        return int(number[1]) * type_bytes(module, kind) if number else None
    return type_bytes(module, kind)


def type_bytes(module: Module, kind: str, depth: int = 0) -> int:
    """Return the bytes of a type as LLVM writes it; 0 of one that is not known."""
    kind = kind.strip()
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if depth > _DEEPEST or not kind:
        return 0
    if integer := re.fullmatch(r"i(\d+)", kind):
        return (int(integer[1]) + 7) // 8
    if array := re.fullmatch(r"[\[<](\d+) x (.*)[\]>]", kind, re.DOTALL):
        return int(array[1]) * type_bytes(module, array[2], depth + 1)
    if kind.startswith("%"):
        return type_bytes(module, module.types.get(kind, ""), depth + 1)
    if members := re.fullmatch(r"<?\{(.*)\}>?", kind, re.DOTALL):
        return sum(type_bytes(module, m, depth + 1) for m in split(members[1]))
    return 0
