"""What a syntax error says: by example where possible, else by what the parser expected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from lark import UnexpectedToken

from pmill.diagnostics import Diagnostics, Source, Span
from pmill.syntax.lexer import (
    ILLEGAL,
    MAX_DEPTH,
    TOO_DEEP,
    UNTERMINATED_COMMENT,
    UNTERMINATED_CONFIG,
    UNTERMINATED_STRING,
    SpannedToken,
    tokens_of,
)

if TYPE_CHECKING:
    from lark.parsers.lalr_interactive_parser import InteractiveParser


@dataclass(frozen=True, slots=True)
class _Example:
    """A text that is wrong at its last token, and what to say about that."""

    text: str
    message: str
    hint: str


_NOWHERE = Span(Source("example", ""), 0, 0)

_NO_CLASS = "missing element class in declaration"
_WRITE_CLASS = "write 'name :: Class' or 'name :: Class(arguments)'"
_PORT = "port number should be an integer"
_WRITE_PORT = "ports are written '[0]', '[0, 2]' or '[1-3]'"
_NO_NAME = "missing name after 'elementclass'"
_WRITE_COMPOUND = "write 'elementclass Name { input -> ... -> output }'"
_DEFINE = "expected '(' after 'define'"
_WRITE_DEFINE = "write 'define($NAME value, $OTHER value)'"
_REQUIRE = "expected '(' after 'require'"
_WRITE_REQUIRE = "write 'require(feature)'"
_PROVIDE = "'provide' is a reserved word without a meaning"
_OTHER_NAME = "give the element another name"
_VARIABLE = "a variable can only stand in a configuration string or as a parameter of a compound"
_INSIDE = "put it between the parentheses after an element class"
_TWO_CLASSES = "an element has one class"
_SEMICOLON_BEFORE = "is a ';' missing before this declaration?"

_EXAMPLES = (
    _Example("a :: ;", _NO_CLASS, _WRITE_CLASS),
    _Example("a :: ->", _NO_CLASS, _WRITE_CLASS),
    _Example("a :: (x)", _NO_CLASS, _WRITE_CLASS),
    _Example("a :: [", _NO_CLASS, _WRITE_CLASS),
    _Example("a :: ", _NO_CLASS, _WRITE_CLASS),
    _Example("a :: ,", _NO_CLASS, _WRITE_CLASS),
    _Example("a :: $x", _VARIABLE, "write the name of a class"),
    _Example("a :: B :: ", _TWO_CLASSES, _SEMICOLON_BEFORE),
    _Example("a :: B(x) :: ", _TWO_CLASSES, _SEMICOLON_BEFORE),
    _Example("a(x) ::", "a configuration string comes after the class", _WRITE_CLASS),
    _Example("a[0] ::", "ports come after the class", "write 'a :: Class', then 'a[0] -> ...'"),
    _Example("a[b", _PORT, _WRITE_PORT),
    _Example("a[0, b", _PORT, _WRITE_PORT),
    _Example("a[0-b", _PORT, _WRITE_PORT),
    _Example("a[$", _PORT, "a variable cannot be a port number"),
    _Example("a[-", _PORT, _WRITE_PORT),
    _Example("a[0;", "expected ']'", _WRITE_PORT),
    _Example("a[0 ->", "expected ']'", _WRITE_PORT),
    _Example("a[0", "expected ']'", _WRITE_PORT),
    _Example("a[", "expected ']'", _WRITE_PORT),
    _Example("elementclass {", _NO_NAME, _WRITE_COMPOUND),
    _Example("elementclass ;", _NO_NAME, _WRITE_COMPOUND),
    _Example("elementclass", _NO_NAME, _WRITE_COMPOUND),
    _Example("elementclass (", _NO_NAME, _WRITE_COMPOUND),
    _Example("elementclass A;", "missing body of 'elementclass'", _WRITE_COMPOUND),
    _Example("elementclass A", "missing body of 'elementclass'", _WRITE_COMPOUND),
    _Example(
        "elementclass A($x)",
        "the parameters of a compound stand inside its braces",
        "write 'elementclass Name { $a, $b | ... }'",
    ),
    _Example("elementclass A ::", "expected '{' or a class", _WRITE_COMPOUND),
    _Example("elementclass A { $a, $b ;", "expected ',' or '|'", "end the parameters with '|'"),
    _Example("elementclass A { $a, $b }", "expected ',' or '|'", "end the parameters with '|'"),
    _Example("elementclass A { $a $", "expected ',' or '|'", "separate parameters with ','"),
    _Example("elementclass A { $a -", "expected ',' or '|'", "a parameter has no default value"),
    _Example("elementclass A { $a, |", "expected a parameter", "remove the ',' before '|'"),
    _Example("elementclass A { $a, ;", "expected a parameter", "parameters begin with '$'"),
    _Example("elementclass A { K $a, b", "expected a parameter", "parameters begin with '$'"),
    _Example("elementclass A { ...", "'...' must come after a compound", "write '{ ... || ... }'"),
    _Example("elementclass A { || ... ||", "'...' must come last", "write '{ A || B || ... }'"),
    _Example("define ;", _DEFINE, _WRITE_DEFINE),
    _Example("define $x", _DEFINE, _WRITE_DEFINE),
    _Example("define a", _DEFINE, _WRITE_DEFINE),
    _Example("define", _DEFINE, _WRITE_DEFINE),
    _Example("require ;", _REQUIRE, _WRITE_REQUIRE),
    _Example("require a", _REQUIRE, _WRITE_REQUIRE),
    _Example("require", _REQUIRE, _WRITE_REQUIRE),
    _Example("provide", _PROVIDE, "remove this statement"),
    _Example(";provide", _PROVIDE, "remove this statement"),
    _Example("$x", _VARIABLE, _INSIDE),
    _Example(";$x", _VARIABLE, _INSIDE),
    _Example("a $x", _VARIABLE, _INSIDE),
    _Example("a -> $x", _VARIABLE, _INSIDE),
    _Example("define ::", "'define' is a reserved word", _OTHER_NAME),
    _Example("require ::", "'require' is a reserved word", _OTHER_NAME),
    _Example("elementclass ::", "'elementclass' is a reserved word", _OTHER_NAME),
    _Example("a, ;", "expected an element after ','", "remove the ','"),
    _Example("a, ->", "expected an element after ','", "remove the ','"),
    _Example("a :: B, ;", "expected an element after ','", "remove the ','"),
    _Example("::", "missing element name before '::'", _WRITE_CLASS),
    _Example(";::", "missing element name before '::'", _WRITE_CLASS),
    _Example("}", "'}' closes nothing", "remove it, or look for a missing '{' before it"),
    _Example(";}", "'}' closes nothing", "remove it, or look for a missing '{' before it"),
    _Example("a }", "'}' closes nothing", "remove it, or look for a missing '{' before it"),
    _Example(")", "')' closes nothing", "remove it, or look for a missing '(' before it"),
    _Example(";)", "')' closes nothing", "remove it, or look for a missing '(' before it"),
    _Example("a )", "')' closes nothing", "remove it, or look for a missing '(' before it"),
    _Example("a(b) )", "')' closes nothing", "remove it, or look for a missing '(' before it"),
    _Example("a :: B(b) )", "')' closes nothing", "remove it, or look for a missing '(' before it"),
    _Example("a :: B )", "')' closes nothing", "remove it, or look for a missing '(' before it"),
    _Example("a(b) (", "an element has one configuration string", "is a ';' missing before it?"),
    _Example("a :: B(b) (", "an element has one configuration string", "write 'Class(x, y)'"),
    _Example("a -", "syntax error near '-'", "connections are written '->', without a space"),
    _Example("a[0] -", "syntax error near '-'", "connections are written '->', without a space"),
    _Example("a :: B -", "syntax error near '-'", "connections are written '->', without a space"),
    _Example("a(b) -", "syntax error near '-'", "connections are written '->', without a space"),
    _Example("a :: B(b) -", "syntax error near '-'", "connections are written '->'"),
)

_CHARACTERS = {
    ":": "a class is declared with '::'",
    ">": "connections are written '->', without a space",
    "=": "connections are written '->' or '=>'; variables are set with 'define($NAME value)'",
    "~": "a context arrow is written '~>' or '~NAME>'",
    "<": "connections go from left to right and are written '->'",
    ".": "names consist of letters, digits, '_', '@' and '/'",
    "#": "comments begin with '//'; '#' only begins a line directive in the first column",
    "/": "comments begin with '//' or '/*'; in a name, '/' joins two words without a space",
    "\\": "a backslash has a meaning in configuration strings only",
    '"': "a string can only stand between the parentheses of an element",
    "'": "a string can only stand between the parentheses of an element",
    "\N{RIGHTWARDS ARROW}": "connections are written '->'",
    "\N{EN DASH}": "connections are written '->', with a hyphen",
    "\N{EM DASH}": "connections are written '->', with a hyphen",
    "\N{NO-BREAK SPACE}": "this is a no-break space; replace it by an ordinary one",
    "\N{ZERO WIDTH NO-BREAK SPACE}": "this is a byte order mark; save the file without it",
}

_WORDS = {
    "ARROW": "'->'",
    "DOUBLE_ARROW": "'=>'",
    "COLONS": "'::'",
    "SEMICOLON": "';'",
    "COMMA": "','",
    "BAR": "'|'",
    "BARS": "'||'",
    "ELLIPSIS": "'...'",
    "LBRACKET": "'['",
    "RBRACKET": "']'",
    "LBRACE": "'{'",
    "RBRACE": "'}'",
    "LPAR": "'('",
    "RPAR": "')'",
    "CONFIG": "'('",
    "NAME": "a name",
    "NUMBER": "a port number",
    "VARIABLE": "a variable",
    "$END": "the end of the file",
}


def report_unexpected(parser: InteractiveParser, token: SpannedToken, diags: Diagnostics) -> None:
    """Report that `token` cannot stand where the parser is."""
    if token.type == ILLEGAL:
        _report_illegal(token, diags)
        return
    example = _by_example().get((parser.parser_state.position, token.type))
    if example:
        diags.error("PM0101", example.message, token.span, hint=example.hint)
        return
    near = "at the end of the file" if token.type == "$END" else f"near '{_shown(token)}'"
    diags.error("PM0101", f"syntax error {near}", token.span, hint=_expected(parser, token))


def report_problem(token: SpannedToken, diags: Diagnostics) -> None:
    """Report what the lexer could not end."""
    match token.type:
        case _ if token.type == UNTERMINATED_COMMENT:
            diags.warning(
                "PM0103",
                "comment is not closed",
                token.span,
                hint="it ends with the file; '/*' needs a '*/' after it",
            )
        case _ if token.type == UNTERMINATED_STRING:
            diags.error("PM0102", "string is not closed", token.span, hint=_string_hint(token))
        case _ if token.type == UNTERMINATED_CONFIG:
            diags.error(
                "PM0104", "expected ')'", token.span, hint="this '(' is not closed; add a ')'"
            )
        case _ if token.type == TOO_DEEP:
            diags.error(
                "PM0111",
                "maximum compound element nesting depth exceeded",
                token.span,
                hint=f"at most {MAX_DEPTH} braces may be open; name inner compounds "
                "with 'elementclass'",
            )


def _string_hint(token: SpannedToken) -> str:
    if token == "'":
        return 'a lone apostrophe begins a string; write it as "\'" in double quotes'
    return "add the missing '\"', here or to a string before it"


def _report_illegal(token: SpannedToken, diags: Diagnostics) -> None:
    character = token[0]
    if character in "\"'":
        diags.error("PM0105", "a string cannot stand here", token.span, hint=_CHARACTERS['"'])
        return
    if "\udc80" <= character <= "\udcff":  # a byte that is no UTF-8
        message = f"illegal byte 0x{ord(character) - 0xDC00:02x}"
    elif character.isprintable():
        message = f"illegal character '{character}'"
    else:
        message = f"illegal character U+{ord(character):04X}"
    hint = _CHARACTERS.get(character)
    if hint is None:
        hint = "remove it" if character.isascii() else "names are spelled with ASCII letters only"
    diags.error("PM0105", message, token.span, hint=hint)


def _expected(parser: InteractiveParser, token: SpannedToken) -> str | None:
    accepted: set[str] = cast(Any, parser).accepts()  # lark leaves it without types
    span = token.span
    if "SEMICOLON" in accepted and not _line_before(span).strip():
        return "is a ';' missing at the end of the statement before?"
    words = sorted({_WORDS[kind] for kind in accepted if kind in _WORDS})
    if not words or len(words) > 6:
        return None
    return "expected " + (" or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words))


def _line_before(span: Span) -> str:
    return span.source.line(span.line)[: span.column - 1]


def _shown(token: SpannedToken) -> str:
    text = token if len(token) <= 30 else token[:30] + "..."
    return "".join(c if c.isprintable() else " " for c in text)


@lru_cache(maxsize=1)
def _by_example() -> dict[tuple[int, str], _Example]:
    """Where in the parser's tables each example goes wrong, at which kind of token."""
    from pmill.syntax.parser import click_parser

    found: dict[tuple[int, str], _Example] = {}
    for example in _EXAMPLES:
        parser = click_parser().parse_interactive(example.text)
        end = SpannedToken("$END", "", start_pos=0, end_pos=0)
        state = parser.parser_state
        for token in [*tokens_of(parser), end]:
            token.span = _NOWHERE
            try:
                state.feed_token(token, is_end=token is end)
            except UnexpectedToken:
                found.setdefault((state.position, token.type), example)
                break
    return found
