"""Command lines as Click's programs read them.

    -qe TEXT   -j4   --threads=4   --thr 4   --no-warnings   FILE   NAME=VALUE   --   FILE

Short options can be joined, long ones shortened while one alone begins so; an optional value is
joined to its option; options, files and NAME=VALUE may stand in any order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Takes = Literal["nothing", "value", "optional"]

_VARIABLE = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of a command: `name` is how it is long, `short` a letter."""

    name: str
    help: str
    short: str = ""
    takes: Takes = "nothing"
    metavar: str = "VALUE"


@dataclass(slots=True, kw_only=True)
class Words:
    """What a command line says: options in their order with their values, files, variables."""

    options: list[tuple[str, str | None]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    eal: list[str] | None = None  # between --dpdk and --

    def has(self, name: str) -> bool:
        """Return whether an option was given."""
        return any(n == name for n, _ in self.options)

    def all(self, name: str) -> list[str]:
        """Return the values of an option."""
        return [value or "" for n, value in self.options if n == name]

    def last(self, name: str, default: str | None = None) -> str | None:
        """Return the last value of an option."""
        return next((value or "" for n, value in reversed(self.options) if n == name), default)


class WrongWords(Exception):
    """A command line that makes no sense; the text says why."""


def read_words(argv: Sequence[str], options: Sequence[Option]) -> Words:
    """Read a command line; WrongWords if it cannot be understood."""
    words = Words()
    pending = list(reversed(argv))
    while pending:
        word = pending.pop()
        if word == "--":
            words.files += reversed(pending)
            break
        if word == "--dpdk":
            words.eal = _until_dashes(pending)
        elif word.startswith("--"):
            _long(word, pending, options, words)
        elif word.startswith("-") and word != "-":
            _short(word, pending, options, words)
        elif found := _VARIABLE.fullmatch(word):
            words.variables[found[1]] = found[2]
        else:
            words.files.append(word)
    return words


def usage(command: str, synopsis: str, options: Sequence[Option], about: str) -> str:
    """Return the text of --help."""
    rows = []
    for option in options:
        names = ", ".join([*([f"-{option.short}"] if option.short else []), f"--{option.name}"])
        value = {"nothing": "", "value": f" {option.metavar}", "optional": f"[={option.metavar}]"}
        rows.append((f"  {names}{value[option.takes]}", option.help))
    width = max(len(left) for left, _ in rows) + 2
    table = "".join(f"{left:{width}}{right}\n" for left, right in rows)
    return f"Usage: {command} {synopsis}\n\n{about}\n\nOptions:\n{table}"


def _until_dashes(pending: list[str]) -> list[str]:
    """Take the arguments of EAL, which end with `--`."""
    taken: list[str] = []
    while pending:
        word = pending.pop()
        if word == "--":
            break
        taken.append(word)
    return taken


def _long(word: str, pending: list[str], options: Sequence[Option], words: Words) -> None:
    name, equals, value = word[2:].partition("=")
    option = _find(name, word, options)
    if option.takes == "value" and not equals:
        if not pending:
            raise WrongWords(f"option '--{option.name}' requires an argument")
        value, equals = pending.pop(), "="
    if equals and option.takes == "nothing":
        raise WrongWords(f"'--{option.name}' can't take an argument")
    words.options.append((option.name, value if equals else None))


def _find(name: str, word: str, options: Sequence[Option]) -> Option:
    exact = [o for o in options if o.name == name]
    found = exact or [o for o in options if o.name.startswith(name)]
    if len(found) == 1:
        return found[0]
    shown = word.partition("=")[0]
    if not found:
        raise WrongWords(f"unrecognized option '{shown}'")
    known = ", ".join(f"'--{o.name}'" for o in found)
    raise WrongWords(f"option '{shown}' is ambiguous: it could be {known}")


def _short(word: str, pending: list[str], options: Sequence[Option], words: Words) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        option = next((o for o in options if o.short == letter), None)
        if option is None:
            raise WrongWords(f"unrecognized option '-{letter}'")
        value: str | None = None
        if option.takes == "value":
            if not letters and not pending:
                raise WrongWords(f"option '-{letter}' requires an argument")
            value, letters = letters or pending.pop(), ""
        words.options.append((option.name, value))
