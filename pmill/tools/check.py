"""`pmill check`: says everything that is wrong with a configuration."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from pmill.colour import printable, show
from pmill.diagnostics import DiagnosticError, Diagnostics, fail
from pmill.messages import FORMATS, messages
from pmill.tools.source import SOURCE_OPTIONS
from pmill.tools.start import ELEMENT_OPTIONS, KEEP, Command, compile_options, start
from pmill.tools.words import Option

_COMMAND: Final = Command(
    name="pmill check",
    about="Say what is wrong with a configuration: all errors of the first stage that has any.",
    options=(
        *SOURCE_OPTIONS,
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
    from pmill import driver

    started = start(_COMMAND, argv)
    if isinstance(started, int):
        return started
    words, source = started
    form = words.last("format", "text")
    if form not in FORMATS:
        raise fail("PM0801", f"--format={form}: no such format", hint=", ".join(FORMATS))
    diags = Diagnostics()
    graph = None
    try:
        graph = driver.analyse(source, compile_options(words), diags)
        found = tuple(diags)
    except DiagnosticError as error:
        found = error.diagnostics
    if form in ("json", "sarif"):
        print(messages(found, form))
        return 0 if graph else 1
    if form == "text":
        show(found)
    elif found:
        print(printable(messages(found, form)), file=sys.stderr)
    if graph is None:
        return 1
    if form == "text":
        elements, connections = len(graph.elements), len(graph.connections)
        print(f"{source.name}: {elements} elements, {connections} connections, no errors")
    return 0
