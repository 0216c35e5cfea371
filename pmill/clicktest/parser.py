"""Reads test files: sections that begin with `%name` in the first column.

    %info                          what the test is about
    %script                        commands
    %file [-d] [-e] [+LENGTH] NAME...
    %expect [-a] [-i] [-w] [-d] [-e] [+LENGTH] NAME...
    %ignore [-i] [-w] [-d] [NAME...]

A line that is to begin with a percent sign is written with a backslash in front of it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pmill.clicktest.model import (
    ClickTest,
    Expectation,
    FormatError,
    Ignored,
    InputFile,
    Place,
    Reading,
    Script,
    lines_of,
)

_SECTION = re.compile(rb"%([A-Za-z]\w*)(?:[ \t]+(.*?))?[ \t\r]*\n?\Z", re.DOTALL)
_MAX_INCLUDES = 20

# Section -> (what it is, how it reads its lines, the file it means without a name).
_SHORTHANDS = {
    "stdin": ("file", "stdin"),
    "input": ("file", "stdin"),
    "stdout": ("expect", "stdout"),
    "output": ("expect", "stdout"),
    "stderr": ("expect", "stderr"),
    "expect_stdout": ("expect", "stdout"),
    "expect_stderr": ("expect", "stderr"),
}
_EXPECT: dict[str, Reading] = {
    "expect": "text",
    "expectx": "regex",
    "expectv": "verbatim",
    "verbatim": "verbatim",
}
_IGNORE: dict[str, Reading] = {"ignore": "text", "ignorex": "regex", "ignorev": "verbatim"}
_FLAGS = {"file": "de", "expect": "adeiw", "ignore": "diw", "require": "q"}


@dataclass(slots=True, kw_only=True)
class _Section:
    """A section as it is written: its words, and the bytes below it."""

    name: str
    place: Place
    flags: str
    names: tuple[str, ...]
    body: bytes


@dataclass(slots=True)
class _Test:
    """A test as far as it was read."""

    info: list[str] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)
    requires: list[Script] = field(default_factory=list)
    quiet: bool = False
    files: list[InputFile] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.scripts or self.requires or self.files or self.expectations or self.info)


def parse_file(path: Path) -> list[ClickTest]:
    """Return the tests of a file; FormatError where it breaks the rules, OSError if unreadable."""
    tests: list[_Test] = [_Test()]
    for section in _sections(path, str(path), depth=0):
        if section.name == "eot":
            tests.append(_Test())
        else:
            _add(section, tests[-1])
    found = [t for n, t in enumerate(tests) if n == 0 or not t.is_empty]
    return [
        _finished(test, path, f"{path}" if len(found) == 1 else f"{path}[{n}]")
        for n, test in enumerate(found, 1)
    ]


def _sections(path: Path, shown: str, depth: int) -> Iterator[_Section]:
    """Yield the sections of a file and of those it includes, `%eot` among them."""
    data = path.read_bytes()
    at, line = 0, 1
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        head = data[at:end]
        at = end
        place = Place(file=shown, line=line)
        line += 1
        match = _SECTION.match(head)
        if match is None and head.startswith(b"%"):
            raise FormatError(f"{place}: this is no section: {_text(head).strip()}")
        if match is None:
            continue  # before the first section: comments, or nothing
        name = match[1].decode("ascii")
        words = _text(match[2] or b"").split()
        if name == "eof":
            return
        length, words = _length(words)
        stop = _end_of_body(data, at) if length is None else at + length
        if stop > len(data):
            raise FormatError(f"{place}: %{name} has {length} bytes, {len(data) - at} follow")
        body = data[at:stop] if length is not None else re.sub(rb"(?m)^\\%", b"%", data[at:stop])
        line += data.count(b"\n", at, stop)
        at = stop
        if name == "include":
            yield from _included(path, place, words, depth)
        else:
            yield _section(name, place, words, body)


def _included(path: Path, place: Place, words: list[str], depth: int) -> Iterator[_Section]:
    if len(words) != 1:
        raise FormatError(f"{place}: %include takes the name of one file")
    if depth == _MAX_INCLUDES:
        raise FormatError(f"{place}: %include goes too deep; does the file include itself?")
    file = path.parent / words[0]
    try:
        yield from _sections(file, str(file), depth + 1)
    except OSError as error:
        raise FormatError(f"{place}: cannot read '{file}': {error.strerror}") from None


def _end_of_body(data: bytes, at: int) -> int:
    """Return where the next section begins."""
    if data.startswith(b"%", at):
        return at
    found = data.find(b"\n%", at)
    return len(data) if found < 0 else found + 1


def _length(words: list[str]) -> tuple[int | None, list[str]]:
    """Take `+LENGTH` out of the words."""
    lengths = [w for w in words if re.fullmatch(r"\+\d+", w)]
    rest = [w for w in words if w not in lengths]
    return (int(lengths[-1][1:]) if lengths else None), rest


def _section(name: str, place: Place, words: list[str], body: bytes) -> _Section:
    flags = "".join(w[1:] for w in words if re.fullmatch(r"-[A-Za-z]+", w))
    names = tuple(w for w in words if not re.fullmatch(r"-[A-Za-z]+", w))
    return _Section(name=name, place=place, flags=flags, names=names, body=body)


def _add(section: _Section, test: _Test) -> None:
    """Add what a section says to its test."""
    kind, default = _SHORTHANDS.get(section.name, (section.name, None))
    names = section.names or ((default,) if default else ())
    match kind:
        case "script" | "test":
            test.scripts.append(_script(section))
        case "require":
            _check_flags(section, "require")
            test.requires.append(_script(section))
            test.quiet |= "q" in section.flags
        case "info" | "desc":
            test.info.append(_text(section.body).strip("\n"))
        case "cut":
            pass
        case "file":
            _check_flags(section, "file")
            data = _data(section)
            for name in _named(section, names):
                test.files.append(InputFile(name=name, data=data, place=section.place))
        case _ if kind in _EXPECT:
            test.expectations += _expectations(section, _EXPECT[kind], names)
        case _ if kind in _IGNORE:
            test.ignored += _ignored(section, _IGNORE[kind], names)
        case _:
            raise FormatError(f"{section.place}: there is no section %{section.name}")


def _script(section: _Section) -> Script:
    place = Place(file=section.place.file, line=section.place.line + 1)
    return Script(text=_text(section.body), place=place)


def _expectations(
    section: _Section, reading: Reading, names: tuple[str, ...]
) -> Iterator[Expectation]:
    _check_flags(section, "expect")
    data = _data(section)
    if "e" in section.flags:
        reading = "verbatim"
    for name in _named(section, names):
        yield Expectation(
            name=name,
            reading=reading,
            data=data,
            place=section.place,
            alternate="a" in section.flags,
            ignore_case="i" in section.flags,
            ignore_space="w" in section.flags,
        )


def _ignored(section: _Section, reading: Reading, names: tuple[str, ...]) -> Iterator[Ignored]:
    _check_flags(section, "ignore")
    for name in _named(section, names) if names else (None,):
        yield Ignored(
            name=None if name == "all" else name,
            reading=reading,
            lines=tuple(line for line in lines_of(_data(section)) if line.strip()),
            place=section.place,
            ignore_case="i" in section.flags,
            ignore_space="w" in section.flags,
        )


def _named(section: _Section, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of files, all of which lie in the test's own directory."""
    if not names:
        raise FormatError(f"{section.place}: %{section.name} names no file")
    for name in names:
        parts = name.split("/")
        if "" in parts or ".." in parts or "\0" in name:
            raise FormatError(
                f"{section.place}: '{name}' cannot be a test's file: write a path below its "
                "directory, without '..'"
            )
    return names


