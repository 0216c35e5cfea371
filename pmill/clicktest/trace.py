"""Finds out at which line of a script the shell was when it ended.

Before every command the script notes the line in a variable, and at its end writes it to a file:

    click -e '...          __clicktest_line=1; click -e '...
      ...'                   ...'
    cat out                __clicktest_line=3; cat out

Notes can stand only where a command begins: not within quotes, here-documents or an `if`.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

_HERE = re.compile(r"<<(-?)\s*(?:'([^']+)'|\"([^\"]+)\"|\\?([\w.!-]+))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A script that tells where it was."""

    file: Path
    report: Path

    def line(self) -> int | None:
        """Return the number of the line, from 1, at which the command began; None if not told."""
        try:
            return int(self.report.read_text())
        except (OSError, ValueError):
            return None

    def files(self) -> tuple[Path, Path]:
        """Return the files that were made for it."""
        return self.file, self.report


def traced(text: str, directory: Path) -> Traced:
    """Write a script with its notes into a directory."""
    file, report = directory / ".clicktest.script", directory / ".clicktest.line"
    lines = text.split("\n")
    starts = _starts(lines)
    noted = [
        f"__clicktest_line={number}; {line}" if number in starts else line
        for number, line in enumerate(lines, 1)
    ]
    trap = f'echo "$__clicktest_line" >{shlex.quote(str(report.resolve()))}'
    # A shell that is hung up leaves without its last trap, unless it exits by itself.
    head = f"trap {shlex.quote(trap)} EXIT\ntrap 'exit 129' HUP\n"
    file.write_text(head + "\n".join(noted), encoding="latin-1")
    return Traced(file=file, report=report)


def _starts(lines: list[str]) -> set[int]:
    """Return the numbers of lines on which a command begins."""
    starts: set[int] = set()
    pending: list[str] = []  # the lines of a command that is not complete yet
    for number, line in enumerate(lines, 1):
        if not pending and line.strip() and not line.lstrip().startswith("#"):
            starts.add(number)
        pending.append(line)
        if _is_complete(pending):
            pending = []
    return starts


def _is_complete(lines: list[str]) -> bool:
    """Whether lines are whole commands: the shell itself says so, but for two things."""
    last = lines[-1]
    if (len(last) - len(last.rstrip("\\"))) % 2 == 1 or _in_here_document(lines):
        return False
    text = "\n".join(lines) + "\n"
    if len(lines) == 1 and not re.search(r"['\"`({&|]|\b(?:if|for|while|until|case)\b", text):
        return True
    checked = subprocess.run(
        ["/bin/sh", "-n"],
        input=text.encode("latin-1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return checked.returncode == 0


def _in_here_document(lines: list[str]) -> bool:
    ends: list[tuple[bool, str]] = []  # whether tabs are taken off, and the last line
    for line in lines:
        if ends:
            tabs, word = ends[0]
            if (line.lstrip("\t") if tabs else line) == word:
                ends.pop(0)
            continue
        ends = [(bool(m[1]), m[2] or m[3] or m[4]) for m in _HERE.finditer(line)]
    return bool(ends)
