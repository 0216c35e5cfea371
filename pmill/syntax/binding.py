"""Gives the arguments of a compound instance to the compound's parameters, as Click does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pmill.diagnostics import Span
from pmill.syntax import nodes
from pmill.syntax.arguments import split_keyword
from pmill.syntax.checks import REST
from pmill.syntax.flat import ConfigText


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Why arguments do not fit; `span` is the argument at fault, None for one that is missing."""

    message: str
    span: Span | None = None


def bind(
    formals: Sequence[nodes.Formal], arguments: Sequence[ConfigText]
) -> dict[str, str] | Misfit:
    """Return the value of every parameter, by name, or why the arguments do not fit.

    With positional parameters alone arguments are never taken for keywords.
    """
    positional = [f for f in formals if f.keyword is None]
    if len(positional) == len(formals):
        if len(arguments) != len(formals):
            return _wrong_number(formals, arguments)
        return {f.name: a.text for f, a in zip(formals, arguments, strict=True)}
    return _Binding(list(arguments)).run(formals, positional)


def parameters_text(formals: Sequence[nodes.Formal]) -> str:
    """Return the parameters as messages write them: `$a, KEY $k, ...`."""
    shown = [
        "..." if f.keyword == REST else f"{f.keyword} ${f.name}" if f.keyword else f"${f.name}"
        for f in formals
    ]
    return ", ".join(shown)


class _Binding:
    def __init__(self, arguments: list[ConfigText]) -> None:
        self.pending = arguments
        self.bound: dict[str, str] = {}

    def run(
        self, formals: Sequence[nodes.Formal], positional: Sequence[nodes.Formal]
    ) -> dict[str, str] | Misfit:
        keywords = {f.keyword: f.name for f in formals if f.keyword and f.keyword != REST}
        self._take_keywords(keywords)
        for formal in positional:
            if not self._take_positional(formal.name):
                return Misfit(message=f"required argument '${formal.name}' is missing")
        for keyword, name in keywords.items():
            if name not in self.bound:
                return Misfit(message=f"{keyword}: required argument missing")
        rest = next((f.name for f in formals if f.keyword == REST), None)
        if rest is not None:
            self.bound[rest] = ", ".join(a.text for a in self.pending)
        elif self.pending:
            return _left_over(self.pending[0])
        return self.bound

    def _take_keywords(self, keywords: dict[str, str]) -> None:
        """Take the arguments of known keywords; the last of the same keyword wins."""
        left: list[ConfigText] = []
        for argument in self.pending:
            found = split_keyword(argument)
            if found and found[0].text in keywords:
                self.bound[keywords[found[0].text]] = found[1].text
            else:
                left.append(argument)
        self.pending = left

    def _take_positional(self, name: str) -> bool:
        """Take the next argument that does not look like a keyword, else the next one."""
        if not self.pending:
            return False
        plain = [i for i, a in enumerate(self.pending) if split_keyword(a) is None]
        self.bound[name] = self.pending.pop(plain[0] if plain else 0).text
        return True


def _left_over(argument: ConfigText) -> Misfit:
    keyword = split_keyword(argument)
    if keyword:
        return Misfit(message=f"{keyword[0].text}: unknown argument", span=keyword[0].span)
    return Misfit(message="too many arguments", span=argument.span)


def _wrong_number(formals: Sequence[nodes.Formal], arguments: Sequence[ConfigText]) -> Misfit:
    if len(arguments) > len(formals):
        extra = arguments[len(formals)]
        message = f"too many arguments: {len(arguments)} for {len(formals)} parameters"
        return Misfit(message=message, span=extra.span)
    missing = formals[len(arguments)]
    return Misfit(message=f"required argument '${missing.name}' is missing")
