"""Diagnostics as users and programs read them: text with carets, JSON, SARIF, and gcc's lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from pmill import __version__
from pmill.diagnostics import Diagnostic, Note, Span

FORMATS: Final = ("text", "json", "sarif", "gcc")
_SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def messages(diagnostics: Iterable[Diagnostic], form: str) -> str:
    """Return diagnostics in one of FORMATS, without the last line break."""
    if form == "json":
        return json.dumps([_object(d) for d in diagnostics], indent=2)
    if form == "sarif":
        return json.dumps(_sarif(list(diagnostics)), indent=2)
    return "\n".join(_gcc(d) if form == "gcc" else str(d) for d in diagnostics)


def _gcc(diagnostic: Diagnostic) -> str:
    """The first line is Click's; what Click and pmill say beside follows, indented."""
    from pmill.click.messages import TOLD_NOTES, click_lines

    first, *more = click_lines(diagnostic)
    lines = [first, *(f"  {line.strip()}" for line in more)]
    for note in diagnostic.notes if diagnostic.code not in TOLD_NOTES else ():
        lines.append(f"  {note.span}: note: {note.message}" if note.span else f"  {note.message}")
    if diagnostic.hint:
        lines.append(f"  hint: {diagnostic.hint}")
    return "\n".join(lines)


def _object(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "place": _range(diagnostic.span),
        "notes": [{"message": n.message, "place": _range(n.span)} for n in diagnostic.notes],
        "hint": diagnostic.hint,
    }


def _range(span: Span | None) -> dict[str, Any] | None:
    """Lines and columns count from 1; the end is behind the last character."""
    if span is None:
        return None
    end = Span(span.source, span.end, span.end)
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": end.line,
        "end_column": end.column,
    }


def _sarif(diagnostics: list[Diagnostic]) -> dict[str, Any]:
    codes = sorted({d.code for d in diagnostics})
    driver = {
        "name": "pmill",
        "version": __version__,
        "rules": [{"id": code} for code in codes],
    }
    results = [_result(d, codes.index(d.code)) for d in diagnostics]
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    text = diagnostic.message + (f"\n{diagnostic.hint}" if diagnostic.hint else "")
    place = Note("", diagnostic.span)
    related = [_location(note) for note in diagnostic.notes if note.span]
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": {"text": text},
        "locations": [_location(place)] if place.span else [],
        **({"relatedLocations": related} if related else {}),
    }


def _location(note: Note) -> dict[str, Any]:
    place = _range(note.span)
    assert place is not None, "a location has a place"
    region = {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }
    physical = {"artifactLocation": {"uri": place["file"]}, "region": region}
    return {
        "physicalLocation": physical,
        **({"message": {"text": note.message}} if note.message else {}),
    }
