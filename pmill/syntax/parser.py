"""Text to tree.

The parser feeds Lark's LALR tables token by token. When a token does not fit, the error is
reported, the stack is cut back to the innermost list of statements, and parsing goes on after
the next `;`, so that one run reports all errors.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from lark import Lark, Token
from lark.exceptions import UnexpectedToken

from pmill import cache
from pmill.diagnostics import Diagnostics, Source, Span
from pmill.resources import grammar_dir
from pmill.syntax import nodes
from pmill.syntax.build import Builder, Statements
from pmill.syntax.checks import check
from pmill.syntax.lexer import (
    LINE,
    PROBLEMS,
    TOO_DEEP,
    ClickLexer,
    SpannedToken,
    tokens_of,
)
from pmill.syntax.messages import report_problem, report_unexpected
from pmill.syntax.places import Places, not_text

if TYPE_CHECKING:
    from lark.parsers.lalr_parser_state import ParserState

_OPENING = {"LBRACE": 1, "LPAR": 1}
_CLOSING = {"RBRACE", "RPAR"}
_STARTS = frozenset({"ELEMENTCLASS", "DEFINE", "REQUIRE"})


def parse(source: Source, diags: Diagnostics) -> nodes.Config:
    """Return the tree of a configuration; what is wrong with its text goes to `diags`."""
    problem = not_text(source)
    if problem:
        diags.error("PM0106", problem.message, problem.span, hint=problem.hint)
        return nodes.Config(source=source, statements=(), span=Span(source, 0, 0))
    run = _Run(source, diags)
    config = nodes.Config(
        source=source, statements=run.statements(), span=Span(source, 0, len(source.text))
    )
    check(config, diags)
    return config


@lru_cache(maxsize=1)
def click_parser() -> Lark:
    """Return the parser of the language; its tables are built once and kept in the cache."""
    grammar = (grammar_dir() / "click.lark").read_text()
    folder = cache.folder("grammar")
    return Lark(
        grammar,
        start="config",
        parser="lalr",
        lexer=ClickLexer,
        transformer=Builder(),
        cache=str(folder / f"click-{cache.key(grammar, sys.version)}") if folder else False,
    )


class _Run:
    """One run of the parser over one text."""

    def __init__(self, source: Source, diags: Diagnostics) -> None:
        self.source = source
        self.diags = diags
        self.places = Places(source, diags)
        self.interactive = click_parser().parse_interactive(source.text)
        self.state: ParserState[int] = self.interactive.parser_state
        # While skipping: how many braces are open since the error; None when not skipping.
        self.skipping: int | None = None

    def statements(self) -> tuple[nodes.Statement, ...]:
        """Parse everything and return the statements of the file."""
        for token in tokens_of(self.interactive):
            if token.type == LINE:
                self.places.directive(token)
                continue
            token.span = self.places.span(token)
            if token.type in PROBLEMS:
                report_problem(token, self.diags)
                if token.type == TOO_DEEP:
                    return ()
            elif self.skipping is None or self._ends_skipping(token):
                self._feed(token)
        return self._finish()

    def _feed(self, token: SpannedToken) -> None:
        try:
            self.state.feed_token(token)
        except UnexpectedToken:
            report_unexpected(self.interactive, token, self.diags)
            self._recover(token)

    def _recover(self, token: SpannedToken) -> None:
        """Drop the broken statement, and skip what follows of it."""
        depth = self._cut_back()
        if token.type in _CLOSING and depth == 0:
            self._feed_quietly(token)
            return
        if token.type == "SEMICOLON" and depth == 0:
            return
        self.skipping = depth + _OPENING.get(token.type, 0) - (token.type in _CLOSING)

    def _cut_back(self) -> int:
        """Cut the stack back to the innermost statements; return how many braces were cut off."""
        values, states = self.state.value_stack, self.state.state_stack
        depth = 0
        while values and not isinstance(values[-1], Statements):
            value = values.pop()
            states.pop()
            if isinstance(value, Token):
                depth += _OPENING.get(value.type, 0)
        if not values:
            self._restart()
        return depth

    def _restart(self) -> None:
        """Begin a list of statements: an error before the first one left none to go back to."""
        self.state.feed_token(SpannedToken("SEMICOLON", ";", start_pos=0, end_pos=0))

    def _feed_quietly(self, token: SpannedToken) -> None:
        """Feed a closing brace after an error; one that closes nothing was part of the error."""
        try:
            self.state.feed_token(token)
        except UnexpectedToken:
            self._cut_back()

    def _ends_skipping(self, token: SpannedToken) -> bool:
        """Skip one token; return whether it is the first to be parsed again."""
        assert self.skipping is not None
        if self.skipping == 0 and (token.type in _CLOSING or self._begins_statement(token)):
            self.skipping = None
            return True
        if token.type == "SEMICOLON" and self.skipping <= 0:
            self.skipping = None
            return False
        self.skipping += _OPENING.get(token.type, 0) - (token.type in _CLOSING)
        return False

    def _begins_statement(self, token: SpannedToken) -> bool:
        """Guess whether a statement begins here although no ';' ended the last one."""
        first_in_line = token.span.column == 1 and token.type == "NAME"
        return first_in_line or token.type in _STARTS

    def _finish(self) -> tuple[nodes.Statement, ...]:
        """Feed the end of the text; what was not closed is reported here."""
        values = self.state.value_stack
        opened = [v for v in values if isinstance(v, SpannedToken) and v.type in _OPENING]
        last = len(self.source.text.rstrip())
        end = SpannedToken("$END", "", start_pos=last, end_pos=last)
        end.span = self.places.span(end)
        try:
            result = self.state.feed_token(end, is_end=True)
            return cast("tuple[nodes.Statement, ...]", result)
        except UnexpectedToken:
            if self.skipping is None or opened:
                self._report_end(end, opened)
        outermost = next((v for v in values if isinstance(v, Statements)), Statements())
        return tuple(outermost)

    def _report_end(self, end: SpannedToken, opened: list[SpannedToken]) -> None:
        if not opened:
            report_unexpected(self.interactive, end, self.diags)
            return
        opening = opened[-1]
        closing = "}" if opening.type == "LBRACE" else ")"
        self.diags.error(
            "PM0104",
            f"expected '{closing}' before the end of the file",
            opening.span,
            hint=f"this '{opening}' is not closed",
        )
