"""A configuration without compounds and variables: what elaboration receives."""

from __future__ import annotations

from dataclasses import dataclass

from pmill.diagnostics import Source, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigText:
    """A configuration string after variable substitution.

    When `verbatim`, `text` is exactly `span.text`, so offsets into it are offsets into the
    source; otherwise substitution changed it and messages can only point at the whole span.
    """

    text: str
    span: Span
    verbatim: bool = True

    def part(self, start: int, end: int) -> Span:
        """Return the span of characters [start, end) of the text, as exactly as is known."""
        if not self.verbatim:
            return self.span
        return Span(self.span.source, self.span.start + start, self.span.start + end)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatElement:
    """An instance of an element class that is not a compound."""

    name: str
    class_name: str
    class_span: Span  # where the class is named
    config: ConfigText
    span: Span  # where the element is named or declared


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatConnection:
    """`source [source_port] -> [target_port] target`.

    `context` is None unless the arrow is one into a flow context, `~>` or `~name>`: then it is the
    name, or empty. It means nothing to elements that know nothing of flows.
    """

    source: str
    source_port: int
    target: str
    target_port: int
    span: Span
    context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatConfig:
    """All elements (in Click's order: click-language.md, "Compound elements") and connections."""

    source: Source
    elements: tuple[FlatElement, ...]
    connections: tuple[FlatConnection, ...]
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatClass:
    """The inside of a compound class: its parameters are left as `$name` in configuration texts.

    Where packets enter and leave, connections begin at an element named `input` and end at one
    named `output`. `rest` is the parameter that takes all arguments that are left (`__REST__`).
    """

    name: str
    parameters: tuple[str, ...]
    rest: str | None
    elements: tuple[FlatElement, ...]
    connections: tuple[FlatConnection, ...]
    span: Span
