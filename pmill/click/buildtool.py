"""`pmill click-buildtool provides REQUIREMENT...`: says whether there is what a test needs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from pmill.diagnostics import Diagnostics
from pmill.tools.provides import provided
from pmill.tools.start import print_version

_USAGE: Final = """\
Usage: click-buildtool provides [-i] [-q] REQUIREMENT...

Succeeds, and prints 1, when pmill has every element class and feature that is named; fails, and
prints 0, when it lacks one. !REQUIREMENT means that it is lacked.

  -i   the other way round
  -q   print nothing
"""
_FLAGS: Final = {"-i": "i", "-q": "q", "-iq": "iq", "-qi": "iq", "--invert": "i", "--quiet": "q"}


def main(argv: Sequence[str]) -> int:
    """Answer for the requirements of a command line; 0 when they are met, 2 when it is wrong."""
    from pmill.elements import ElementLibrary

    words = list(argv)
    if words[:1] in (["--help"], ["-h"]):
        print(_USAGE, end="")
        return 0
    if words[:1] in (["--version"], ["-v"]):
        return print_version("click-buildtool")
    if words[:1] != ["provides"]:
        return _wrong("expected 'provides'")
    invert = quiet = False
    asked: list[str] = []
    for word in words[1:]:
        if not word.startswith("-"):
            asked.append(word)
        elif word in _FLAGS:
            invert |= "i" in _FLAGS[word]
            quiet |= "q" in _FLAGS[word]
        else:
            return _wrong(f"unknown option '{word}'")
    library = ElementLibrary.load((), Diagnostics())
    met = all(provided(requirement, library) for requirement in asked) != invert
    if not quiet:
        print(int(met))
    return 0 if met else 1


def _wrong(why: str) -> int:
    print(f"click-buildtool: {why}\n{_USAGE}", end="", file=sys.stderr)
    return 2
