"""`pmill fmt`: lays out a configuration, and keeps its comments.

a->b//why                 a -> b  // why
-> c; x::           =>      -> c;
Queue( 5 )                x :: Queue( 5 );

What a configuration says does not change: parameters stay as they are written, to the byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pmill.diagnostics import Diagnostic, DiagnosticError, Diagnostics, Source
from pmill.tools.output import write_output
from pmill.tools.source import SOURCE_OPTIONS, Unreadable, read_configuration, read_file
from pmill.tools.start import OUTPUT, Command, refuse, start_words, unreadable
from pmill.tools.words import Option, Words, WrongWords

if TYPE_CHECKING:
    from pmill.syntax import Trivia
    from pmill.syntax.nodes import Config

_COMMAND: Final = Command(
    name="pmill fmt",
    about="Lay out a configuration: one statement a line, compounds indented, comments kept.\n"
    "Variables and libraries are accepted, as by all commands, and change nothing.",
    synopsis="[OPTION]... [FILE]... [NAME=VALUE]...",
    options=(
        *SOURCE_OPTIONS,
        OUTPUT,
        Option(name="check", help="print nothing; the status is 1 if a FILE would change"),
        Option(name="in-place", short="i", help="overwrite every FILE"),
    ),
)


def main(argv: Sequence[str]) -> int:
    """Lay out configurations; returns 1 when --check finds one that would change."""
    words = start_words(_COMMAND, argv)
    if isinstance(words, int):
        return words
    try:
        _check_words(words)
        if words.has("check") or words.has("in-place"):
            return _many(words)
        return write_output(words.last("output") or "-", formatted(read_configuration(words)))
    except WrongWords as error:
        return refuse(_COMMAND, error)
    except Unreadable as error:
        raise unreadable(error) from None


def formatted(source: Source) -> str:
    """Return a configuration as it should be laid out; DiagnosticError if it has errors."""
    from pmill.syntax import unparse

    tree, trivia = _parsed(source)
    text = unparse(tree, trivia)
    again, kept = _parsed(Source(source.name, text))
    # Files are overwritten with this: rather stop than lose anything.
    assert again == tree, "layout changed what a configuration says"
    texts, kept_texts = ([c.text for c in t.comments] for t in (trivia, kept))
    assert texts == kept_texts, "layout changed comments"
    return text


def _parsed(source: Source) -> tuple[Config, Trivia]:
    from pmill.syntax import parse, trivia_of

    diags = Diagnostics()
    tree = parse(source, diags)
    diags.stop_if_errors()
    return tree, trivia_of(source)


def _check_words(words: Words) -> None:
    in_place, check = words.has("in-place"), words.has("check")
    if in_place and check:
        raise WrongWords("--in-place writes and --check does not: choose one")
    if in_place and (not _files(words) or "-" in _files(words) or words.has("expression")):
        raise WrongWords("--in-place needs files")
    if words.has("output") and (in_place or check):
        raise WrongWords("--output can't be given with --in-place or --check")
    if len(_files(words)) > 1 and not in_place and not check:
        raise WrongWords("several files need --in-place or --check")


def _files(words: Words) -> list[str]:
    return [*words.all("file"), *words.files]


def _many(words: Words) -> int:
    """Check or write every file; those with errors do not keep the others from it."""
    wrong: list[Diagnostic] = []
    status = 0
    for name in _files(words) or [""]:
        try:
            status |= _one(name, words)
        except DiagnosticError as error:
            wrong += error.diagnostics
    if wrong:
        raise DiagnosticError(tuple(wrong))
    return status


def _one(name: str, words: Words) -> int:
    try:
        source = read_file(name, archives=False) if name else read_configuration(words)
    except Unreadable as error:
        raise unreadable(error) from None
    text = formatted(source)
    if text == source.text:
        return 0
    return 1 if words.has("check") else write_output(name, text)
