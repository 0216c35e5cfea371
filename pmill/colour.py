"""Prints messages; in colour on a terminal, unless NO_COLOR says otherwise (no-color.org)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import Final

_BOLD: Final = "1"
_COLOURS: Final = {"error": "1;31", "warning": "1;35", "note": "1;36", "hint": "1;32"}
_HEADLINE: Final = re.compile(
    r"(?P<place>(?:.*?:\d+:(?:\d+:)? )?)"
    r"(?P<kind>error|warning|note)(?P<code>\[PM\d{4}\])?: (?P<text>.*)"
)
_CODE: Final = re.compile(r"^(?:.*?: )?(?:error|warning)\[(PM\d{4})\]: ", re.MULTILINE)
_FEW: Final = 3  # codes that are worth explaining at once
_CARETS: Final = re.compile(r"(?P<gutter> {5} \| )(?P<blank>\s*)(?P<carets>\^+)")
_SOURCE: Final = re.compile(r"(?P<gutter> *\d+ \| )(?P<text>.*)")
_HINT: Final = re.compile(r"  hint: (?P<text>.*)")


def show(texts: Iterable[object]) -> None:
    """Print messages on standard error."""
    colour = wants_colour()
    codes: dict[str, None] = {}
    for text in map(str, texts):
        print(printable(coloured(text) if colour else text), file=sys.stderr)
        codes |= dict.fromkeys(_CODE.findall(text))
    if codes and sys.stderr.isatty():
        more = f"'pmill explain {' '.join(list(codes)[:_FEW])}' says more."
        print(_painted(more, "2") if colour else more, file=sys.stderr)


def printable(text: str) -> str:
    """Return a text in which bytes that are no text are written with backslashes."""
    return text.encode("utf-8", "backslashreplace").decode()


def wants_colour() -> bool:
    """Return whether standard error is a terminal whose user has nothing against colours."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stderr.isatty()


def coloured(text: str) -> str:
    """Return a message with the escape sequences that colour it."""
    colour = _COLOURS["error"]
    lines = []
    for line in text.split("\n"):
        if found := _HEADLINE.fullmatch(line):
            kind = found["kind"]
            colour = _COLOURS[kind]
            label = _painted(f"{kind}{found['code'] or ''}:", colour)
            said = found["text"] if kind == "note" else _painted(found["text"], _BOLD)
            line = f"{found['place']}{label} {said}"
        elif found := _CARETS.fullmatch(line):
            line = found["gutter"] + found["blank"] + _painted(found["carets"], colour)
        elif found := _SOURCE.fullmatch(line):
            line = _painted(found["gutter"], "2") + found["text"]
        elif found := _HINT.fullmatch(line):
            line = f"  {_painted('hint:', _COLOURS['hint'])} {found['text']}"
        lines.append(line)
    return "\n".join(lines)


def _painted(text: str, colour: str) -> str:
    return f"\033[{colour}m{text}\033[0m"
