"""Steps over the parts of a configuration string that hide its punctuation.

Strings, `\\<48 65>` bytes and comments are recognised in the same way wherever configuration text
is read: by the lexer (to find the closing parenthesis), by the argument splitter and by the
expansion of variables. Every function takes the position of the opening character and returns the
position after the part, or `None` when the part is not closed.
"""

from __future__ import annotations

import re

_LINE_BREAK = re.compile(r"[\r\n]")


def skip_quoted(text: str, at: int) -> int | None:
    """Step over the string that begins with the quote at `at`."""
    if text[at] == "'":
        return _after(text, "'", at + 1)
    at += 1
    while at < len(text):
        if text[at] == '"':
            return at + 1
        if text.startswith("\\<", at):
            end = _after(text, ">", at + 2)
            if end is None:
                return None
            at = end
        else:
            at += 2 if text[at] == "\\" else 1
    return None


def skip_bytes(text: str, at: int) -> int | None:
    """Step over the bytes `\\<...>`, in which there may be comments."""
    at += 2
    while at < len(text):
        if text[at] == ">":
            return at + 1
        if comment_starts(text, at):
            end = skip_comment(text, at)
            if end is None:
                return None
            at = end
        else:
            at += 1
    return None


def comment_starts(text: str, at: int) -> bool:
    """Return whether `//` or `/*` stands at `at`."""
    return text.startswith(("//", "/*"), at)


def skip_comment(text: str, at: int) -> int | None:
    """Step over a comment; the newline that ends `//` is not part of it."""
    if text.startswith("/*", at):
        return _after(text, "*/", at + 2)
    return line_end(text, at)


def directive_starts(text: str, at: int) -> bool:
    """Return whether the `#` of a line directive stands at `at`: only in the first column."""
    return text.startswith("#", at) and at > 0 and text[at - 1] in "\r\n"


def line_end(text: str, at: int) -> int:
    """Return the position of the line break that follows, or the end of the text."""
    found = _LINE_BREAK.search(text, at)
    return found.start() if found else len(text)


def _after(text: str, closing: str, at: int) -> int | None:
    end = text.find(closing, at)
    return None if end < 0 else end + len(closing)
