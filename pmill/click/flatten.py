"""`pmill click-flatten`: prints a configuration without compounds and variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pmill.click.messages import error_lines
from pmill.diagnostics import DiagnosticError, Diagnostics
from pmill.tools.flatten import FLATTEN_OPTIONS, TOLERATED, flat_output
from pmill.tools.output import write_output
from pmill.tools.start import Command, compile_options, complain, start

_COMMAND: Final = Command(
    name="click-flatten",
    for_click=True,
    about="Print a Click configuration without compound elements.",
    options=FLATTEN_OPTIONS,
)


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
    serious = [d for d in errors if d.code not in TOLERATED]
    complain(error_lines(serious))
    if serious or flat is None:
        return 1
    return write_output(words.last("output") or "-", flat_output(flat, words))
