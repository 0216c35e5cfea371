"""`pmill provides`: says whether pmill has the element classes and the features that one needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pmill.diagnostics import Diagnostics, did_you_mean
from pmill.tools.start import (
    ELEMENT_OPTIONS,
    Command,
    compile_options,
    complain,
    refuse,
    start_words,
)
from pmill.tools.words import Option, WrongWords

if TYPE_CHECKING:
    from pmill.elements import ElementLibrary

_COMMAND: Final = Command(
    name="pmill provides",
    synopsis="[OPTION]... REQUIREMENT...",
    about="Succeed when pmill has every element class and every feature that is named, and say on\n"
    "standard error what it lacks. !REQUIREMENT means that it is lacked.",
    options=(
        Option(name="invert", short="i", help="the other way round: succeed when one is lacked"),
        Option(name="quiet", short="q", help="print nothing"),
        *ELEMENT_OPTIONS,
        Option(name="help", help="print this text"),
        Option(name="version", short="v", help="print the version"),
    ),
)


def main(argv: Sequence[str]) -> int:
    """Return 0 when the requirements are met, 1 when they are not, 2 when there are none."""
    from pmill.elements import ElementLibrary

    words = start_words(_COMMAND, argv)
    if isinstance(words, int):
        return words
    if not words.files:
        return refuse(_COMMAND, WrongWords("expected a requirement"))
    diags = Diagnostics()
    library = ElementLibrary.load(compile_options(words).include, diags)
    diags.stop_if_errors()
    lacked = [r for r in words.files if not provided(r, library)]
    if bool(lacked) == words.has("invert"):
        return 0
    if not words.has("quiet"):
        complain([_lacked(r, library) for r in lacked] or ["there is all of it"])
    return 1


def provided(requirement: str, library: ElementLibrary) -> bool:
    """Return whether there is a class or a feature of that name; `!NAME`: whether there is none."""
    from pmill.elements import PROVISIONS

    if requirement.startswith("!"):
        return not provided(requirement[1:], library)
    return requirement in PROVISIONS or requirement in library


def _lacked(requirement: str, library: ElementLibrary) -> str:
    from pmill.elements import PROVISIONS

    if requirement.startswith("!"):
        return f"there is '{requirement.lstrip('!')}'"
    hint = did_you_mean(requirement, [*library, *PROVISIONS])
    return f"there is no '{requirement}'" + (f": {hint}" if hint else "")
