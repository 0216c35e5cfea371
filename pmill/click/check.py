"""`pmill click-check`: says what is wrong with a configuration, as Click's driver would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pmill.click.messages import EMPTY, error_lines, warning_lines
from pmill.diagnostics import DiagnosticError, Diagnostics, facts
from pmill.tools.output import write_output
from pmill.tools.source import SOURCE_OPTIONS
from pmill.tools.start import Command, compile_options, complain, start
from pmill.tools.words import Option

_COMMAND: Final = Command(
    name="click-check",
    for_click=True,
    about="Check a Click configuration: its classes, ports and arguments.",
    options=(
        *SOURCE_OPTIONS,
        Option(
            name="output",
            short="o",
            takes="value",
            metavar="FILE",
            help="write it there if it is good",
        ),
        Option(name="filter", short="p", help="write it to standard output if it is good"),
        Option(name="userlevel", short="u", help="accepted: programs run at user level"),
        Option(name="no-warnings", short="w", help="print no warnings"),
    ),
)


def main(argv: Sequence[str]) -> int:
    """Check a configuration; returns 0 when it is good."""
    from pmill import driver

    started = start(_COMMAND, argv)
    if isinstance(started, int):
        return started
    words, source = started
    diags = Diagnostics()
    try:
        driver.analyse(source, compile_options(words), diags)
    except DiagnosticError as error:
        errors = [d for d in error.diagnostics if d.severity == "error" and d.code != EMPTY]
        complain(error_lines(errors))
        if errors:
            return 1
    if not words.has("no-warnings"):
        complain(warning_lines(facts(d) for d in diags))
    target = words.last("output", "-" if words.has("filter") else None)
    return 0 if target is None else write_output(target, source.text)
