"""A page that has what every command says of itself with `--help`."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
from collections.abc import Iterator

from pmill import cli

PATH = "reference/commands.md"
_WIDTH = "90"  # as wide as a page shows without scrolling


def command_pages() -> dict[str, str]:
    """Return the page of the commands."""
    parts = [
        "# Commands",
        "This is what `pmill COMMAND --help` prints, for every command that there is.",
        f"```text\n{_help([])}```",
    ]
    parts += [f"## pmill {name}\n\n```text\n{_help([name])}```" for name in commands()]
    return {PATH: "\n\n".join(parts) + "\n"}


def commands() -> list[str]:
    """Return the names of all commands in the order of `pmill --help`."""
    actions = cli.command_parser()._actions
    found = next(a for a in actions if isinstance(a, argparse._SubParsersAction))
    return list(found.choices)


def _help(words: list[str]) -> str:
    """What a command prints when it is asked for help."""
    out = io.StringIO()
    with _width(), contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        cli.main([*words, "--help"])
    return out.getvalue().rstrip() + "\n"


@contextlib.contextmanager
def _width() -> Iterator[None]:
    """Let argparse fill lines as on a terminal of a fixed width."""
    usual = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = _WIDTH
    try:
        yield
    finally:
        if usual is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = usual
