"""`NAME SADDR SPORT DADDR DPORT`: the arguments of IPRewriterPatterns (PM0493).

A `String`, an argument a line. `pmill/elaborate/rewriting.py` says what patterns mean.
"""

from __future__ import annotations

from pmill.diagnostics import Note
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.rewriting import WORDS, BadPattern, Pattern, parse_pattern
from pmill.elaborate.writing import cpp_string
from pmill.graph import Value
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText

__all__ = ["lower", "read_pattern"]

_HINT = f"{' '.join(WORDS)}, such as 1.0.0.1 1024-65535# - -"


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the patterns, a line each."""
    read = [_line(item, ctx) for item in items if item.text]
    if any(line is None for line in read):
        return None
    text = "\n".join(line for line in read if line is not None)
    return Value(cpp=cpp_string(text), text=text, click=None)


def read_pattern(words: tuple[ConfigText, ...], ctx: LoweringContext) -> Pattern | None:
    """Return the pattern that words of an argument say or name, None after an error."""
    try:
        return parse_pattern([word.text for word in words], ctx.literal, ctx.patterns)
    except BadPattern as error:
        span = ctx.span if error.word is None else words[error.word].span
        hint = f"write {_HINT}; or the name of a pattern of IPRewriterPatterns"
        ctx.error("PM0493", str(error), span, hint=hint)
        return None


def _line(item: ConfigText, ctx: LoweringContext) -> str | None:
    name, *words = split_words(item)
    try:
        pattern = parse_pattern([word.text for word in words], ctx.literal)
    except BadPattern as error:
        span = item.span if error.word is None else words[error.word].span
        ctx.error("PM0493", str(error), span, hint=f"write NAME {_HINT}")
        return None
    first = ctx.patterns[name.text]
    if first.span != name.span:
        ctx.error(
            "PM0493",
            f"pattern '{name.text}' already defined",
            name.span,
            notes=(Note("the other one", first.span),),
        )
        return None
    return f"{name.text} {pattern}"
