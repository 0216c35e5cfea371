"""The tree of a Click configuration: frozen nodes, each with the place it was written.

Spans do not take part in comparison, so two trees are equal when they say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pmill.diagnostics import Source, Span

MAX_PORT = 65535
ArrowKind = Literal["->", "=>", "~>"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """An identifier."""

    text: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigString:
    """The raw text between the parentheses of a configuration; the span is without them."""

    text: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """The ports `first` to `last`, both included, of a port list."""

    first: int
    last: int
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortList:
    """`[0, 2-4]`. When `expandable` (`[]`, `[1,]`) it grows to fit the other side."""

    items: tuple[Port, ...]
    expandable: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Formal:
    """A parameter of a compound: `$name` or `KEYWORD $name`; `name` is without the `$`."""

    name: str
    keyword: str | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One body of a compound. `formals` is None when no `|` was written."""

    formals: tuple[Formal, ...] | None
    statements: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound:
    """`{ A || B }`; when `extends` (`|| ...`) it adds to the previous class of the same name."""

    alternatives: tuple[Alternative, ...]
    extends: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassName:
    """The name of an element class, where only a class can stand."""

    text: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A bare name in a chain: an element, or an anonymous instance of a class."""

    name: Name
    config: ConfigString | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """`a, b :: Class(config)`. Several names only as a statement of its own."""

    names: tuple[Name, ...]
    class_: ClassName | Compound
    config: ConfigString | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymous:
    """An unnamed instance of a compound written in place."""

    compound: Compound
    config: ConfigString | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`( ... )`: like a compound, but its elements belong to the enclosing namespace."""

    statements: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`[inputs] element [outputs]`.

    Without an element it stands for the `input` or `output` of the compound around it, and the
    port list, if any, is in `inputs`.
    """

    inputs: PortList | None
    element: ElementExpression | None
    outputs: PortList | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What stands between two arrows: endpoints separated by commas."""

    endpoints: tuple[Endpoint, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """`->`, `=>`, or FastClick's `~>` and `~context>`, which join ports as `->` does."""

    kind: ArrowKind
    context: str | None = None  # the name in a `~name>`, or empty
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Stages joined by arrows: always one stage more than arrows."""

    stages: tuple[Stage, ...]
    arrows: tuple[Arrow, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassDefinition:
    """`elementclass Name { ... }`, or the synonym `elementclass New Old`."""

    name: Name
    class_: ClassName | Compound
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """`define($a 1, $b 2)`."""

    config: ConfigString
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """`require(...)`."""

    config: ConfigString
    span: Span = field(compare=False, repr=False)


ClassExpression = ClassName | Compound
ElementExpression = Reference | Declaration | Anonymous | Group
Statement = Chain | Declaration | ClassDefinition | Definitions | Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration."""

    source: Source = field(compare=False, repr=False)
    statements: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)
