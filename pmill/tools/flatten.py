"""`pmill flatten`: prints a configuration without compounds and variables.

elementclass Two { input -> Null -> Null -> output }
Idle -> t :: Two -> Discard;

Idle@1 :: Idle;  Discard@3 :: Discard;  t/Null@1 :: Null;  t/Null@2 :: Null;
Idle@1 -> t/Null@1 -> t/Null@2 -> Discard@3;
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pmill.colour import show
from pmill.diagnostics import DiagnosticError, Diagnostics
from pmill.tools.output import write_output
from pmill.tools.source import SOURCE_OPTIONS
from pmill.tools.start import ELEMENT_OPTIONS, OUTPUT, Command, compile_options, start
from pmill.tools.words import Option, Words

if TYPE_CHECKING:
    from pmill.diagnostics import Source
    from pmill.options import CompileOptions
    from pmill.syntax import FlatConfig

FLATTEN_OPTIONS: Final = (
    *SOURCE_OPTIONS,
    OUTPUT,
    Option(name="classes", short="c", help="print the element classes it uses"),
    Option(name="names", short="n", help="print the names of its elements"),
    Option(name="declarations", short="d", help="print its declarations alone"),
    Option(name="expand-vars", help="accepted: variables are always replaced by their values"),
    Option(name="config", help="accepted: nothing but the configuration is printed"),
)
# A configuration without elements is flat, and a tool does not mind classes that it lacks.
TOLERATED: Final = frozenset({"PM0300", "PM0301"})

_COMMAND: Final = Command(
    name="pmill flatten",
    about="Print a configuration without compound elements and variables.",
    options=(*FLATTEN_OPTIONS, *ELEMENT_OPTIONS),
)


def main(argv: Sequence[str]) -> int:
    """Print a flat configuration, or what the options ask for."""
    started = start(_COMMAND, argv)
    if isinstance(started, int):
        return started
    words, source = started
    flat = tolerant_flat(source, compile_options(words))
    return write_output(words.last("output") or "-", flat_output(flat, words))


def tolerant_flat(source: Source, options: CompileOptions) -> FlatConfig:
    """Return a flat configuration, also of elements that pmill has not; warnings are printed."""
    from pmill import driver

    diags = Diagnostics()
    flat, _ = driver.flat_config(source, options, diags)
    stop_if_serious(diags)
    warn(diags)
    return flat


def stop_if_serious(diags: Diagnostics) -> None:
    """Raise DiagnosticError when there are errors that even a tool minds."""
    serious = tuple(d for d in diags if d.severity == "error" and d.code not in TOLERATED)
    if serious:
        raise DiagnosticError(serious)


def warn(diags: Diagnostics) -> None:
    """Print the warnings."""
    show(d for d in diags if d.severity == "warning")


def flat_output(flat: FlatConfig, words: Words) -> str:
    """Return what the options ask for of a flat configuration."""
    from pmill.syntax import declarations_text, flat_text

    if words.has("classes"):
        return "".join(f"{name}\n" for name in sorted({e.class_name for e in flat.elements}))
    if words.has("names"):
        return "".join(f"{e.name}\n" for e in flat.elements)
    return declarations_text(flat) if words.has("declarations") else flat_text(flat)
