"""What a page shows against what a command printed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

ANYTHING = "…"
_NUMBER = re.compile(r"-?\d[\d,.]*")


def agrees(shown: Sequence[str], printed: str, *, numbers_vary: bool = False) -> bool:
    """Return whether a command printed what is shown; spaces at the ends of lines do not count."""
    lines = [line.rstrip() for line in printed.splitlines()]
    return _matches(_trimmed(shown), lines, numbers_vary)


def difference(shown: Sequence[str], printed: str) -> str:
    """Return what tells a reader how the two differ."""
    lines = [line.rstrip() for line in printed.splitlines()]
    told = difflib.unified_diff(_trimmed(shown), lines, "shown", "printed", lineterm="")
    return "\n".join(told)


def _trimmed(shown: Sequence[str]) -> list[str]:
    """The lines without the empty ones that set a command off from the next."""
    lines = [line.rstrip() for line in shown]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _matches(shown: list[str], printed: list[str], numbers_vary: bool) -> bool:
    """Match line by line; `ways` are the numbers of printed lines that may be used up by now."""
    ways = {0}
    for line in shown:
        if line == ANYTHING:
            ways = set(range(min(ways), len(printed) + 1)) if ways else set()
            continue
        pattern = _pattern(line, numbers_vary)
        ways = {n + 1 for n in ways if n < len(printed) and pattern.fullmatch(printed[n])}
    while printed and not printed[-1]:
        printed = printed[:-1]
    return any(n >= len(printed) for n in ways)


def _pattern(line: str, numbers_vary: bool) -> re.Pattern[str]:
    """One shown line; where numbers vary, so do the spaces that make columns, and a dash is one."""
    if not numbers_vary:
        return re.compile(".*".join(map(re.escape, line.split(ANYTHING))))
    words = []
    for number, word in enumerate(line.split()):
        if number and (word == "-" or _NUMBER.fullmatch(word)):
            words.append(f"(?:-|{_NUMBER.pattern})")
        else:
            pieces = (_NUMBER.split(piece) for piece in word.split(ANYTHING))
            words.append(".*".join(_NUMBER.pattern.join(map(re.escape, p)) for p in pieces))
    return re.compile(r"\s*" + r"\s+".join(words) + r"\s*")
