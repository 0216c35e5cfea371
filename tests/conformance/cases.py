"""Reads the cases of a feature of the Click language: what is written, and what it must give.

    ### a slash between letters belongs to the name
    # values: X=5
    a/b :: Idle -> Discard;
    ---
    a/b :: Idle;
    Discard@2 :: Discard;

    a/b -> Discard@2;

Directives (`# NAME: VALUE`) may follow the title; then comes the configuration, and after it what
must come of it, a section each:

    ---             what `pmill flatten` prints
    --- messages    what is said about it, in Click's words: by `pmill check --format=gcc` and by
                    `pmill click-check`; a line that begins with `+` goes on with the message
                    before it, and only `click-check` says it where Click does; nothing when all
                    is well
    --- click       the same, but only of `pmill click-check`: messages of several lines
    --- same        a configuration whose elements get the very same arguments
    --- differs     one whose elements do not
    --- file NAME   no expectation: a file beside the configuration

    # values: X=5 Y="a b"    words of the command line
    # from: NAME             the configuration is in this file (-: on standard input)
    # clickpath: PATH        where libraries are looked for

A carriage return is written ␍.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

KINDS = ("flat", "messages", "click", "same", "differs", "file")
_TITLE = re.compile(r"### (.+)")
_DIRECTIVE = re.compile(r"# (values|from|clickpath): (.*)")
_SECTION = re.compile(r"---(?: (\w+)(?: (\S+))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What must come of a configuration, or a file that it needs."""

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A configuration and what must come of it; `place` is where it is written."""

    feature: str
    place: str
    title: str
    directives: Mapping[str, str]
    config: str
    sections: tuple[Section, ...]

    def texts(self, kind: str) -> Iterator[str]:
        """Yield the texts of the sections of this kind."""
        return (section.text for section in self.sections if section.kind == kind)


def read_cases(path: Path) -> list[Case]:
    """Return the cases of a file; what stands before the first title is about all of them."""
    cases, title, start = [], "", 0
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate([*lines, "### the end"]):
        if found := _TITLE.fullmatch(line):
            if title:
                cases.append(_read_case(path, title, start, lines[start:number]))
            title, start = found[1], number + 1
    return cases


def _read_case(path: Path, title: str, start: int, lines: list[str]) -> Case:
    place = f"{path.name}:{start}"
    directives = {}
    while lines and (found := _DIRECTIVE.fullmatch(lines[0])):
        directives[found[1]] = found[2]
        lines = lines[1:]
    parts: list[tuple[str, str, list[str]]] = [("config", "", [])]
    for line in lines:
        if section := _SECTION.fullmatch(line):
            kind = section[1] or "flat"
            assert kind in KINDS, f"{place}: there is no section '{kind}'"
            parts.append((kind, section[2] or "", []))
        else:
            parts[-1][2].append(line)
    config, *sections = (
        Section(kind=kind, name=name, text="\n".join(text).rstrip("\n").replace("␍", "\r"))
        for kind, name, text in parts
    )
    assert any(s.kind != "file" for s in sections), f"{place}: nothing is expected"
    return Case(
        feature=path.stem,
        place=place,
        title=title,
        directives=directives,
        config=config.text,
        sections=tuple(sections),
    )
