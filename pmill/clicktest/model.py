"""What a test file says, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# How the lines of a section are to be read: as they are but for {{regular expressions}}, as
# regular expressions all of them, or byte for byte.
Reading = Literal["text", "regex", "verbatim"]


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a file, in Latin-1, so that every byte is one character."""
    lines = data.decode("latin-1").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


class FormatError(Exception):
    """A test file that cannot be understood; the text begins with the place, `FILE:LINE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a test file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Shell commands; `place` is that of the first line."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that is written before the script runs."""

    name: str
    data: bytes
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a file holds when the script has run.

    `alternate`: it also counts when another expectation of the same file is met.
    """

    name: str
    reading: Reading
    data: bytes
    place: Place  # of the section's own line
    alternate: bool = False
    ignore_case: bool = False
    ignore_space: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Lines that do not count in a file, or in all files when `name` is None."""

    name: str | None
    reading: Reading
    lines: tuple[str, ...]
    place: Place
    ignore_case: bool = False
    ignore_space: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickTest:
    """One test of a file; `name` is the file's, with a number where it has several."""

    name: str
    path: Path
    info: str
    script: Script
    requires: tuple[Script, ...]
    quiet_requires: bool
    files: tuple[InputFile, ...]
    expectations: tuple[Expectation, ...]
    ignored: tuple[Ignored, ...]

    def written(self) -> set[str]:
        """Return the names of all files that some section speaks of as written by the script."""
        return {e.name for e in self.expectations} | {i.name for i in self.ignored if i.name}


Status = Literal["success", "failure", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a test went: `messages` say why it failed or was skipped, `shown` holds files to show."""

    test: ClickTest
    status: Status
    messages: tuple[str, ...] = ()
    shown: tuple[tuple[str, bytes], ...] = ()
    seconds: float = 0
