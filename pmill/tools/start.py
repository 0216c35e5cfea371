"""What the commands do alike: read their words, find the configuration, say what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill import __version__
from pmill.colour import printable
from pmill.diagnostics import DiagnosticError, Source, fail
from pmill.options import DIALECTS, CompileOptions, Dialect, click_path
from pmill.tools.source import Unreadable, read_configuration
from pmill.tools.words import Option, Words, WrongWords, read_words, usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command by its name, its options and what --help says of it.

    `for_click`: it says what is wrong as Click does, and returns the status that Click returns.
    """

    name: str
    options: tuple[Option, ...]
    about: str
    synopsis: str = "[OPTION]... [FILE] [NAME=VALUE]..."
    for_click: bool = False


def start(command: Command, argv: Sequence[str]) -> tuple[Words, Source] | int:
    """Return what a command is to work on; an exit status when there is nothing to do."""
    words = start_words(command, argv)
    if isinstance(words, int):
        return words
    source = read_source(command, words)
    return source if isinstance(source, int) else (words, source)


def read_source(command: Command, words: Words) -> Source | int:
    """Return the configuration; a status when a command for Click cannot read it.

    Of other commands PM0802 when it cannot be read, and PM0801 for a word too many.
    """
    try:
        if not command.for_click and len(words.files) > 1:
            raise stray(words.files[1])
        return read_configuration(words)
    except WrongWords as error:
        return refuse(command, error)
    except Unreadable as error:
        if not command.for_click:
            raise unreadable(error) from None
        complain([str(error)])
        return 1


def start_words(command: Command, argv: Sequence[str]) -> Words | int:
    """Return the words of a command; a status when they are wrong or ask for help alone."""
    try:
        words = read_words(argv, command.options)
    except WrongWords as error:
        return refuse(command, error)
    if words.has("help"):
        print(usage(command.name, command.synopsis, command.options, command.about), end="")
        return 0
    return print_version(command.name) if words.has("version") else words


def stray(word: str) -> DiagnosticError:
    """Return the error of a word behind the configuration that sets no variable."""
    return fail(
        "PM0801",
        f"'{word}' is not NAME=VALUE",
        hint="one configuration file, then NAME=VALUE words; EAL arguments follow --",
    )


def unreadable(error: Unreadable) -> DiagnosticError:
    """Return the error of a configuration that cannot be read."""
    return fail(
        "PM0802", f"cannot read '{error.name}': {error.reason}", hint="check the file's name"
    )


OUTPUT: Final = Option(
    name="output", short="o", takes="value", metavar="FILE", help="write to FILE"
)
KEEP: Final = Option(
    name="keep",
    takes="value",
    metavar="ELEMENT.HANDLER",
    help="a handler that is to be written while the program runs; * and ? match names",
)
# What the commands take that look at elements.
ELEMENT_OPTIONS: Final = (
    Option(
        name="include",
        short="I",
        takes="value",
        metavar="DIR",
        help="directory of further element headers",
    ),
    Option(
        name="dialect",
        takes="value",
        metavar="NAME",
        help="whose defaults apply where the two differ: fastclick (default) or click",
    ),
)


def compile_options(words: Words, dialect: Dialect = "fastclick") -> CompileOptions:
    """Return how a configuration is to be compiled: its variables, and where libraries lie.

    PM0803 when a directory of headers does not exist, PM0801 for a dialect that nobody speaks.
    """
    path = words.last("clickpath", os.environ.get("CLICKPATH", "")) or ""
    for directory in words.all("include"):
        if not Path(directory).is_dir():
            raise fail("PM0803", f"-I {directory}: no such directory")
    named = words.last("dialect", dialect)
    if named not in DIALECTS:
        raise fail("PM0801", f"--dialect={named}: no such dialect", hint=" or ".join(DIALECTS))
    return CompileOptions(
        variables=words.variables,
        keep=frozenset(words.all("keep")),
        library_path=click_path(path),
        include=tuple(Path(directory).resolve() for directory in words.all("include")),
        dialect=named,
    )


def refuse(command: Command, why: WrongWords) -> int:
    """Say what is wrong with a command line; return the exit status."""
    complain([f"{command.name}: {why}", f"Try '{command.name} --help' for more information."])
    return 1 if command.for_click else 2


def complain(lines: Sequence[str]) -> None:
    """Print lines on standard error."""
    if lines:
        print(*map(printable, lines), sep="\n", file=sys.stderr, flush=True)


def print_version(name: str) -> int:
    """Print which program this is; return the exit status."""
    print(f"{name} (pmill) {__version__}")
    return 0
