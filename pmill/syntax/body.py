"""What one namespace says, before compounds are opened: instances, and links between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from pmill.diagnostics import Span
from pmill.syntax import nodes
from pmill.syntax.classes import Classes, CompoundClass, ElementClass
from pmill.syntax.flat import ConfigText
from pmill.syntax.variables import Scope


@dataclass(slots=True, eq=False)
class Node:
    """An end of links: an element, or one side of a compound. `element` is the flat name."""

    element: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Border:
    """The sides of an instance: packets enter by one and leave by the other.

    Of an element both are the same node. Of a compound, links around it end at `entry`, and links
    inside it begin there; with `exit` it is the other way round.
    """

    entry: Node
    exit: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """A connection as written: one that touches a compound ends at the compound's border."""

    source: Node
    source_port: int
    target: Node
    target_port: int
    source_span: Span
    target_span: Span
    context: str | None = None  # of a context arrow: the name of the flow context, or empty


@dataclass(slots=True, kw_only=True, eq=False)
class Instance:
    """An element, compound or group of one namespace. `class_` is None for groups, for `input`
    and `output`, and for names that were never declared: none of them becomes an element."""

    name: str
    class_: ElementClass | None
    config: nodes.ConfigString | None
    span: Span
    class_span: Span
    border: Border
    anonymous: bool = False
    undeclared: bool = False
    implicit_inputs: int = 0  # groups have port lists of their own
    implicit_outputs: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class Body:
    """What the statements of one namespace say. `broken` when some could not be understood."""

    scope: Scope
    classes: Classes
    name: str = ""  # of the compound, as messages write it
    instances: list[Instance] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    compounds: list[CompoundClass] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    broken: bool = False


def text_of(config: nodes.ConfigString | None, missing: Span) -> ConfigText:
    """Return the text of a configuration; an absent one is empty, at the end of `missing`."""
    if config is None:
        end = Span(missing.source, missing.end, missing.end)
        return ConfigText(text="", span=end)
    return ConfigText(text=config.text, span=config.span)
