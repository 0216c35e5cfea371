"""Where an instruction comes from, by the line tables of its module."""

from __future__ import annotations

import re

from pmill.llvm.base import Frame
from pmill.llvm.ir import Instruction, Module

_DEEPEST = 200  # of functions inlined into each other; a file that lies has no end


def frames_of(module: Module, instruction: Instruction) -> tuple[Frame, ...]:
    """Return the functions that an instruction is inlined from, innermost first.

    Empty without line tables.
    """
    frames: list[Frame] = []
    location = module.metadata.get(instruction.metadata("dbg"), "")
    while location and len(frames) < _DEEPEST:
        scope = _subprogram(module, _reference(location, "scope"))
        file = module.metadata.get(_reference(scope, "file"), "")
        line = re.search(r"\bline: (\d+)", location)
        frames.append(
            Frame(
                symbol=_text(scope, "linkageName") or _text(scope, "name"),
                file=_text(file, "filename"),
                line=int(line[1]) if line else 0,
            )
        )
        location = module.metadata.get(_reference(location, "inlinedAt"), "")
    return tuple(frames)


def _subprogram(module: Module, name: str) -> str:
    """The function around a scope, which may be a block of it."""
    for _ in range(_DEEPEST):
        node = module.metadata.get(name, "")
        if not node or "DISubprogram(" in node:
            return node
        name = _reference(node, "scope")
    return ""


def _reference(node: str, key: str) -> str:
    found = re.search(rf"\b{key}: (!\d+)", node)
    return found[1] if found else ""


def _text(node: str, key: str) -> str:
    found = re.search(rf'\b{key}: "([^"]*)"', node)
    return found[1] if found else ""
