"""What to say about constructs that `grammar/element.lark` refuses."""

from __future__ import annotations

from collections.abc import Mapping

from lark import Lark, UnexpectedInput, UnexpectedToken
from lark.lexer import PatternStr

from pmill.diagnostics import Diagnostics, Source, Span
from pmill.elements.head import Head

_START = "/// Doc.\nstruct E { "
_OPEN = _START + "static constexpr Spec spec{}; struct Args {}; "
_ARGUMENT = (
    "an argument is one 'type name = value;  ///< doc' or, mandatory, 'type name;  ///< doc'"
)
_DEFAULT = "a default is a literal, an enumerator, 'Type{…}' or a sum, product or shift of numbers"

# Hint -> malformed snippets. A snippet stands for every head that fails in the same state of the
# parser at the same token.
_HINTS: Mapping[str, list[str]] = {
    "an element begins with 'static constexpr Spec spec{…};'": [
        _START + "struct",
        _START + "enum",
        _START + "using",
        _START + "static inline",
        _START + "static constexpr unsigned",
        _START + "Count",
    ],
    "the settings of a Spec are '.field = value', separated by commas": [
        _START + "static constexpr Spec spec{true",
        _START + 'static constexpr Spec spec{"1/1"',
        _START + "static constexpr Spec spec{meta",
        _START + 'static constexpr Spec spec{.ports = "1/1" .',
    ],
    "a field of a Spec is a string, a number, true, false, 'outputs(1)' or 'meta::a | meta::b'": [
        _START + "static constexpr Spec spec{.ports = name",
        _START + "static constexpr Spec spec{.reads = network",
        _START + "static constexpr Spec spec{.reads = -",
    ],
    "'Spec spec' is 'static constexpr' and initialised in braces": [
        _START + "static Spec",
        _START + "constexpr",
        _START + "static constexpr Spec spec =",
        _START + "static constexpr Spec spec;",
    ],
    "enumerators have no values of their own: they count from 0": [
        _OPEN + "enum class X { a =",
        _OPEN + "enum class X { a, b =",
    ],
    "use 'enum class'": [_OPEN + "enum X", _OPEN + "enum {"],
    "macros are not for the head of an element": [
        _OPEN + "#",
        _START + "static constexpr Spec spec{}; #",
        _OPEN + "struct Args { #",
        _OPEN + "struct Args { int a = 1; #",
        _OPEN + "struct Args { int a = 1; ///< doc\n #",
    ],
    _ARGUMENT: [
        _OPEN + "struct Args { int a,",
        _OPEN + "struct Args { int a[",
        _OPEN + "struct Args { int a(",
        _OPEN + "struct Args { int *",
        _OPEN + "struct Args { int &",
        _OPEN + "struct Args { const int",
        _OPEN + "struct Args { unsigned int a",
        _OPEN + "struct Args { static constexpr int",
        _OPEN + "struct Args { int operator",
    ],
    "the doc of a member stands behind its ';'": [
        _OPEN + "struct Args { ///< doc",
        _OPEN + "struct Args { int a ///< doc",
        _OPEN + "struct Args { int a = 1 ///< doc",
        _OPEN + "struct Args { int a = true ///< doc",
        _OPEN + "struct Args { int a = f ///< doc",
        _OPEN + "struct Args { int a{} ///< doc",
    ],
    _DEFAULT: [
        _OPEN + "struct Args { int a = f =",
        _OPEN + "struct Args { int a = (",
        _OPEN + "struct Args { int a = ~",
        _OPEN + "struct Args { int a = !",
        _OPEN + "struct Args { int a = [",
        _OPEN + "struct Args { int a = 1 /",
        _OPEN + "struct Args { int a = f /",
        _OPEN + "struct Args { int a = 1 ?",
        _OPEN + "struct Args { int a = true ?",
        _OPEN + "struct Args { int a = f{} ?",
        _OPEN + "struct Args { int a = - (",
        _OPEN + "struct Args { int a = - b",
        _OPEN + "struct Args { int a = 'c'",
    ],
    "members and functions of an element stand in State, or are 'static'": [
        _OPEN + "Count",
        _OPEN + "int x",
        _START + "static constexpr Spec spec{}; Counter",
        _START + "static constexpr Spec spec{}; int x",
    ],
    "an enumeration, Args and State end with '};'": [
        _OPEN + "struct Args { } struct",
        _OPEN + "struct State { } struct",
        _OPEN + "enum class X { a } struct",
    ],
}


# Terminals that are not one text.
_SHOWN = {
    "NAME": "a name",
    "NUMBER": "a number",
    "OPERATOR": "an operator",
    "STRING": "a string",
    "TRAIL": "'///<'",
}


def report_syntax(
    e: UnexpectedInput, parser: Lark, source: Source, head: Head, diags: Diagnostics
) -> None:
    """Report the place where the grammar gave up, with the hint of the snippet most like it."""
    start, end = _place(e, head)
    at_end = start == head.end
    if at_end:
        found = "the first function" if head.has_function else "the end of the struct"
        start, end = head.end, min(head.end + 1, len(source.text))
    else:
        found = f"'{source.text[start:end]}'"
        if source.text.startswith("///", start):
            found = "a doc comment"
    hint = None if at_end else _hint(e, parser)
    diags.error(
        "PM0202",
        f"cannot read element '{head.name}': {found} is not expected here",
        Span(source, start, end),
        hint=hint or _expected(e, parser),
    )


def _hint(e: UnexpectedInput, parser: Lark) -> str | None:
    """The hint whose snippet fails most like `e`: in the same state, best at the same token."""
    if not isinstance(e, UnexpectedToken):
        return None
    best: tuple[int, str] | None = None
    for hint, snippets in _HINTS.items():
        for snippet in snippets:
            likeness = _likeness(e, _failure(snippet, parser))
            if likeness > (best[0] if best else 1):
                best = likeness, hint
    return best[1] if best else None


def _likeness(e: UnexpectedToken, other: UnexpectedInput | None) -> int:
    if not isinstance(other, UnexpectedToken) or _state(e) != _state(other):
        return 0
    if e.token == other.token:
        return 3
    return 2 if e.token.type == other.token.type else 1


def _state(e: UnexpectedToken) -> object:
    """The state of the parser's automaton; how deep its stack was makes no difference here."""
    return getattr(e.state, "position", None)


def _failure(snippet: str, parser: Lark) -> UnexpectedInput | None:
    try:
        parser.parse(snippet)
    except UnexpectedInput as e:
        return e
    return None


def _place(e: UnexpectedInput, head: Head) -> tuple[int, int]:
    """The characters at which the parser stopped."""
    if not isinstance(e, UnexpectedToken):
        start = e.pos_in_stream or head.start
        return start, start + 1
    if e.token.type == "$END" or e.token.start_pos is None:
        return head.end, head.end
    return e.token.start_pos, e.token.start_pos + len(e.token)


def _expected(e: UnexpectedInput, parser: Lark) -> str | None:
    """What the grammar would take instead, when that is little enough to be of help."""
    names = e.accepts if isinstance(e, UnexpectedToken) else None
    if not names or len(names) > 4:
        return None
    return "expected " + " or ".join(sorted(_shown(parser, name) for name in names))


def _shown(parser: Lark, terminal: str) -> str:
    pattern = parser.get_terminal(terminal).pattern
    if isinstance(pattern, PatternStr):
        return f"'{pattern.value}'"
    return _SHOWN.get(terminal, terminal)
