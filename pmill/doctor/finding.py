"""What was found of one thing that pmill needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "missing", "too old", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: `about` names the thing, `text` is what was found, `advice` mends it.

    Without what is `missing` or `too old` nothing can be compiled or run; a `note` only says what
    else could be.
    """

    verdict: Verdict
    about: str
    text: str
    advice: str = ""

    @property
    def bad(self) -> bool:
        """Whether pmill does not work because of it."""
        return self.verdict in ("missing", "too old")


def ok(about: str, text: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(verdict="ok", about=about, text=text)


def missing(about: str, text: str, advice: str) -> Finding:
    """Return that something is not there, and the command that mends it."""
    return Finding(verdict="missing", about=about, text=text, advice=advice)


def too_old(about: str, text: str, advice: str) -> Finding:
    """Return that something is there, but cannot be used, and the command that mends it."""
    return Finding(verdict="too old", about=about, text=text, advice=advice)


def note(about: str, text: str, advice: str = "") -> Finding:
    """Return what is worth knowing, and what would change it."""
    return Finding(verdict="note", about=about, text=text, advice=advice)
