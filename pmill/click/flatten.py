"""`pmill click-flatten`: prints a configuration without compounds and variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pmill.click.messages import EMPTY, error_lines
from pmill.click.output import write_output
from pmill.click.source import SOURCE_OPTIONS
from pmill.click.start import Command, compile_options, complain, start
from pmill.click.words import Option, Words
from pmill.diagnostics import DiagnosticError, Diagnostics

if TYPE_CHECKING:
    from pmill.syntax import FlatConfig

_COMMAND: Final = Command(
    name="click-flatten",
    about="Print a Click configuration without compound elements.",
    options=(
        *SOURCE_OPTIONS,
        Option(name="output", short="o", takes="value", metavar="FILE", help="write to FILE"),
        Option(name="classes", short="c", help="print the element classes it uses"),
        Option(name="names", short="n", help="print the names of its elements"),
        Option(name="declarations", short="d", help="print its declarations alone"),
        Option(name="expand-vars", help="accepted: variables are always replaced by their values"),
        Option(name="config", help="accepted: nothing but the configuration is printed"),
    ),
)
# A tool does not mind classes that only another driver has.
_TOLERATED: Final = frozenset({EMPTY, "PM0301"})


def main(argv: Sequence[str]) -> int:
    """Print a flat configuration, or what the options ask for."""
    from pmill import driver

    started = start(_COMMAND, argv)
    if isinstance(started, int):
        return started
    words, source = started
    diags = Diagnostics()
    try:
        options = compile_options(words)
        flat, _ = driver.flat_config(source, options, diags)
        errors = [d for d in diags if d.severity == "error"]
    except DiagnosticError as error:
        flat, errors = None, [d for d in error.diagnostics if d.severity == "error"]
    serious = [d for d in errors if d.code not in _TOLERATED]
    complain(error_lines(serious))
    if serious or flat is None:
        return 1
    return write_output(words.last("output") or "-", _text(flat, words))


def _text(flat: FlatConfig, words: Words) -> str:
    from pmill.syntax import declarations_text, flat_text

    if words.has("classes"):
        return "".join(f"{name}\n" for name in sorted({e.class_name for e in flat.elements}))
    if words.has("names"):
        return "".join(f"{e.name}\n" for e in flat.elements)
    return declarations_text(flat) if words.has("declarations") else flat_text(flat)
