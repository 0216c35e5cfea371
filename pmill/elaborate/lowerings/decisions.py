"""What the lowerings have in common that turn patterns into decision programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pmill.elaborate.lowerings import LoweringContext
from pmill.graph import Value
from pmill.match.byte_program import NEVER, Step, optimize, outputs
from pmill.match.program import program
from pmill.match.vectors import Rule
from pmill.syntax.flat import ConfigText

__all__ = ["check_count", "compiled"]

LONG: Final = 1024  # steps of a program


def check_count(items: Sequence[ConfigText], ctx: LoweringContext) -> bool:
    """Return whether there is one pattern for each output; report it when not (PM0420)."""
    if len(items) == ctx.outputs:
        return True
    s, verb = ("", "s") if ctx.outputs == 1 else ("s", "")
    ctx.error(
        "PM0420",
        f"{ctx.outputs} output{s} need{verb} {ctx.outputs} pattern{s}, not {len(items)}",
        hint="give one pattern for each output; '-' matches everything",
    )
    return False


def warn_of_unused(
    program: Sequence[Step], items: Sequence[ConfigText], ctx: LoweringContext
) -> None:
    """Warn about patterns that match nothing (PM0424): no packet leaves on output `n`."""
    used = outputs(program)
    for n, item in enumerate(items):
        if n not in used:
            ctx.warning(
                "PM0424",
                f"pattern {n} matches no packet",
                item.span,
                hint="an earlier pattern takes all packets it could match, or its clauses clash",
            )


def compiled(rules: Sequence[Rule], items: Sequence[ConfigText], ctx: LoweringContext) -> Value:
    """Return rules, one for each item, as a value; warn about those that match nothing.

    The program is optimised where it is read by people and becomes code: as long as it is short.
    """
    numbered = program([(pattern, -n) for n, (pattern, _) in enumerate(rules)][:LONG])
    if len(rules) <= LONG and len(numbered) <= LONG:
        steps = optimize(numbered)
        warn_of_unused(steps, items, ctx)
        return rules_value(rules, redirected(steps, [jump for _, jump in rules]))
    return rules_value(rules, program(rules))


def redirected(program: Sequence[Step], jumps: Sequence[int]) -> tuple[Step, ...]:
    """Return a program in which output `n` has become the jump `jumps[n]`."""

    def new(jump: int) -> int:
        return jumps[-jump] if NEVER < jump <= 0 else jump

    changed = [replace(step, yes=new(step.yes), no=new(step.no)) for step in program]
    return optimize(changed) if jumps != [-n for n in range(len(jumps))] else tuple(program)


def rules_value(rules: Sequence[Rule], steps: Sequence[Step]) -> Value:
    """Return rules and their program as a value of type `List<ClassifierNode>`."""
    return Value(
        cpp=", ".join(
            f"ClassifierNode{{{t.offset}, 0x{t.mask:08x}, 0x{t.value:08x}, {t.yes}, {t.no}}}"
            for t in steps
        ),
        text=" ".join(f"{t.offset},{t.mask},{t.value},{t.yes},{t.no}" for t in steps),
        click=None,
        count=len(steps),
        rules=tuple(rules),
    )
