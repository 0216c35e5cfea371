"""Compares the arguments of an element with those of a pattern, whose variables are any text.

    pattern    Foo($ip/24, MTU $mtu)
    element    Foo(10.0.0.1/24, MTU 1500)      $ip is 10.0.0.1, $mtu is 1500

Arguments are compared one by one, in order, however they are spaced. A variable that occurs twice
must mean the same text each time. In quotes `$` is a character like any other.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from pmill.syntax import ConfigText, split_arguments, split_words

Captures = Mapping[str, str]

_TOKEN = re.compile(
    r'"(?:\\.|[^"\\])*"|\'[^\']*\'|\$(?:([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})', re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentPattern:
    """One argument: `literals` with a variable between each and the next."""

    literals: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def variable(self) -> str | None:
        """The variable that is the whole argument, or None."""
        return self.names[0] if self.literals == ("", "") else None

    def match(self, text: str, known: Captures) -> Captures | None:
        """Return the variables with those that this text sets, or None when it is another text."""
        if not text.startswith(self.literals[0]):
            return None
        at, found = len(self.literals[0]), dict(known)
        for number, name in enumerate(self.names, 1):
            behind = self.literals[number]
            end = self._end(text, at, number, found.get(name))
            if end is None:
                return None
            found[name] = text[at:end]
            at = end + len(behind)
        return found if at == len(text) else None

    def _end(self, text: str, at: int, number: int, value: str | None) -> int | None:
        """Return where the variable that begins at `at` ends, in front of the literal behind it."""
        behind = self.literals[number]
        if value is not None:
            fits = text.startswith(value + behind, at)
            return at + len(value) if fits else None
        if number == len(self.names):  # the last one takes all that is left
            end = len(text) - len(behind)
            return end if end >= at and text.endswith(behind) else None
        end = text.find(behind, at)
        return end if end >= 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentsPattern:
    """All arguments; `rest` is a variable that takes those that are left over, or None."""

    arguments: tuple[ArgumentPattern, ...]
    rest: str | None

    def match(self, texts: Sequence[str], known: Captures) -> Captures | None:
        """Return the variables with those that these arguments set, or None."""
        count = len(self.arguments)
        if len(texts) < count or (self.rest is None and len(texts) > count):
            return None
        found: Captures | None = known
        for pattern, text in zip(self.arguments, texts, strict=False):
            if found is None:
                return None
            found = pattern.match(text, found)
        if found is None or self.rest is None:
            return found
        left = ", ".join(texts[count:])
        return {**found, self.rest: left} if found.get(self.rest, left) == left else None

    @property
    def names(self) -> frozenset[str]:
        """The variables."""
        own = {name for pattern in self.arguments for name in pattern.names}
        return frozenset(own if self.rest is None else own | {self.rest})


def arguments_of(config: ConfigText) -> tuple[str, ...]:
    """Return the arguments of a configuration, each with one blank between words."""
    return tuple(
        " ".join(word.text for word in split_words(argument))
        for argument in split_arguments(config)
    )


def pattern_of(
    config: ConfigText, parameters: Container[str], rest: str | None
) -> ArgumentsPattern:
    """Read the arguments of a pattern's element, in which `parameters` are variables."""
    arguments = [_argument(text, parameters) for text in arguments_of(config)]
    takes_rest = rest is not None and bool(arguments) and arguments[-1].variable == rest
    return ArgumentsPattern(
        arguments=tuple(arguments[:-1] if takes_rest else arguments),
        rest=rest if takes_rest else None,
    )


def _argument(text: str, parameters: Container[str]) -> ArgumentPattern:
    literals: list[str] = []
    names: list[str] = []
    start = 0
    for token in _TOKEN.finditer(text):
        name = token[1] or token[2]
        if name is not None and name in parameters:
            literals.append(text[start : token.start()])
            names.append(name)
            start = token.end()
    return ArgumentPattern(literals=(*literals, text[start:]), names=tuple(names))
