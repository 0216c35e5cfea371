"""Which code of a module packets usually run through.

The worker's loop marks where the turn of an instance that makes or pulls packets begins and ends
(`mark` in runtime/include/pmill/marks.hh): with two empty instructions, whose texts survive every
pass of LLVM. Per-packet code is what lies between the two, without what is rarely taken (a branch
whose weights say so, a way to a cold call or to where nothing returns), and the functions that are
called from there, unless they are cold.

A program without marks has no hot code: whoever asks about it finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pmill.llvm.ir import Block, Function, Instruction, Module

BEGIN = re.compile(r'asm sideeffect "# pmill: turn of \$\{0:c\}"[^(]*\(i\d+ (\d+)\)')
END = re.compile(r'asm sideeffect "# pmill: end of turn')

_RARE = 16
"""A successor so many times less likely than another one is rarely taken."""


@dataclass(frozen=True, slots=True)
class HotCode:
    """Hot instructions of one function, block by block; `instance`: whose turn it is.

    `instance` is the number that the generated program gives it, the first that was found for a
    function called from several; `called` is that call and the code it is in.
    """

    function: Function
    instance: int
    blocks: tuple[tuple[Block, tuple[Instruction, ...]], ...]
    called: tuple[HotCode, Instruction] | None = None

    def __iter__(self) -> Iterator[Instruction]:
        for _, instructions in self.blocks:
            yield from instructions


def hot_code(module: Module, is_exempt: Callable[[str], bool] = lambda _: False) -> list[HotCode]:
    """Return the hot code of a module: the marked turns, then the functions they call.

    Functions whose names are exempt are not looked into.
    """
    found = [turn for f in module.functions.values() for turn in _turns(module, f)]
    seen = {turn.function.name for turn in found}
    for code in found:  # grows while it is walked
        for instruction in code:
            name = instruction.callee.removeprefix("@")
            called = module.functions.get(name)
            if called is None or name in seen or is_exempt(name) or module.calls_cold(instruction):
                continue
            seen.add(name)
            blocks = _reached(module, called, called.blocks[:1])
            found.append(HotCode(called, code.instance, blocks, (code, instruction)))
    return found


def is_usual(function: Function) -> bool:
    """Whether packets usually run through a function: it has turns, or several ways share it."""
    if function.name.startswith("_ZN5pmill12run_outlinedI"):
        return True
    return any("# pmill: turn of " in line for line in function.lines)


def _turns(module: Module, function: Function) -> Iterator[HotCode]:
    """The marked turns of a function, each from its first mark on."""
    if not any("# pmill: turn of " in line for line in function.lines):
        return
    begins: dict[int, list[tuple[Block, int]]] = {}
    for block in function.blocks:
        for at, instruction in enumerate(block.instructions):
            if mark := BEGIN.search(instruction.text):
                begins.setdefault(int(mark[1]), []).append((block, at + 1))
    for instance, places in begins.items():
        first = []
        blocks: list[tuple[Block, tuple[Instruction, ...]]] = []
        for block, at in places:
            part = _until_end(block.instructions[at:])
            blocks.append((block, part))
            if len(part) == len(block.instructions) - at:
                first += _usual(module, function, block)
        begun = {block.name for block, _ in places}
        blocks += [b for b in _reached(module, function, first) if b[0].name not in begun]
        yield HotCode(function, instance, tuple(blocks))


def _reached(
    module: Module, function: Function, start: list[Block]
) -> tuple[tuple[Block, tuple[Instruction, ...]], ...]:
    """The blocks that are usually reached from `start`, up to the end of a turn."""
    reached: dict[str, tuple[Instruction, ...]] = {}
    todo = list(start)
    while todo:
        block = todo.pop()
        if block.name in reached:
            continue
        reached[block.name] = _until_end(block.instructions)
        if len(reached[block.name]) == len(block.instructions):
            todo += _usual(module, function, block)
    return tuple((b, reached[b.name]) for b in function.blocks if b.name in reached)


def _until_end(instructions: list[Instruction]) -> tuple[Instruction, ...]:
    for at, instruction in enumerate(instructions):
        if END.search(instruction.text):
            return tuple(instructions[:at])
    return tuple(instructions)


def _usual(module: Module, function: Function, block: Block) -> list[Block]:
    """The successors of a block that are not rarely taken."""
    targets = block.successors
    weights = module.weights(block)
    if len(weights) != len(targets):
        weights = [1] * len(targets)
    most = max(weights, default=0)
    usual = [
        function.named[name]
        for name, weight in zip(targets, weights, strict=True)
        if weight * _RARE > most and name in function.named
    ]
    warm = [b for b in usual if not _is_cold(module, b)]
    return warm if warm or len(targets) > 1 else usual


def _is_cold(module: Module, block: Block) -> bool:
    """Whether a block does what is rarely done: a cold call, or what never returns."""
    return bool(block.instructions) and (
        block.instructions[-1].opcode == "unreachable"
        or any(module.calls_cold(i) for i in block.instructions if i.opcode == "call")
    )
