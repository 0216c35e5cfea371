"""`pmill check`: says everything that is wrong with a configuration."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from pmill.colour import printable, show
from pmill.diagnostics import Diagnostic, DiagnosticError, Diagnostics, Source, fail
from pmill.messages import FORMATS, messages
from pmill.tools.output import write_output
from pmill.tools.source import SOURCE_OPTIONS
from pmill.tools.start import (
    ELEMENT_OPTIONS,
    KEEP,
    OUTPUT,
    Command,
    compile_options,
    read_source,
    start_words,
)
from pmill.tools.words import Option, Words

_COMMAND: Final = Command(
    name="pmill check",
    about="Say what is wrong with a configuration: all errors of the first stage that has any.",
    options=(
        *SOURCE_OPTIONS,
        OUTPUT,
        *ELEMENT_OPTIONS,
        KEEP,
        Option(
            name="format",
            takes="value",
            metavar="NAME",
            help="how messages are written: text (default), json, sarif or gcc",
        ),
    ),
)


def main(argv: Sequence[str]) -> int:
    """Print what is wrong; returns 0 when there is no error."""
    words = start_words(_COMMAND, argv)
    if isinstance(words, int):
        return words
    form = words.last("format", "text") or ""
    if form not in FORMATS:
        raise fail("PM0801", f"--format={form}: no such format", hint=", ".join(FORMATS))
    diags = Diagnostics()
    try:
        source = read_source(_COMMAND, words)
        if isinstance(source, int):
            return source
        summary = _check(source, words, diags)
        found = tuple(diags)
    except DiagnosticError as error:
        summary, found = None, error.diagnostics
    told = 0
    if form in ("json", "sarif"):
        told = write_output(words.last("output") or "-", f"{messages(found, form)}\n")
    elif found:
        _complain(found, form)
    if summary is not None and form == "text":
        told = write_output(words.last("output") or "-", f"{summary}\n")
    return 1 if summary is None or told else 0


def _check(source: Source, words: Words, diags: Diagnostics) -> str:
    from pmill import driver

    graph = driver.analyse(source, compile_options(words), diags)
    elements, connections = len(graph.elements), len(graph.connections)
    return f"{source.name}: {elements} elements, {connections} connections, no errors"


def _complain(found: Sequence[Diagnostic], form: str) -> None:
    if form == "text":
        show(found)
    else:
        print(printable(messages(found, form)), file=sys.stderr)
