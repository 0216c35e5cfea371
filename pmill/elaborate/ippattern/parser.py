"""A pattern's text to its syntax tree, by grammar/ipfilter.lark.

Errors: PM0461 a pattern that cannot be read, PM0462 one that is nested too deeply.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from lark import Lark, Token
from lark.exceptions import UnexpectedToken

from pmill import cache
from pmill.diagnostics import did_you_mean
from pmill.elaborate.ippattern import nodes
from pmill.elaborate.ippattern.build import Builder
from pmill.elaborate.ippattern.lexer import ILLEGAL, PatternLexer, tokens_of
from pmill.elaborate.lowerings import LoweringContext
from pmill.resources import grammar_dir
from pmill.syntax.flat import ConfigText

if TYPE_CHECKING:
    from lark.parsers.lalr_interactive_parser import InteractiveParser

__all__ = ["parse"]

MAX_DEPTH = 80  # of parentheses, negations and choices; whoever walks the tree recurses

_HINT = "for example 'tcp dst port 80', 'src net 10.0.0.0/8', 'ip proto udp' or '-'"
# What can stand at a place, by a token that is accepted there.
_EXPECTED = {
    "RPAR": "')'",
    "RSQB": "']'",
    "COLON": "':'",
    "WORD": "a value",
    "DST": "'dst'",
    "SRC": "'src'",
}


def parse(item: ConfigText, ctx: LoweringContext) -> nodes.Node | None:
    """Return the tree of a pattern, None after an error."""
    parser = _parser().parse_interactive(item.text)
    end = Token("$END", "", start_pos=len(item.text), end_pos=len(item.text))
    result: Any = None
    for token in [*tokens_of(parser), end]:
        try:
            result = parser.parser_state.feed_token(token, is_end=token is end)
        except UnexpectedToken:
            _report(parser, token, item, ctx)
            return None
    tree = cast(nodes.Node, result)
    if tree.depth > MAX_DEPTH:
        what = "the pattern is nested too deeply"
        ctx.error("PM0462", what, item.span, hint=f"at most {MAX_DEPTH} levels")
        return None
    return tree


@lru_cache(maxsize=1)
def _parser() -> Lark:
    """Return the parser of patterns; its tables are built once and kept in the cache."""
    grammar = (grammar_dir() / "ipfilter.lark").read_text(encoding="utf-8")
    folder = cache.folder("grammar")
    return Lark(
        grammar,
        start="pattern",
        parser="lalr",
        lexer=PatternLexer,
        transformer=Builder(),
        cache=str(folder / f"ipfilter-{cache.key(grammar, sys.version)}") if folder else False,
    )


def _report(
    parser: InteractiveParser,
    token: Token,
    item: ConfigText,
    ctx: LoweringContext,
) -> None:
    """Report that `token` cannot stand where the parser is."""
    start = token.start_pos or 0
    span = item.part(start, start + len(token))
    if token.type == ILLEGAL:
        ctx.error("PM0461", f"a pattern has no '{_shown(token)}'", span, hint=_illegal_hint(token))
        return
    accepted = cast("set[str]", cast(Any, parser).accepts())  # lark leaves it without types
    where = "at the end of the pattern" if token.type == "$END" else f"near '{_shown(token)}'"
    ctx.error(
        "PM0461",
        f"syntax error {where}{_wanted(accepted)}",
        span if token.type != "$END" else item.part(max(0, start - 1), start),
        hint=_hint(token, accepted),
    )


def _wanted(accepted: set[str]) -> str:
    """Say what could stand here, where that is little."""
    if "SRC" in accepted and "LPAR" in accepted:
        return ": expected a condition"
    words = [word for kind, word in _EXPECTED.items() if kind in accepted]
    return f": expected {' or '.join(words)}" if words and "LPAR" not in accepted else ""


def _hint(token: Token, accepted: set[str]) -> str:
    if token.type == "COLON" or "COLON" in accepted:
        return "a choice is written 'CONDITION ? THEN : OTHERWISE', with spaces around the ':'"
    if token in ("-", "any", "all", "none"):
        return f"'{token}' can only be the whole pattern; elsewhere write 'true' or 'false'"
    if token.type == "LPAR":
        return "repeat what comes before a value: 'port 80 or 443', '(src port 80) or (…)'"
    if accepted in ({"SRC"}, {"DST"}):
        return "write 'src or dst' before one value, or a value behind each"
    return _HINT


def _illegal_hint(token: Token) -> str:
    if token in "|":
        return "'or' is written 'or' or '||'"
    return did_you_mean(token, ["==", "&&"]) or _HINT


def _shown(token: Token) -> str:
    text = token if len(token) <= 30 else token[:30] + "..."
    return "".join(c if c.isprintable() else " " for c in text)
