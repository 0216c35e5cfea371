"""Messages about the user's input: what is wrong, where, why, and what to do.

A `Span` points into a `Source`; a `Diagnostic` carries one span, optional second places (`Note`)
and a hint; `Diagnostics` collects all messages of a stage, so that one run reports every error.
Codes are stable. The hundreds name the stage: PM01xx syntax, PM02xx element headers, PM03xx
elaboration, PM04xx arguments, PM05xx ports, PM06xx passes, PM07xx toolchain, PM08xx running,
PM09xx pmill itself. pmill/explanations/ has the long story of each.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

_SHOWN = 30  # characters of what a message is about that its facts hold
_WIDTH = 160  # of a source line that is shown
_MARGIN = 60  # of it before what a message is about, in a longer line

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Source:
    """A text and the name under which messages speak of it.

    `first_line` is the number of the text's first line: not 1 after a line directive.
    """

    name: str
    text: str = field(repr=False)
    first_line: int = 1

    def line(self, number: int) -> str:
        """Return the line of that number without its line break; empty past the end."""
        starts = _line_starts(self.text)
        index = number - self.first_line
        if not 0 <= index < len(starts):
            return ""
        end = starts[index + 1] if index + 1 < len(starts) else len(self.text)
        return self.text[starts[index] : end].rstrip("\r\n")


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range [start, end) of characters of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first character, counted from the source's first."""
        return bisect_right(_line_starts(self.source.text), self.start) + self.source.first_line - 1

    @property
    def column(self) -> int:
        """Column of the first character, counted from 1."""
        starts = _line_starts(self.source.text)
        return self.start - starts[bisect_right(starts, self.start) - 1] + 1

    @property
    def text(self) -> str:
        """The characters the span covers."""
        return self.source.text[self.start : self.end]

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}"

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of `other` (same source)."""
        return Span(self.source, self.start, max(self.end, other.end))


@lru_cache(maxsize=16)  # a run speaks of few texts, and of each perhaps thousands of times
def _line_starts(text: str) -> tuple[int, ...]:
    """Return where the lines of a text begin; they end in any of the three ways."""
    return (0, *(found.end() for found in re.finditer(r"\r\n?|\n", text)))


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that a message speaks of."""

    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One message; `about` is the label and the place of the element instance it speaks of."""

    code: str
    message: str
    span: Span | None = None
    severity: Severity = "error"
    notes: tuple[Note, ...] = ()
    hint: str | None = None
    about: Note | None = None

    def __str__(self) -> str:
        lines = [_headline(self.span, f"{self.severity}[{self.code}]: {self.message}")]
        lines += _excerpt(self.span)
        for note in self.notes:
            lines.append(_headline(note.span, f"note: {note.message}"))
            lines += _excerpt(note.span)
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


def facts(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return what a message says as JSON can hold it: places as `file:line`, and the text there."""
    about = diagnostic.about
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "place": _place(diagnostic.span),
        "text": "" if diagnostic.span is None else diagnostic.span.text[:_SHOWN],
        "notes": [[_place(note.span), note.message] for note in diagnostic.notes],
        "about": None if about is None else [_place(about.span), about.message],
    }


def _place(span: Span | None) -> str | None:
    return None if span is None else str(span)


class DiagnosticError(Exception):
    """Input that a stage cannot accept; carries every diagnostic collected so far."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("\n".join(str(d) for d in diagnostics))
        self.diagnostics = diagnostics


class Diagnostics:
    """Collects the messages of a run; a stage that ends with errors stops the run.

    The same message about the same place is kept once: a compound says it for every instance.
    """

    def __init__(self) -> None:
        self._items: list[Diagnostic] = []
        self._seen: set[tuple[str, str, Span | None]] = set()

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._items)

    @property
    def has_errors(self) -> bool:
        """Whether any error was reported."""
        return any(d.severity == "error" for d in self._items)

    def error(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        notes: tuple[Note, ...] = (),
        hint: str | None = None,
        about: Note | None = None,
    ) -> None:
        """Report an error and go on."""
        self._add(
            Diagnostic(code=code, message=message, span=span, notes=notes, hint=hint, about=about)
        )

    def warning(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        notes: tuple[Note, ...] = (),
        hint: str | None = None,
        about: Note | None = None,
    ) -> None:
        """Report something legal that is probably not meant."""
        self._add(
            Diagnostic(
                code=code,
                message=message,
                span=span,
                severity="warning",
                notes=notes,
                hint=hint,
                about=about,
            )
        )

    def _add(self, diagnostic: Diagnostic) -> None:
        key = (diagnostic.code, diagnostic.message, diagnostic.span)
        if key not in self._seen:
            self._seen.add(key)
            self._items.append(diagnostic)

    def stop_if_errors(self) -> None:
        """End the stage: raise `DiagnosticError` when an error was reported."""
        if self.has_errors:
            raise DiagnosticError(tuple(self._items))


def fail(
    code: str, message: str, span: Span | None = None, *, hint: str | None = None
) -> DiagnosticError:
    """Return the exception for a single error that nothing can follow; the caller raises it."""
    return DiagnosticError((Diagnostic(code=code, message=message, span=span, hint=hint),))


def did_you_mean(word: str, known: list[str]) -> str | None:
    """Return a hint that names the closest of `known`, or None when none is close."""
    import difflib

    folded = {k.lower(): k for k in known}
    close = difflib.get_close_matches(word.lower(), sorted(folded), n=1, cutoff=0.6)
    return f"did you mean '{folded[close[0]]}'?" if close else None


def _headline(span: Span | None, text: str) -> str:
    if span is None:
        return text
    return f"{span.source.name}:{span.line}:{span.column}: {text}"


def _excerpt(span: Span | None) -> list[str]:
    """The source line with a caret line below; tabs are kept so that the carets line up.

    Of a long line only what is around the span is shown.
    """
    if span is None:
        return []
    text = span.source.line(span.line)
    column = span.column - 1
    end = min(span.end - span.start + column, len(text))
    first = max(0, column - _MARGIN) if len(text) > _WIDTH else 0
    last = min(len(text), max(first + _WIDTH, column + _MARGIN))
    dots = "..." if first else ""
    before = " " * len(dots) + "".join(c if c == "\t" else " " for c in text[first:column])
    carets = "^" * max(1, min(end, last) - column)
    shown = "".join(
        c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text[first:last]
    )
    rest = "..." if last < len(text) else ""
    return [f"{span.line:>5} | {dots}{shown}{rest}", f"{' ' * 5} | {before}{carets}"]
