"""Where in which file a token was written, and whether the file is a text at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmill.diagnostics import Diagnostics, Source, Span
from pmill.syntax.arguments import unquote

if TYPE_CHECKING:
    from pmill.syntax.lexer import SpannedToken

_DIRECTIVE = re.compile(r'#\s*(?:line)?\s*(\d{1,9})(?:\s+"((?:[^"\\]|\\.)*)")?[\s\d]*$')
# Control characters, and what decoders make of bytes that are no text.
_STRANGE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd\udc80-\udcff]")
_ARCHIVE = "!<arch>"


class Places:
    """Maps tokens to spans, following `#line` directives.

    After a directive, spans point into a source of the named file whose text is the rest of this
    text and whose first line is the one the directive says.
    """

    def __init__(self, source: Source, diags: Diagnostics) -> None:
        self._original = source
        self._diags = diags
        self._source = source
        self._start = 0

    def span(self, token: SpannedToken) -> Span:
        """Return where a token stands."""
        assert token.start_pos is not None
        assert token.end_pos is not None
        return Span(self._source, token.start_pos - self._start, token.end_pos - self._start)

    def directive(self, token: SpannedToken) -> None:
        """Follow `# 12 "file"` or `#line 12 "file"`: the next line is line 12 of `file`."""
        found = _DIRECTIVE.match(token)
        if not found:
            self._diags.error(
                "PM0107",
                f"unknown preprocessor directive '{_first_word(token)}'",
                self.span(token),
                hint="a '#' in the first column begins '#line NUMBER \"FILE\"'; "
                "comments begin with '//'",
            )
            return
        assert token.end_pos is not None
        number, name = int(found[1]), found[2]
        start = token.end_pos
        start += len("\r\n") if self._original.text.startswith("\r\n", start) else 1
        if name is None:
            name = self._source.name
        self._start = start
        self._source = Source(
            unquote(f'"{name}"') or self._original.name,
            self._original.text[start:],
            number,
        )


def cover(first: Span, last: Span) -> Span:
    """Return the span from the start of `first` to the end of `last`.

    After a line directive spans point into another source, whose text is a suffix of the first
    one's; the difference of their lengths is the distance between the two.
    """
    distance = len(first.source.text) - len(last.source.text)
    return Span(first.source, first.start, max(first.end, last.end + distance))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotText:
    """Why a file cannot be a configuration."""

    message: str
    span: Span | None
    hint: str


def not_text(source: Source) -> NotText | None:
    """Return what is wrong with a file that is no text, or None."""
    text = source.text
    if text.startswith(_ARCHIVE):
        return NotText(
            message=f"'{source.name}' is an archive, not a configuration",
            span=None,
            hint="Click's tools write archives; take the member 'config' out of it with 'ar p'",
        )
    head = text[:10_000]
    if "\0" not in text and len(_STRANGE.findall(head)) * 10 <= len(head):
        return None
    return NotText(
        message=f"'{source.name}' is not a text file",
        span=None,
        hint="a configuration is plain text; is this a capture or a compiled program?",
    )


def _first_word(line: str) -> str:
    return line[:40].split("\n")[0].strip() if line.strip() == "#" else line.split(None, 2)[0][:40]
