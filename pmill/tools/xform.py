"""`pmill xform`: replaces pieces of a configuration that look like a pattern.

elementclass Combine             { $a | input -> Strip($a) -> Paint(1) -> output }
elementclass Combine_Replacement { $a | input -> StripAndPaint($a, 1) -> output }

Patterns are files with such pairs, or the name of a file of pmill's own: `combo`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pmill.diagnostics import Diagnostics, fail
from pmill.tools.flatten import stop_if_serious, tolerant_flat, warn
from pmill.tools.output import write_output
from pmill.tools.source import SOURCE_OPTIONS, Unreadable, read_file
from pmill.tools.start import (
    ELEMENT_OPTIONS,
    OUTPUT,
    Command,
    compile_options,
    read_source,
    refuse,
    start_words,
    unreadable,
)
from pmill.tools.words import Option, Words, WrongWords

if TYPE_CHECKING:
    from pmill.options import CompileOptions
    from pmill.xform import Pattern

_COMMAND: Final = Command(
    name="pmill xform",
    synopsis="[OPTION]... PATTERNS [FILE] [NAME=VALUE]...",
    about="Replace pieces of a configuration that look like a pattern, until there is none.\n\n"
    "PATTERNS is a file with compound elements X and X_Replacement, or the name of one that\n"
    "comes with pmill: combo.",
    options=(
        *SOURCE_OPTIONS,
        OUTPUT,
        Option(name="patterns", short="p", takes="value", metavar="PATTERNS", help="more patterns"),
        Option(name="combo", help="the patterns 'combo': elements of an IPv4 router, combined"),
        Option(name="reverse", short="r", help="replace each X_Replacement by X"),
        Option(name="list", help="list the patterns, and do nothing"),
        *ELEMENT_OPTIONS,
    ),
)


def main(argv: Sequence[str]) -> int:
    """Print a configuration with all replacements; returns an exit status."""
    words = start_words(_COMMAND, argv)
    if isinstance(words, int):
        return words
    names = _take_patterns(words)
    if not names:
        return refuse(_COMMAND, WrongWords("expected a file of patterns"))
    options = compile_options(words)
    patterns = _patterns(names, options, reverse=words.has("reverse"))
    if words.has("list"):
        print("".join(f"{_shown(pattern)}\n" for pattern in patterns), end="")
        return 0
    source = read_source(_COMMAND, words)
    if isinstance(source, int):
        return source
    from pmill.syntax import flat_text
    from pmill.xform import rewrite

    rewritten = rewrite(tolerant_flat(source, options), patterns)
    return write_output(words.last("output") or "-", flat_text(rewritten.flat))


def _take_patterns(words: Words) -> list[str]:
    """Take the files that are patterns from those that are named; one that is left is the
    configuration.
    """
    names = words.all("patterns") + (["combo"] if words.has("combo") else [])
    elsewhere = words.has("file") or words.has("expression") or words.has("list")
    configurations = 0 if elsewhere or (not names and len(words.files) == 1) else 1
    count = max(0, len(words.files) - configurations)
    names += words.files[:count]
    del words.files[:count]
    return names


def _patterns(names: Sequence[str], options: CompileOptions, *, reverse: bool) -> list[Pattern]:
    from pmill.elements import ElementLibrary
    from pmill.syntax import flatten_classes, include_libraries, parse
    from pmill.xform import read_patterns, shipped_patterns

    shipped = shipped_patterns()
    library = ElementLibrary.load(options.include, Diagnostics())
    patterns: list[Pattern] = []
    for name in dict.fromkeys(names):
        diags = Diagnostics()  # errors that are no matter in one file would end the next
        try:
            source = read_file(str(shipped.get(name, name)))
        except Unreadable as error:
            raise unreadable(error) from None
        config = include_libraries(parse(source, diags), options.library_path, diags)
        classes = flatten_classes(config, options.variables, library, diags)
        found = read_patterns(classes, diags, reverse=reverse)
        stop_if_serious(diags)
        if not found:
            raise fail(
                "PM0610",
                f"there is no pattern in '{source.name}'",
                hint="a pattern is a compound element X with another one, X_Replacement",
            )
        warn(diags)
        patterns += found
    return patterns


def _shown(pattern: Pattern) -> str:
    parameters = ", ".join(f"${name}" for name in pattern.parameters)
    classes = ", ".join(element.class_name for element in pattern.elements)
    new = ", ".join(element.class_name for element in pattern.replacement.elements)
    return f"{pattern.name}({parameters}): {classes} -> {new or 'nothing'}"
