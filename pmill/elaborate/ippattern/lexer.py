"""The Lark lexer of patterns: text to keywords, operators, relations and other words.

A word is made of letters, digits and `- . / @ _ :`, so that `10.0.0.0/8`, `02:00:00:00:00:01` and
`ftp-data` are one each; for the same reason the `:` of `c ? a : b` needs spaces around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from lark import Token
from lark.common import LexerConf
from lark.lexer import Lexer, PatternStr

if TYPE_CHECKING:
    from lark.parsers.lalr_interactive_parser import InteractiveParser

__all__ = ["ILLEGAL", "PatternLexer", "tokens_of"]

ILLEGAL = "ILLEGAL"  # a character that begins no token

_TOKEN = re.compile(
    r"(?P<WORD>[-A-Za-z0-9./@_:]+)"
    r"|(?P<RELATION>[=!]=|[<>]=?|=)"
    r"|(?P<OPERATOR>&&|\|\||[][()?!&])"
    r"|(?P<ILLEGAL>\S)"
)


class PatternLexer(Lexer):
    """Cuts a pattern into tokens."""

    def __init__(self, lexer_conf: LexerConf) -> None:
        self._spelled = {
            terminal.pattern.value: terminal.name
            for terminal in lexer_conf.terminals
            if isinstance(terminal.pattern, PatternStr)
        }

    def lex(self, data: str) -> Iterator[Token]:  # type: ignore[override]
        """Yield the tokens of `data`, in order."""
        for m in _TOKEN.finditer(data):
            kind = self._spelled.get(m[0], str(m.lastgroup))
            yield Token(kind, m[0], start_pos=m.start(), end_pos=m.end())


def tokens_of(parser: InteractiveParser) -> Iterator[Token]:
    """Return the tokens of the text that a parser was made for."""
    thread = cast(Any, parser.lexer_thread)  # lark leaves this method without types
    return cast("Iterator[Token]", thread.lex(parser.parser_state))
