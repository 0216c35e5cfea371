r"""Regular expressions of test files, which are Perl's, as Python's.

    {{\d{3}}}   [[:alpha:]]   (?<word>\w+)   \h   \z   \Q.\E

Both languages agree on most; what only Perl can is refused by name rather than misread.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_POSIX: Final = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
    "word": r"\w",
    "cntrl": r"\x00-\x1f\x7f",
    "print": r"\x20-\x7e",
    "graph": r"\x21-\x7e",
}
# Escapes that Python lacks; None where there is nothing that means the same.
_ESCAPES: Final[dict[str, str | None]] = {
    "h": r"[ \t]",
    "H": r"[^ \t]",
    "v": r"[\n\x0b\f\r]",
    "V": r"[^\n\x0b\f\r]",
    "R": r"(?:\r\n|[\n\x0b\f\r])",
    "N": r"[^\n]",
    "z": r"\Z",
    "Z": r"(?=\n?\Z)",
    "e": r"\x1b",
    "K": None,
    "G": None,
    "X": None,
    "p": None,
    "P": None,
    "C": None,
    "l": None,
    "u": None,
    "L": None,
    "U": None,
    "c": None,
}
_IN_CLASS: Final = {"h": r" \t", "v": r"\n\x0b\f\r", "e": r"\x1b"}
_ONLY_PERL: Final = (
    (re.compile(r"\(\?\??\{"), "code"),
    (re.compile(r"\(\?(?:R|[+-]?\d+|&\w+|P>\w+)\)"), "recursion"),
    (re.compile(r"\(\?\|"), "a branch reset '(?|'"),
    (re.compile(r"\(\*[A-Z]+"), "a backtracking verb"),
)
_TOKEN: Final = re.compile(
    r"""(?xs)
    \\Q(?P<quoted>.*?)(?:\\E|\Z)
    | \\x\{(?P<hex>[0-9A-Fa-f]+)\}
    | \\(?:g\{?|k[{<'])(?P<back>-?\w+)[}>']?
    | \\(?P<number>[1-9]\d*)
    | \\(?P<escape>.)
    | \(\?<(?P<group>[A-Za-z_]\w*)>
    | \(\?(?P<flags>[a-z^]*(?:-[a-z]+)?)\)
    | (?P<class>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\])
    """
)
_PIECE: Final = re.compile(r"\{\{(.*?)\}\}(?!\})", re.DOTALL)


class UnreadablePattern(Exception):
    """A regular expression that Python cannot do or that is wrong; the text says why."""


def has_patterns(line: str) -> bool:
    """Return whether a line has a `{{...}}` in it."""
    return "{{" in line and _PIECE.search(line) is not None


def without_comments(line: str) -> str:
    """Return a line without the `{{?comments}}` in it."""
    return _PIECE.sub(lambda found: "" if found[1].startswith("?") else found[0], line)


@lru_cache(maxsize=4096)
def text_pattern(line: str, *, ignore_case: bool, ignore_space: bool) -> re.Pattern[str]:
    """Return what matches whole lines like one with `{{regular expressions}}` in it.

    `ignore_case` concerns the expressions, `ignore_space` what is around them.
    """
    parts: list[str] = []
    groups = at = 0
    for found in _PIECE.finditer(line):
        parts.append(_literal(line[at : found.start()], ignore_space=ignore_space))
        at = found.end()
        part = translate(found[1], groups)
        groups += _compiled(part, found[1], prefix=groups).groups - groups
        parts.append(f"(?{'i' if ignore_case else ''}:{part})")
    parts.append(_literal(line[at:], ignore_space=ignore_space))
    return _compiled("".join(parts), line)


@lru_cache(maxsize=4096)
def regex_pattern(line: str, *, ignore_case: bool) -> re.Pattern[str]:
    """Return what matches whole lines by a line that is one regular expression."""
    return _compiled(f"(?{'i' if ignore_case else ''}:{translate(line)})", line)


def translate(perl: str, groups: int = 0) -> str:
    """Return Python's spelling; `groups` groups stand in front of this expression."""
    for pattern, what in _ONLY_PERL:
        if pattern.search(perl):
            raise UnreadablePattern(f"'{perl}' contains {what}, which only Perl can do")
    out: list[str] = []
    at = 0
    closing = 0  # of groups that were opened for flags which hold up to the end
    for token in _TOKEN.finditer(perl):
        out.append(perl[at : token.start()])
        at = token.end()
        if token["flags"] is not None:
            if _depth(perl[: token.start()]) != 0:
                raise UnreadablePattern(f"'{perl}' sets flags inside of a group")
            out.append(f"(?{token['flags'].replace('^', '')}:")
            closing += 1
        else:
            out.append(_translated(token, perl, groups))
    out.append(perl[at:])
    return "".join(out) + ")" * closing


def _depth(perl: str) -> int:
    """Return how many groups are open at the end of a beginning."""
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "", perl)
    return plain.count("(") - plain.count(")")


def _translated(token: re.Match[str], perl: str, groups: int) -> str:
    if token["quoted"] is not None:
        return re.escape(token["quoted"])
    if token["hex"] is not None:
        code = int(token["hex"], 16)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    if token["group"] is not None:
        return f"(?P<{token['group']}>"
    if token["class"] is not None:
        return _class(token["class"], perl)
    back = token["back"] or token["number"]
    if back is not None:
        if back.startswith("-"):
            raise UnreadablePattern(f"'{perl}' refers to a group relatively")
        return f"(?:\\{groups + int(back)})" if back.isdecimal() else f"(?P={back})"
    return _escape(token["escape"], perl)


def _escape(letter: str, perl: str) -> str:
    if letter not in _ESCAPES:
        return f"\\{letter}" if letter.isascii() or not letter.isalpha() else letter
    python = _ESCAPES[letter]
    if python is None:
        raise UnreadablePattern(f"'{perl}' contains '\\{letter}', which only Perl can do")
    return python


def _class(text: str, perl: str) -> str:
    """Translate a [class]: POSIX names, and escapes that mean something else in it."""

    def posix(found: re.Match[str]) -> str:
        if found[1] or found[2] not in _POSIX:
            raise UnreadablePattern(f"'{perl}' contains '{found[0]}'")
        return _POSIX[found[2]]

    def escape(found: re.Match[str]) -> str:
        return _IN_CLASS.get(found[1], found[0])

    inner = re.sub(r"\\(.)", escape, text)
    inner = re.sub(r"\[:(\^?)(\w+):\]", posix, inner)
    # Python warns of what may once mean sets of sets.
    return "[" + re.sub(r"(?<!\\)\[|([&|~])(?=\1)", r"\\\g<0>", inner[1:])


def _literal(text: str, *, ignore_space: bool) -> str:
    """Match a text; with `ignore_space`, with white space anywhere in and around it."""
    if not ignore_space:
        return re.escape(text)
    return r"\s*" + "".join(re.escape(c) + r"\s*" for c in text if not c.isspace())


def _compiled(python: str, perl: str, prefix: int = 0) -> re.Pattern[str]:
    """Compile; `prefix` empty groups in front make references to earlier ones legal."""
    try:
        return re.compile("()" * prefix + python, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise UnreadablePattern(f"'{perl}' is no regular expression: {error}") from None
