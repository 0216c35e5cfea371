"""Cuts configuration strings into arguments, words and values, by Click's rules.

Commas in strings and in `\\<...>` do not separate arguments; commas in parentheses do. Comments
vanish. Texts keep pointing at the characters they came from as long as they are unchanged.
"""

from __future__ import annotations

import re

from pmill.syntax.flat import ConfigText
from pmill.syntax.scan import (
    comment_starts,
    directive_starts,
    line_end,
    skip_bytes,
    skip_comment,
    skip_quoted,
)

_SPACE = " \t\n\r\f\v"
_KEYWORD = re.compile(r"([A-Za-z_][A-Za-z0-9_:.?!]*)[ \t\n\r\f\v]+(?=[^ \t\n\r\f\v])")
_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_OCTAL = re.compile(r"[0-7]{1,3}")
_HEX = re.compile(r"[0-9A-Fa-f]+")


def split_arguments(text: ConfigText) -> tuple[ConfigText, ...]:
    """Return the comma-separated arguments, trimmed and without comments.

    An empty last argument is dropped; empty ones before it stay.
    """
    found: list[ConfigText] = []
    start = at = 0
    comments: list[tuple[int, int]] = []
    while at < len(text.text):
        end = _skip(text.text, at)
        if _is_comment(text.text, at):
            comments.append((at, end))
        elif text.text[at] == ",":
            found.append(_argument(text, start, at, comments))
            start, comments = end, []
        at = end
    last = _argument(text, start, len(text.text), comments)
    return (*found, last) if last.text else tuple(found)


def split_words(text: ConfigText) -> tuple[ConfigText, ...]:
    """Return the words that blanks and comments separate; quotes stay where they are."""
    found: list[ConfigText] = []
    start: int | None = None
    at = 0
    while at < len(text.text):
        end = _skip(text.text, at)
        separates = text.text[at] in _SPACE or _is_comment(text.text, at)
        if separates and start is not None:
            found.append(_piece(text, start, at))
            start = None
        elif not separates and start is None:
            start = at
        at = end
    if start is not None:
        found.append(_piece(text, start, len(text.text)))
    return tuple(found)


def split_keyword(argument: ConfigText) -> tuple[ConfigText, ConfigText] | None:
    """Return (keyword, value) of an argument that looks like `KEYWORD value`, or None.

    Like Click this asks only how the argument looks, not which keywords an element has.
    """
    found = _KEYWORD.match(argument.text)
    if not found:
        return None
    return (
        _piece(argument, 0, found.end(1)),
        _piece(argument, found.end(), len(argument.text)),
    )


def unquote(text: ConfigText | str) -> str:
    """Return what a value says when its quotes and escapes are taken off.

    Bytes that are no UTF-8 come as lone surrogates: encode with `surrogateescape` for the bytes.
    """
    if isinstance(text, ConfigText):
        text = text.text
    if not any(c in text for c in "\"'\\"):
        return text
    out = bytearray()
    at = 0
    while at < len(text):
        if text[at] == "'":
            end = skip_quoted(text, at)
            out += _encode(text[at + 1 : len(text) if end is None else end - 1])
            at = len(text) if end is None else end
        elif text[at] == '"':
            at = _unquote_double(text, at + 1, out)
        elif text.startswith("\\<", at):
            at = _unquote_bytes(text, at, out)
        else:
            out += _encode(text[at])
            at += 1
    return out.decode("utf-8", "surrogateescape")


def quote(value: str) -> str:
    """Return configuration text that unquotes to `value`, in quotes only where it must be."""
    if value and re.fullmatch(r"[A-Za-z0-9_.:/@+*=<>!?&|%^-]+", value) and not _has_comment(value):
        return value
    out = []
    for byte in _encode(value):
        char = chr(byte)
        if char in '\\"$':
            out.append("\\" + char)
        elif 32 <= byte < 127:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return f'"{"".join(out)}"'


def _has_comment(value: str) -> bool:
    return "//" in value or "/*" in value


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _skip(text: str, at: int) -> int:
    """Return the end of what stands at `at`: a string, bytes, a comment or one character."""
    char = text[at]
    end: int | None = at + 1
    if char in "\"'":
        end = skip_quoted(text, at)
    elif text.startswith("\\<", at):
        end = skip_bytes(text, at)
    elif comment_starts(text, at):
        end = skip_comment(text, at)
    elif directive_starts(text, at):
        end = line_end(text, at)
    return len(text) if end is None else end


def _is_comment(text: str, at: int) -> bool:
    """Return whether a comment stands at `at`, or a line directive, which counts as one."""
    return comment_starts(text, at) or directive_starts(text, at)


def _piece(text: ConfigText, start: int, end: int) -> ConfigText:
    return ConfigText(text=text.text[start:end], span=text.part(start, end), verbatim=text.verbatim)


def _argument(
    text: ConfigText, start: int, end: int, comments: list[tuple[int, int]]
) -> ConfigText:
    """Return the argument in [start, end): comments at its ends trimmed, others one space."""
    inner = comments
    start, end, before = _trim_blank(text.text, start, end), end, None
    while before != (start, end):
        before = (start, end)
        if inner and inner[0][0] == start:
            start, inner = inner[0][1], inner[1:]
        if inner and inner[-1][1] == end:
            end, inner = inner[-1][0], inner[:-1]
        start = _trim_blank(text.text, start, end)
        while end > start and text.text[end - 1] in _SPACE:
            end -= 1
    piece = _piece(text, start, end)
    if not inner:
        return piece
    kept: list[str] = []
    at = start
    for comment_start, comment_end in inner:
        kept.append(text.text[at:comment_start].strip(_SPACE))
        at = comment_end
    kept.append(text.text[at:end].strip(_SPACE))
    return ConfigText(text=" ".join(k for k in kept if k), span=piece.span, verbatim=False)


def _trim_blank(text: str, start: int, end: int) -> int:
    while start < end and text[start] in _SPACE:
        start += 1
    return start


def _unquote_double(text: str, at: int, out: bytearray) -> int:
    """Append what is inside double quotes; return the position after the closing one."""
    while at < len(text) and text[at] != '"':
        if text.startswith("\\<", at):
            at = _unquote_bytes(text, at, out)
        elif text[at] == "\\" and at + 1 < len(text):
            at = _unescape(text, at + 1, out)
        else:
            out += _encode(text[at])
            at += 1
    return at + 1


def _unescape(text: str, at: int, out: bytearray) -> int:
    """Append the character that the escape at `at`, after its backslash, stands for."""
    char = text[at]
    if octal := _OCTAL.match(text, at):
        out.append(int(octal.group(), 8) & 0xFF)
        return octal.end()
    if char == "x" and (digits := _HEX.match(text, at + 1)):
        out.append(int(digits.group()[-2:], 16))
        return digits.end()
    if text.startswith("\r\n", at):
        return at + 2
    if char == "\n":
        return at + 1
    out += bytes([_ESCAPES[char]]) if char in _ESCAPES else _encode(char)
    return at + 1


def _unquote_bytes(text: str, at: int, out: bytearray) -> int:
    """Append the bytes of `\\<...>`: pairs of hex digits; all else between is ignored."""
    end = skip_bytes(text, at)
    inside = text[at + 2 : len(text) if end is None else end - 1]
    inside = re.sub(r"//[^\r\n]*|/\*.*?\*/", "", inside, flags=re.DOTALL)
    digits = re.sub(r"[^0-9A-Fa-f]", "", inside)
    out += bytes.fromhex(digits[: len(digits) // 2 * 2])
    return len(text) if end is None else end
