"""Classifier patterns become a decision program, `List<ClassifierNode>`.

    12/0806 20/0001, 12/0800, -        three patterns, for outputs 0, 1 and 2

A pattern is `-` or clauses that must all hold; a clause is `[!]OFFSET/VALUE[%MASK]`, hexadecimal,
`?` being a nibble that does not matter. Errors: PM0420 number of patterns, PM0421 a clause that
cannot be read, PM0422 digits of value and mask, PM0423 offset; warning PM0424: a pattern that
matches no packet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.decisions import check_count, compiled
from pmill.graph import Value
from pmill.match.byte_program import Step, optimize, program_text
from pmill.match.predicates import Base, Predicate, all_of, equal, negated
from pmill.match.program import program
from pmill.match.vectors import Rule
from pmill.syntax.flat import ConfigText

__all__ = ["compile_patterns", "lower", "program_text"]

_CLAUSE = re.compile(
    r"\s*(?P<not>!?)\s*(?P<offset>[0-9]+)/(?P<value>[0-9a-fA-F?]*)(?:%(?P<mask>[0-9a-fA-F?]*))?"
    r"(?=\s|!|$)"
)
_MAX_OFFSET = 65535
_HINT = "write OFFSET/VALUE[%MASK] in hexadecimal, such as 12/0800 or 20/0000%1fff"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clause:
    """Words that must all match, or must not all match: offset -> (mask, value)."""

    words: dict[int, tuple[int, int]]
    negated: bool


_Pattern = tuple[_Clause, ...]  # all must hold; the empty pattern matches everything


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the program of the patterns; warn about patterns that match nothing."""
    patterns = _patterns(items, ctx)
    return None if patterns is None else compiled(rules(patterns), items, ctx)


def _patterns(items: tuple[ConfigText, ...], ctx: LoweringContext) -> list[_Pattern] | None:
    """Return the patterns, None after reporting errors."""
    patterns = [_pattern(n, item, ctx) for n, item in enumerate(items)]
    good = [p for p in patterns if p is not None]
    return good if check_count(items, ctx) and len(good) == len(patterns) else None


def compile_patterns(
    items: tuple[ConfigText, ...], ctx: LoweringContext
) -> tuple[Step, ...] | None:
    """Return the optimised program of the patterns, None after reporting errors."""
    patterns = _patterns(items, ctx)
    return None if patterns is None else optimize(program(rules(patterns)))


def _pattern(number: int, item: ConfigText, ctx: LoweringContext) -> _Pattern | None:
    """Read one pattern; None after reporting every clause that is wrong."""
    if item.text.strip() == "-":
        return ()
    clauses: list[_Clause] = []
    at, good = 0, True
    while item.text[at:].strip():
        m = _CLAUSE.match(item.text, at)
        if m is None:
            wrong = re.compile(r"\s*(\S+)").match(item.text, at)
            assert wrong is not None
            ctx.error(
                "PM0421",
                f"pattern {number}: '{wrong[1]}' is no clause",
                item.part(*wrong.span(1)),
                hint=_HINT,
            )
            at, good = wrong.end(), False
            continue
        clause = _clause(number, item, m, ctx)
        good = good and clause is not None
        clauses += [] if clause is None else [clause]
        at = m.end()
    if not item.text.strip():
        ctx.error("PM0421", f"pattern {number} is empty", item.span, hint=_HINT)
        return None
    return tuple(clauses) if good else None


def _clause(
    number: int, item: ConfigText, m: re.Match[str], ctx: LoweringContext
) -> _Clause | None:
    value, mask = m["value"], m["mask"]
    span = item.part(m.start("offset"), m.end())
    problem = _digits_problem(value, mask)
    if problem is not None:
        ctx.error("PM0422", f"pattern {number}: {problem}", span, hint=_HINT)
        return None
    offset = int(m["offset"]) if len(m["offset"]) <= 6 else _MAX_OFFSET + 1
    if offset + len(value) // 2 > _MAX_OFFSET:
        message = f"pattern {number}: no packet has a byte at offset {m['offset']}"
        ctx.error("PM0423", message, span, hint=f"offsets go up to {_MAX_OFFSET}")
        return None
    return _Clause(words=_words(offset, value, mask or "f" * len(value)), negated=bool(m["not"]))


def _digits_problem(value: str, mask: str | None) -> str | None:
    if len(value) < 2:
        return "the value has less than 2 hex digits"
    if len(value) % 2:
        return "the value has an odd number of hex digits"
    if mask is not None and len(mask) != len(value):
        few = "few" if len(mask) < len(value) else "many"
        return f"the mask has too {few} hex digits, the value has {len(value)}"
    return None


def _words(offset: int, value: str, mask: str) -> dict[int, tuple[int, int]]:
    """Cut digits into words at offsets that are multiples of four."""
    words: dict[int, tuple[int, int]] = {}
    for n, (v, m) in enumerate(zip(value, mask, strict=True)):
        byte = offset + n // 2
        bits = 0 if "?" in (v, m) else int(m, 16)
        shift = 28 - 8 * (byte % 4) - 4 * (n % 2)
        old_mask, old_value = words.get(byte - byte % 4, (0, 0))
        nibble = 0 if v == "?" else int(v, 16) & bits
        words[byte - byte % 4] = (old_mask | bits << shift, old_value | nibble << shift)
    return words


def rules(patterns: Sequence[_Pattern]) -> list[Rule]:
    """Return what the patterns ask for: pattern `n` leads to output `n`."""
    return [
        (all_of(*(_predicate(clause) for clause in pattern)), -n)
        for n, pattern in enumerate(patterns)
    ]


def _predicate(clause: _Clause) -> Predicate:
    """Return what a clause asks for; a word in which no bit matters needs not be there."""
    words = all_of(
        *(equal(Base.MAC, offset, 4, mask, value) for offset, (mask, value) in clause.words.items())
    )
    return negated(words) if clause.negated else words
