"""The instructions of Script and DriverManager: a `String` of records for the runtime.

    print "x is $x", goto again $(lt $x 5)
        ->  print US US "x is $x" RS goto US again US $(lt $x 5) RS

Errors: PM0444 unknown instruction, PM0445 wrong arguments, PM0446 labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pmill.diagnostics import did_you_mean
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.writing import cpp_string
from pmill.graph import HandlerUse, Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_US, _RS = "\x1f", "\x1e"
# What stands behind an instruction: N a name, T a text, small letters where it may be missing.
_SHAPES: Mapping[str, str] = {
    **dict.fromkeys(("set", "setq", "init", "initq", "export", "exportq"), "Nt"),
    **dict.fromkeys(("print", "printq", "printn", "printnq"), "t"),
    **dict.fromkeys(("read", "readq", "write", "writeq"), "Nt"),
    **dict.fromkeys(("save", "append"), "NT"),
    **dict.fromkeys(("goto", "gotoa"), "Nt"),
    "label": "N",
    "loop": "",
    "wait": "t",
    **dict.fromkeys(("wait_for", "wait_time"), "T"),
    **dict.fromkeys(("pause", "wait_step", "wait_stop"), "t"),
    **dict.fromkeys(("return", "returnq", "error", "errorq"), "t"),
    **dict.fromkeys(("end", "exit", "stop", "please_stop"), ""),
}
_HINT = "'pmill elements Script' lists the instructions; each is an argument of its own"
_LABELS = ("begin", "loop", "end", "exit", "stop", "error")
_WORD = re.compile(r"\s*(\S+)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instruction:
    operation: str
    name: str
    text: str
    item: ConfigText


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the instructions as records, and the handlers that they call."""
    # Without instructions the one argument is empty.
    read = [_instruction(item, ctx) for item in items if item.text.strip()]
    instructions = [i for i in read if i is not None]
    _check_labels(instructions, ctx)
    if len(instructions) < len(read) or ctx.diags.has_errors:
        return None
    text = "".join(f"{i.operation}{_US}{i.name}{_US}{i.text}{_RS}" for i in instructions)
    uses = tuple(use for i in instructions for use in _uses(i))
    return Value(cpp=cpp_string(text), text=text, click=None, uses=uses)


def _instruction(item: ConfigText, ctx: LoweringContext) -> _Instruction | None:
    match = _WORD.match(item.text)
    assert match is not None, "an empty text is no instruction"
    operation, rest = match[1], item.text[match.end() :].strip()
    shape = _SHAPES.get(operation)
    if shape is None:
        ctx.error(
            "PM0444",
            f"unknown instruction '{operation}'",
            item.span,
            hint=did_you_mean(operation, list(_SHAPES)) or f"instructions: {', '.join(_SHAPES)}",
        )
        return None
    name = ""
    if shape[:1] == "N":
        name, rest = _cut_word(rest)
    if (shape[:1] == "N" and not name) or (shape[-1:] == "T" and not rest):
        ctx.error("PM0445", f"'{operation}' needs more arguments", item.span, hint=_HINT)
        return None
    if rest and shape[-1:] not in ("t", "T"):
        message = f"'{operation}' has too many arguments: '{rest}'"
        ctx.error("PM0445", message, item.span, hint=_HINT)
        return None
    if any(mark in rest or mark in name for mark in (_US, _RS)):
        ctx.error("PM0445", "an instruction holds a character of number 30 or 31", item.span)
        return None
    return _Instruction(operation=operation, name=name, text=rest, item=item)


def _cut_word(text: str) -> tuple[str, str]:
    """Cut the first word off; a `$(…)` in it may hold spaces."""
    depth = 0
    for at, c in enumerate(text):
        if c in "({" and at and (text[at - 1] == "$" or depth):
            depth += 1
        elif c in ")}" and depth:
            depth -= 1
        elif c.isspace() and not depth:
            return text[:at], text[at:].strip()
    return text, ""


def _check_labels(instructions: list[_Instruction], ctx: LoweringContext) -> None:
    labels: dict[str, _Instruction] = {}
    for i in instructions:
        if i.operation == "label" and labels.setdefault(i.name, i) is not i:
            twice = f"label '{i.name}' twice"
            ctx.error("PM0446", twice, i.item.span, hint="give one of them another name")
    for i in instructions:
        if not i.operation.startswith("goto") or "$" in i.name or i.name.isdecimal():
            continue
        if i.name not in labels and i.name not in _LABELS:
            hint = did_you_mean(i.name, [*labels, *_LABELS])
            ctx.error("PM0446", f"no label '{i.name}'", i.item.span, hint=hint)


def _uses(i: _Instruction) -> Iterator[HandlerUse]:
    if i.operation.startswith("write"):
        yield HandlerUse(path=i.name, span=i.item.span, certain=False)
