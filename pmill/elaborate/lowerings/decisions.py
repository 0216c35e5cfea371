"""What the lowerings have in common that turn patterns into decision programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pmill.diagnostics import Note
from pmill.elaborate.lowerings import LoweringContext
from pmill.graph import Element, Patterns, Value, reads_headers, steps_cpp
from pmill.match.byte_program import NEVER, Step, optimize, outputs
from pmill.match.predicates import TRUE
from pmill.match.program import program
from pmill.match.shadows import Shadow, shadows
from pmill.match.vectors import Rule
from pmill.syntax.flat import ConfigText

__all__ = ["check_count", "compiled", "with_program"]

LONG: Final = 1024  # steps of a program
MANY: Final = 20  # warnings of one element
_HEADERS: Final = ("mac", "network", "transport")


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


def compiled(
    rules: Sequence[Rule],
    items: Sequence[ConfigText],
    ctx: LoweringContext,
    *,
    noun: str = "pattern",
    headers: bool = False,
) -> Value:
    """Return rules, one for each item, as a value; warn about those that match nothing.

    The program is optimised where it becomes code: as long as it is short.
    """
    numbered = [(pattern, -n) for n, (pattern, _) in enumerate(rules)]
    steps = program(numbered) if len(rules) <= LONG else ()
    if not steps or len(steps) > LONG:
        _warn_of_unused(shadows(rules), rules, items, ctx, noun)
        return _value(rules, program(rules), headers=headers)
    steps = optimize(steps)
    used = outputs(steps)
    if len(used) < len(rules):
        known = {shadow.rule: shadow for shadow in shadows(rules)}
        unused = [known.get(n, Shadow(rule=n)) for n in range(len(rules)) if n not in used]
        _warn_of_unused(unused, rules, items, ctx, noun)
    patterns = Patterns(program=steps, spans=tuple(item.span for item in items), noun=noun)
    jumps = [jump for _, jump in rules]
    return _value(rules, _redirected(steps, jumps), headers=headers, patterns=patterns)


def _warn_of_unused(
    unused: Sequence[Shadow],
    rules: Sequence[Rule],
    items: Sequence[ConfigText],
    ctx: LoweringContext,
    noun: str,
) -> None:
    """Warn about rules that match no packet (PM0424); those that are too many are only counted.

    Not about the last of the rules of a filter when it is one for all packets: it says what would
    become of what is forgotten. A pattern has an output, which then is dead.
    """
    last = len(rules) - 1
    if noun == "rule" and rules[last:] and rules[last][0] == TRUE:
        unused = [shadow for shadow in unused if shadow.rule != last]
    for shadow in unused[:MANY]:
        text = f"{noun} {shadow.rule} matches no packet"
        notes, hint = _why(shadow, items, noun)
        ctx.warning("PM0424", text, items[shadow.rule].span, notes=notes, hint=hint)
    more = unused[MANY:]
    if more:
        s = "s match" if len(more) > 1 else " matches"
        ctx.warning(
            "PM0424",
            f"{len(more)} more {noun}{s} no packet, from {noun} {more[0].rule} on",
            items[more[0].rule].span,
            hint="for example, they may be in the wrong order: the first that matches counts",
        )


def _why(shadow: Shadow, items: Sequence[ConfigText], noun: str) -> tuple[tuple[Note, ...], str]:
    """Say why a rule matches no packet, and what to do."""
    if shadow.none:
        return (), "its conditions contradict each other"
    if shadow.by is None:
        return (), f"earlier {noun}s take all packets it could match, or its clauses clash"
    note = Note(f"{noun} {shadow.by} takes all packets it could match", items[shadow.by].span)
    return (note,), f"put it in front of {noun} {shadow.by}, or remove it"


def _redirected(program: Sequence[Step], jumps: Sequence[int]) -> tuple[Step, ...]:
    """Return a program in which output `n` has become the jump `jumps[n]`."""
    if jumps == [-n for n in range(len(jumps))]:
        return tuple(program)

    def new(jump: int) -> int:
        return jumps[-jump] if NEVER < jump <= 0 else jump

    return optimize([replace(step, yes=new(step.yes), no=new(step.no)) for step in program])


def with_program(element: Element, program: Sequence[Step]) -> Element:
    """Return an element that decides by another program, which says less than its patterns."""
    name = next(arg.name for arg in element.spec.arguments if arg.fact == "decides")
    old = element.arguments[name]
    new = _value(old.rules or (), program, headers=reads_headers(element))
    value = replace(
        old, cpp=new.cpp, text=new.text, count=new.count, unread=new.unread, shortened=True
    )
    return replace(element, arguments={**element.arguments, name: value})


def _value(
    rules: Sequence[Rule],
    steps: Sequence[Step],
    *,
    headers: bool = False,
    patterns: Patterns | None = None,
) -> Value:
    """Return rules and their program as a value of type `List<ClassifierNode>`.

    `headers`: its offsets count from those, and those that it does not look at are not read.
    """
    looked_at = {min(t.offset // 256, 2) for t in steps if not t.always}
    unread = [name for n, name in enumerate(_HEADERS) if headers and n not in looked_at]
    return Value(
        cpp=steps_cpp(steps),
        text=" ".join(f"{t.offset},{t.mask},{t.value},{t.yes},{t.no}" for t in steps),
        click=None,
        count=len(steps),
        rules=tuple(rules),
        unread=tuple(unread),
        patterns=patterns,
    )
