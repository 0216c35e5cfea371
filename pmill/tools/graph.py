"""`pmill graph`: draws a configuration: its elements, their ports, and what goes where.

Compounds are boxes around what is in them; what is pushed and what is pulled have colours of their
own, and ways that packets rarely take are dashed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from pmill.diagnostics import Diagnostics, fail
from pmill.tools.output import write_output
from pmill.tools.source import SOURCE_OPTIONS
from pmill.tools.start import ELEMENT_OPTIONS, OUTPUT, Command, compile_options, start
from pmill.tools.words import Option, Words

if TYPE_CHECKING:
    from pmill.graph import PipelineGraph

FORMATS: Final = ("dot", "svg", "json")

_COMMAND: Final = Command(
    name="pmill graph",
    about="Draw the elements of a configuration and how they are connected.",
    options=(
        *SOURCE_OPTIONS,
        OUTPUT,
        Option(
            name="format",
            takes="value",
            metavar="NAME",
            help="dot, svg or json (default: as FILE ends, or else dot)",
        ),
        *ELEMENT_OPTIONS,
    ),
)


def main(argv: Sequence[str]) -> int:
    """Draw a configuration; DiagnosticError if it has errors."""
    from pmill import driver

    started = start(_COMMAND, argv)
    if isinstance(started, int):
        return started
    words, source = started
    form = _format(words)
    diags = Diagnostics()
    graph = driver.analyse(source, compile_options(words), diags)
    for diagnostic in diags:
        print(diagnostic, file=sys.stderr)
    return write_output(words.last("output") or "-", drawn(graph, form))


def drawn(graph: PipelineGraph, form: str) -> str:
    """Return the picture of a graph in one of FORMATS."""
    from pmill.drawing import arrange, dot_text, json_text, picture_of, svg_text

    picture = picture_of(graph)
    match form:
        case "svg":
            return svg_text(arrange(picture))
        case "json":
            return json_text(picture)
        case _:
            return dot_text(picture)


def _format(words: Words) -> str:
    suffix = PurePath(words.last("output") or "").suffix.removeprefix(".")
    form = words.last("format") or (suffix if suffix in FORMATS else FORMATS[0])
    if form not in FORMATS:
        raise fail("PM0801", f"--format={form}: no such format", hint=", ".join(FORMATS))
    return form
