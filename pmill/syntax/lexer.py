"""The Lark lexer of the configuration language.

What stands between the parentheses after a name is raw text: it becomes one CONFIG token, found
by stepping over nested parentheses, strings and comments. A parenthesis anywhere else opens an
element group. What cannot be a token is reported in band, as a token of a type in `PROBLEMS`, and
lexing goes on at the likeliest place, so that one run finds every error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from lark import Token
from lark.common import LexerConf
from lark.lexer import Lexer, PatternStr

from pmill.diagnostics import Span
from pmill.syntax.scan import (
    comment_starts,
    directive_starts,
    line_end,
    skip_bytes,
    skip_comment,
    skip_quoted,
)

if TYPE_CHECKING:
    from lark.parsers.lalr_interactive_parser import InteractiveParser

UNTERMINATED_COMMENT = "UNTERMINATED_COMMENT"
UNTERMINATED_STRING = "UNTERMINATED_STRING"
UNTERMINATED_CONFIG = "UNTERMINATED_CONFIG"
TOO_DEEP = "TOO_DEEP"
PROBLEMS = frozenset({UNTERMINATED_COMMENT, UNTERMINATED_STRING, UNTERMINATED_CONFIG, TOO_DEEP})
ILLEGAL = "ILLEGAL"  # a character that begins no token: an error wherever it stands
LINE = "LINE"  # `#line 12 "file"`: not for the parser

MAX_DEPTH = 60  # of braces and groups; whoever walks the tree may recurse

_BLANK = re.compile(r"[ \t\r\n\f\v]+")
_NAME = re.compile(r"[A-Za-z0-9_@]+(?:/[A-Za-z0-9_@]+)*")
_VARIABLE = re.compile(r"\$[A-Za-z0-9_]*")
_CONTEXT_ARROW = re.compile(r"~[A-Za-z0-9/]*>")
_INTEGER = re.compile(r"0[xX][0-9A-Fa-f]+|0[bB][01]+|[0-9]+(?:_[0-9]+)*")
_CONFIG_STOP = re.compile(r"[()\"'#]|\\<|//|/\*")
_STATEMENT_END = re.compile(r";[ \t]*(?://[^\r\n]*)?(?=[\r\n]|$)")
_KEYWORDS = frozenset({"elementclass", "define", "require", "provide"})


class SpannedToken(Token):
    """A token that knows its place; the parser sets it before it feeds the token to Lark."""

    span: Span


class ClickLexer(Lexer):
    """Cuts a configuration into tokens."""

    def __init__(self, lexer_conf: LexerConf) -> None:
        spelled = {
            terminal.pattern.value: terminal.name
            for terminal in lexer_conf.terminals
            if isinstance(terminal.pattern, PatternStr)
        }
        self._keywords = {word: word.upper() for word in _KEYWORDS}
        self._operators = {word: name for word, name in spelled.items() if word not in _KEYWORDS}
        longest_first = sorted(self._operators, key=len, reverse=True)
        self._operator = re.compile("|".join(map(re.escape, longest_first)))

    def lex(self, data: str) -> Iterator[Token]:  # type: ignore[override]
        """Yield the tokens of `data`, in order."""
        return iter(_Lexing(data, self._keywords, self._operators, self._operator).tokens())


def tokens_of(parser: InteractiveParser) -> Iterator[SpannedToken]:
    """Return the tokens of the text that a parser was made for; their spans are not yet set."""
    thread = cast(Any, parser.lexer_thread)  # lark leaves this method without types
    return cast("Iterator[SpannedToken]", thread.lex(parser.parser_state))


class _Lexing:
    """The lexing of one text."""

    def __init__(
        self,
        text: str,
        keywords: dict[str, str],
        operators: dict[str, str],
        operator: re.Pattern[str],
    ) -> None:
        self.text = text
        self.keywords = keywords
        self.operators = operators
        self.operator = operator
        self.found: list[Token] = []
        self.in_ports = False
        # For each open '{': whether it is the body of an `elementclass`, after which '(' cannot
        # be a configuration. For each open group: None.
        self.open: list[bool | None] = []
        self.closed_class = False  # what the last '}' took from `open`

    def tokens(self) -> list[Token]:
        """Return all tokens; they end early where braces are nested too deeply."""
        at = 0
        while at < len(self.text) and len(self.open) <= MAX_DEPTH:
            at = self._step(at)
        if len(self.open) > MAX_DEPTH:
            self.found[-1].type = TOO_DEEP
        return self.found

    def _step(self, at: int) -> int:
        """Take what stands at `at` and return where it ends."""
        text = self.text
        if blank := _BLANK.match(text, at):
            return blank.end()
        if name := _NAME.match(text, at):
            return self._add(self._type_of(name.group()), at, name.end())
        if comment_starts(text, at):
            return self._comment(at)
        if text[at] == "#" and (at == 0 or directive_starts(text, at)):
            return self._add(LINE, at, line_end(text, at))
        if text[at] == "(" and self._config_may_follow():
            return self._config(at)
        if operator := self.operator.match(text, at):
            return self._punctuation(operator.group(), at)
        if arrow := _CONTEXT_ARROW.match(text, at):
            return self._arrow(at, arrow.end())
        if variable := _VARIABLE.match(text, at):
            return self._variable(at, variable.end())
        if text[at] in "\"'":
            return self._add(ILLEGAL, at, skip_quoted(text, at) or line_end(text, at))
        return self._add(ILLEGAL, at, at + 1)

    def _add(self, kind: str, start: int, end: int) -> int:
        text = self.text[start:end]
        self.found.append(SpannedToken(kind, text, start_pos=start, end_pos=end))
        return end

    def _type_of(self, word: str) -> str:
        if self.in_ports:
            return "NUMBER" if _INTEGER.fullmatch(word) else "NAME"
        return self.keywords.get(word, "NAME")

    def _last(self, back: int = 1) -> str:
        """Return the type of the last token, or of one before it."""
        tokens = (token.type for token in reversed(self.found) if token.type != LINE)
        return next(islice(tokens, back - 1, None), "")

    def _config_may_follow(self) -> bool:
        if self._last() == "RBRACE":
            return not self.closed_class
        return self._last() in {"NAME", "DEFINE", "REQUIRE", "PROVIDE", "ELEMENTCLASS"}

    def _punctuation(self, operator: str, at: int) -> int:
        match operator:
            case "[":
                self.in_ports = True
            case "{":
                self.open.append(self._last() == "NAME" and self._last(2) == "ELEMENTCLASS")
            case "(":
                self.open.append(None)
            case "}" | ")":
                self.closed_class = bool(self.open.pop()) if self.open else False
        if operator not in {"[", ",", "-"}:
            self.in_ports = False
        return self._add(self.operators[operator], at, at + len(operator))

    def _arrow(self, at: int, end: int) -> int:
        self.in_ports = False
        return self._add("CONTEXT_ARROW", at, end)

    def _variable(self, at: int, end: int) -> int:
        # Two tokens of lookahead, which an LALR(1) parser lacks: `KEY $k` is a formal parameter,
        # where `KEY` alone would begin a statement.
        if self._last() == "NAME":
            next(t for t in reversed(self.found) if t.type != LINE).type = "KEYWORD"
        return self._add("VARIABLE", at, end)

    def _comment(self, at: int) -> int:
        end = skip_comment(self.text, at)
        if end is None:
            self._add(UNTERMINATED_COMMENT, at, at + 2)
            return len(self.text)
        return end

    def _config(self, opening: int) -> int:
        """Take a configuration string, which begins at `opening` with its parenthesis."""
        directives: list[tuple[int, int]] = []
        end, problem = _scan_config(self.text, opening, directives)
        if problem:
            return self._give_up(problem, end, opening)
        self._add("CONFIG", opening, end)
        for start, stop in directives:
            self._add(LINE, start, stop)
        return end

    def _give_up(self, problem: str, at: int, opening: int) -> int:
        """Report a configuration that does not end and return where to go on.

        What is not closed swallows the statements after it, so the likeliest place of the error
        is the first line that ends in ';' after the opening parenthesis.
        """
        line = _STATEMENT_END.search(self.text, opening)
        if line:
            at, problem = _scan_config(self.text[: line.start()], opening, [])
            end = line.start()
        else:
            end = len(self.text)
        self._add(problem, at, at + 1)
        self._add("CONFIG", opening, max(end, opening + 1))
        return max(end, opening + 1)


def _scan_config(text: str, opening: int, directives: list[tuple[int, int]]) -> tuple[int, str]:
    """Return where the configuration that begins at `opening` ends, and no problem; or else where
    what is not closed begins, and which problem that is. Line directives are appended."""
    at, depth = opening + 1, 1
    while stop := _CONFIG_STOP.search(text, at):
        at = stop.start()
        end: int | None = stop.end()
        problem = UNTERMINATED_STRING
        match stop.group():
            case "(":
                depth += 1
            case ")":
                depth -= 1
                if depth == 0:
                    return stop.end(), ""
            case "#" if directive_starts(text, at):
                end = line_end(text, at)
                directives.append((at, end))
            case '"' | "'":
                end = skip_quoted(text, at)
            case "//" | "/*":
                end = skip_comment(text, at)
                if end is None:
                    return opening, UNTERMINATED_CONFIG
            case "\\<":
                end = skip_bytes(text, at)
        if end is None:
            return at, problem
        at = end
    return opening, UNTERMINATED_CONFIG
