"""What Click's commands do alike: read their words, find the configuration, say what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from pmill import __version__
from pmill.click.source import Unreadable, read_configuration
from pmill.click.words import Option, Words, WrongWords, read_words, usage
from pmill.diagnostics import Source
from pmill.options import CompileOptions, Dialect, click_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command by its name, its options and what --help says of it."""

    name: str
    options: tuple[Option, ...]
    about: str


def start(command: Command, argv: Sequence[str]) -> tuple[Words, Source] | int:
    """Return what a command is to work on; an exit status when there is nothing to do."""
    try:
        words = read_words(argv, command.options)
        if words.has("help"):
            synopsis = "[OPTION]... [FILE] [NAME=VALUE]..."
            print(usage(command.name, synopsis, command.options, command.about), end="")
            return 0
        if words.has("version"):
            return print_version(command.name)
        return words, read_configuration(words)
    except WrongWords as error:
        return refuse(command, error)
    except Unreadable as error:
        complain([str(error)])
        return 1


def compile_options(words: Words, dialect: Dialect = "fastclick") -> CompileOptions:
    """Return how a configuration is to be compiled: its variables, and where libraries lie."""
    path = words.last("clickpath", os.environ.get("CLICKPATH", "")) or ""
    return CompileOptions(variables=words.variables, library_path=click_path(path), dialect=dialect)


def refuse(command: Command, why: WrongWords) -> int:
    """Say what is wrong with a command line; return the exit status."""
    complain([f"{command.name}: {why}", f"Try '{command.name} --help' for more information."])
    return 1


def complain(lines: Sequence[str]) -> None:
    """Print lines on standard error."""
    if lines:
        print(*lines, sep="\n", file=sys.stderr, flush=True)


def print_version(name: str) -> int:
    """Print which program this is; return the exit status."""
    print(f"{name} (pmill) {__version__}")
    return 0