def _check_flags(section: _Section, kind: str) -> None:
    wrong = sorted(set(section.flags) - set(_FLAGS[kind]))
    if wrong:
        raise FormatError(f"{section.place}: %{section.name} has no option -{wrong[0]}")


def _data(section: _Section) -> bytes:
    """Return the content of a section, with -d and -e undone."""
    body = section.body
    if "d" in section.flags:
        body = b"".join(line[1:] or b"\n" for line in body.splitlines(keepends=True))
    if "e" in section.flags:
        try:
            body = base64.b64decode(b"".join(body.split()), validate=True)
        except binascii.Error as error:
            raise FormatError(f"{section.place}: this is no base64: {error}") from None
    return body


def _finished(test: _Test, path: Path, name: str) -> ClickTest:
    if not test.scripts:
        raise FormatError(f"{name}: there is no %script")
    first = test.scripts[0]
    script = first
    if len(test.scripts) > 1:
        script = Script(text="".join(s.text for s in test.scripts), place=first.place)
    return ClickTest(
        name=name,
        path=path,
        info="\n".join(test.info),
        script=script,
        requires=tuple(test.requires),
        quiet_requires=test.quiet,
        files=tuple(test.files),
        expectations=tuple(test.expectations),
        ignored=tuple(test.ignored),
    )


def _text(data: bytes) -> str:
    return data.decode("latin-1")
