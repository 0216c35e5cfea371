"""`ELEMENT [MODULUS OFFSET...]`: the arguments of AlignmentInfo (PM0492, PM0449).

A `String`, an argument a line.
"""

from __future__ import annotations

from pmill.diagnostics import did_you_mean
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.references import candidates
from pmill.elaborate.scalars import parse_int
from pmill.elaborate.writing import cpp_string
from pmill.graph import Value
from pmill.syntax import split_words, unquote
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the arguments, a line each."""
    lines: list[str] = []
    good = True
    for item in items:
        words = [unquote(word) for word in split_words(item)]
        if not words:
            continue
        if not any(name in ctx.elements for name in candidates(words[0], ctx.name)):
            hint = did_you_mean(words[0], list(ctx.elements))
            ctx.error("PM0449", f"there is no element '{words[0]}'", item.span, hint=hint)
            good = False
        if not _are_alignments(words[1:]):
            ctx.error(
                "PM0492",
                f"expected an element and its alignments, not '{item.text}'",
                item.span,
                hint="write ELEMENT and for each input MODULUS OFFSET, such as x 4 2",
            )
            good = False
        lines.append(" ".join(words))
    text = "\n".join(lines)
    return Value(cpp=cpp_string(text), text=text, click=None) if good else None


def _are_alignments(words: list[str]) -> bool:
    """Whether the words are pairs of a modulus and an offset below it."""
    numbers = [parse_int(word) for word in words]
    pairs = zip(numbers[::2], numbers[1::2], strict=False)
    return len(numbers) % 2 == 0 and all(
        modulus is not None and offset is not None and 0 <= offset < modulus
        for modulus, offset in pairs
    )
