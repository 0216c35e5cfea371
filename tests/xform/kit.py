"""Patterns and configurations given as text, and what becomes of them."""

from __future__ import annotations

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import flat_config
from pmill.elements import ElementLibrary
from pmill.options import CompileOptions
from pmill.syntax import FlatConfig, flat_text, flatten_classes, parse
from pmill.xform import Pattern, read_patterns, rewrite


def pair(body: str, replacement: str, formals: str = "", name: str = "X") -> str:
    head = f"{formals} | " if formals else ""
    return (
        f"elementclass {name} {{ {head}{body} }}\n"
        f"elementclass {name}_Replacement {{ {head}{replacement} }}\n"
    )


def patterns(text: str, *, reverse: bool = False) -> tuple[Pattern, ...]:
    diags = Diagnostics()
    classes = flatten_classes(
        parse(Source("patterns", text), diags), {}, ElementLibrary.load((), diags), diags
    )
    found = read_patterns(classes, diags, reverse=reverse)
    serious = tuple(d for d in diags if d.severity == "error" and d.code != "PM0301")
    if serious:
        raise DiagnosticError(serious)
    return found


def flat(text: str) -> FlatConfig:
    return flat_config(Source("config", text), CompileOptions(), Diagnostics())[0]


def result(text: str, pattern_text: str, *, reverse: bool = False) -> str:
    """What becomes of a configuration, on one line."""
    rewritten = rewrite(flat(text), patterns(pattern_text, reverse=reverse))
    return " ".join(flat_text(rewritten.flat).split())


def declared(text: str, pattern_text: str) -> list[str]:
    """The declarations of what becomes of a configuration."""
    return [d.strip() for d in result(text, pattern_text).split(";") if "::" in d]


TWICE = pair("input -> Strip($n) -> Strip($n) -> output", "input -> Twofold($n) -> output", "$n")
