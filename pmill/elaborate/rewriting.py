"""Patterns by which rewriters give flows new addresses and ports.

    1.0.0.1 1024-65535# - -        # from 1.0.0.1, by the next free port; the destination stays

IPRewriterPatterns gives names to them, which hold in the whole configuration. A lowering of a
rewriter reads its patterns with `parse_pattern`, named or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, Literal

from pmill.diagnostics import Span
from pmill.elaborate.scalars import parse_int, parse_ip
from pmill.syntax import split_arguments, split_words
from pmill.syntax.flat import ConfigText

CLASS: Final = "IPRewriterPatterns"
WORDS: Final = ("SADDR", "SPORT", "DADDR", "DPORT")
_MOST_PORT: Final = 0xFFFF
# How a port of a range is chosen: the flow's own if it lies there and is free, else any; the next
# one; any.
_Choice = Literal["own", "next", "any"]
_CHOICES: Final[Mapping[str, _Choice]] = {"#": "next", "?": "any"}
_MARKS: Final[Mapping[_Choice, str]] = {"own": "", "next": "#", "any": "?"}


class BadPattern(Exception):
    """Words that are no pattern; `word` is the number of the wrong one, None: all of them."""

    def __init__(self, message: str, word: int | None = None) -> None:
        super().__init__(message)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRange:
    """The ports of which a flow gets one."""

    first: int
    last: int
    choice: _Choice = "own"

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first)
        return f"{self.first}-{self.last}{_MARKS[self.choice]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What a flow becomes; None is what it was."""

    source: IPv4Address | None
    source_port: PortRange | None
    destination: IPv4Address | None
    destination_port: int | None

    def __str__(self) -> str:
        parts = (self.source, self.source_port, self.destination, self.destination_port)
        return " ".join("-" if part is None else str(part) for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPattern:
    """A pattern of an IPRewriterPatterns, and where its name stands."""

    pattern: Pattern
    span: Span


def read(
    infos: Iterable[tuple[str, ConfigText]], literal: Callable[[str, str, str], str]
) -> Mapping[str, NamedPattern]:
    """Return the patterns of the IPRewriterPatterns elements of these names and configurations.

    The first of a name counts. What is wrong is reported when their arguments are.
    """
    found: dict[str, NamedPattern] = {}
    for user, config in infos:

        def means(kind: str, text: str, user: str = user) -> str:
            return literal(kind, text, user)

        for item in split_arguments(config):
            name, *words = split_words(item) or (ConfigText(text="", span=item.span),)
            try:
                pattern = parse_pattern([word.text for word in words], means)
            except BadPattern:
                continue
            found.setdefault(name.text, NamedPattern(pattern=pattern, span=name.span))
    return found


def parse_pattern(
    words: Sequence[str],
    literal: Callable[[str, str], str],
    named: Mapping[str, NamedPattern] | None = None,
) -> Pattern:
    """Return the pattern that `SADDR SPORT DADDR DPORT` or a name says; raise BadPattern.

    `literal(type, text)` is what a name of an address or a port stands for.
    """
    if len(words) == 1 and named is not None:
        if words[0] not in named:
            raise BadPattern(f"no pattern is called '{words[0]}'", 0)
        return named[words[0]].pattern
    if len(words) != len(WORDS):
        raise BadPattern(f"a pattern is {' '.join(WORDS)}")
    return Pattern(
        source=_address(0, words, literal),
        source_port=_range(1, words, literal),
        destination=_address(2, words, literal),
        destination_port=_port(3, words[3], literal),
    )


def _address(
    at: int, words: Sequence[str], literal: Callable[[str, str], str]
) -> IPv4Address | None:
    if words[at] == "-":
        return None
    address = parse_ip(literal("IPAddress", words[at]))
    if address is None:
        raise BadPattern(f"{WORDS[at]}: '{words[at]}' is no IPv4 address, nor '-'", at)
    return address


def _range(at: int, words: Sequence[str], literal: Callable[[str, str], str]) -> PortRange | None:
    """Read `-`, a port, or `LOW-HIGH` with a mark behind that says how to choose."""
    text, choice = words[at], _CHOICES.get(words[at][-1:], "own")
    bounds = text[: -1 if choice != "own" else None].split("-")
    if len(bounds) == 2 and all(bounds) and all(parse_int(b) is not None for b in bounds):
        first, last = (_port(at, bound, literal) for bound in bounds)
        if first is None or last is None or first > last:
            raise BadPattern(f"{WORDS[at]}: there is no port in '{text}'", at)
        return PortRange(first=first, last=last, choice=choice)
    port = _port(at, text, literal)
    return None if port is None else PortRange(first=port, last=port)


def _port(at: int, text: str, literal: Callable[[str, str], str]) -> int | None:
    if text == "-":
        return None
    port = parse_int(literal("Port", text))
    if port is None or not 0 < port <= _MOST_PORT:
        raise BadPattern(f"{WORDS[at]}: '{text}' is no port, nor '-'", at)
    return port
