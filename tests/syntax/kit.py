"""What the tests of the language share: short ways through its stages."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pmill.diagnostics import Diagnostics, Source, Span
from pmill.syntax import ConfigText, FlatConfig, flatten, parse
from pmill.syntax.nodes import Config

CLASSES = frozenset(
    {"Counter", "Discard", "Idle", "InfiniteSource", "Null", "Paint", "Print", "Tee"}
)


def parsed(text: str) -> tuple[Config, list[str]]:
    """Return the tree of a text and its messages as `LINE:COLUMN CODE message`."""
    diags = Diagnostics()
    config = parse(Source("x.click", text), diags)
    return config, shown(diags)


def flat(
    text: str, variables: Mapping[str, str] | None = None, classes: Collection[str] = CLASSES
) -> tuple[FlatConfig, list[str]]:
    """Return what a text means and the messages about it."""
    diags = Diagnostics()
    config = parse(Source("x.click", text), diags)
    assert not diags.has_errors, shown(diags)
    result = flatten(config, variables or {}, classes, diags)
    return result, shown(diags)


def good(text: str, variables: Mapping[str, str] | None = None) -> FlatConfig:
    """Return what a text means; it must not give rise to any message."""
    result, messages = flat(text, variables)
    assert messages == []
    return result


def shown(diags: Diagnostics) -> list[str]:
    """Return messages in one line each."""
    return [
        f"{d.span.line}:{d.span.column} {d.code} {d.message}" if d.span else f"{d.code} {d.message}"
        for d in diags
    ]


def elements(config: FlatConfig) -> list[str]:
    """Return the elements as `name :: Class(config)`."""
    return [
        f"{e.name} :: {e.class_name}({e.config.text})"
        if e.config.text
        else f"{e.name} :: {e.class_name}"
        for e in config.elements
    ]


def links(config: FlatConfig) -> list[str]:
    """Return the connections, port 0 left out."""
    return [
        f"{c.source}{f'[{c.source_port}]' if c.source_port else ''} -> "
        f"{f'[{c.target_port}]' if c.target_port else ''}{c.target}"
        for c in config.connections
    ]


def text(config: str) -> ConfigText:
    """Return a configuration text that stands alone in a source."""
    return ConfigText(text=config, span=Span(Source("x.click", config), 0, len(config)))
