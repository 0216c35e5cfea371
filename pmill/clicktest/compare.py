"""Compares what a script wrote with what its sections expect, line by line.

Blank lines, blanks at the ends of lines and lines that only mark a subtest do not count, and
neither do lines that an %ignore section matches. A verbatim expectation is met byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pmill.clicktest.diff import unified
from pmill.clicktest.model import Expectation, FormatError, Ignored, Place, lines_of
from pmill.clicktest.pattern import (
    UnreadablePattern,
    has_patterns,
    regex_pattern,
    text_pattern,
    without_comments,
)

_SUBTEST = re.compile(r"clicktest_subtest\b")

Matches = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A line that is expected: how it is written, and what it matches."""

    text: str
    matches: Matches


def compare(
    name: str, written: bytes, expectations: Sequence[Expectation], ignored: Sequence[Ignored]
) -> str | None:
    """Return how a file differs from what is expected of it; None when some alternative is met.

    All `expectations` are of the file `name`; of several that are not met, the first is told.
    """
    alternates = [e for e in expectations if e.alternate]
    rest = [e for e in expectations if not e.alternate]
    choices = [[*rest, *alternates]] if alternates else [[e] for e in rest]
    skip = _ignoring(name, ignored)
    told = ""
    for choice in choices:
        differences = [_difference(e, written, skip) for e in choice]
        if None not in differences:
            told += differences[0] or ""
            told += "(nor is any alternative met)\n" if len(choice) > 1 else ""
    return told or None


def _difference(expectation: Expectation, written: bytes, skip: Matches) -> str | None:
    if expectation.reading == "verbatim":
        if written == expectation.data:
            return None
        return _verbatim(expectation, written)
    wanted = _wanted(expectation)
    lines = [line for line in _lines(written) if not skip(line)]
    matches = [w.matches for w in wanted]
    difference = unified([w.text for w in wanted], lines, lambda i, j: matches[i](lines[j]))
    return None if difference is None else _headed(expectation, difference)


def _verbatim(expectation: Expectation, written: bytes) -> str:
    wanted, got = (_with_ends(data) for data in (expectation.data, written))
    difference = unified(
        [_shown(line) for line in wanted],
        [_shown(line) for line in got],
        lambda i, j: wanted[i] == got[j],
    )
    return _headed(expectation, difference or "")


def _with_ends(data: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("latin-1"))


def _shown(line: str) -> str:
    """Make visible what a byte-for-byte comparison sees."""
    text = "".join(c if " " <= c < "\x7f" or c in "\t\n" else f"\\x{ord(c):02x}" for c in line)
    return text.removesuffix("\n") if line.endswith("\n") else f"{text}  (no end of line)"


def _headed(expectation: Expectation, difference: str) -> str:
    place, name = expectation.place, expectation.name
    return (
        f"{place}: {name} differs from what is expected\n"
        f"--- {place}: expected\n+++ {name}\n{difference}"
    )


def _wanted(expectation: Expectation) -> list[Wanted]:
    found = []
    for number, line in enumerate(lines_of(expectation.data), 1):
        line = without_comments(line).rstrip()
        if not line or _SUBTEST.match(line):
            continue
        place = Place(file=expectation.place.file, line=expectation.place.line + number)
        found.append(Wanted(text=line, matches=_matcher(expectation, line, place)))
    return found


def _matcher(section: Expectation | Ignored, line: str, place: Place) -> Matches:
    """Return what says whether a line is like one of a section."""
    try:
        if section.reading == "regex":
            pattern = regex_pattern(line, ignore_case=section.ignore_case)
            return lambda got: pattern.fullmatch(got) is not None
        plain = section.reading == "verbatim" or not has_patterns(line)
        if plain and not section.ignore_space:
            return lambda got: got == line
        if plain:
            squeezed = "".join(line.split())
            return lambda got: "".join(got.split()) == squeezed
        mixed = text_pattern(
            line, ignore_case=section.ignore_case, ignore_space=section.ignore_space
        )
        return lambda got: mixed.fullmatch(got) is not None
    except UnreadablePattern as error:
        raise FormatError(f"{place}: {error}") from None


def _ignoring(name: str, ignored: Sequence[Ignored]) -> Matches:
    """Return what says whether a line of the file does not count."""
    matchers = [
        _matcher(section, line.rstrip(), section.place)
        for section in ignored
        if section.name in (None, name)
        for line in map(without_comments, section.lines)
    ]
    return lambda line: any(matches(line) for matches in matchers)


def _lines(written: bytes) -> list[str]:
    lines = (line.rstrip() for line in lines_of(written))
    return [line for line in lines if line and not _SUBTEST.match(line)]
