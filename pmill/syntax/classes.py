"""Element classes as a configuration sees them: primitive ones by name, and compounds."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from pmill.diagnostics import Span
from pmill.syntax import nodes
from pmill.syntax.variables import Scope

# Not elements but remarks of the graph printer about a pass's decisions; always known.
PASS_INFO = "PassInfo"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variant:
    """One alternative of a compound, with what was visible where it was defined."""

    node: nodes.Alternative
    classes: Classes
    scope: Scope
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompoundClass:
    """A compound element class; `name` is empty for one written in place.

    `fallback` is the primitive class that `|| ...` falls back to.
    """

    name: str
    variants: tuple[Variant, ...]
    fallback: str | None
    span: Span

    @property
    def shown(self) -> str:
        """The class as messages write it."""
        return self.name or "<anonymous>"


ElementClass = str | CompoundClass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classes:
    """The classes visible at a point of the text. Defining one makes a new `Classes`.

    `being_defined` and `later` only serve messages: the compounds this point is inside of, and
    those that are defined further down.
    """

    known: Container[str]
    defined: Mapping[str, ElementClass]
    being_defined: Mapping[str, Span]
    later: Mapping[str, Span]

    def find(self, name: str) -> ElementClass | None:
        """Return the class of that name, or None."""
        found = self.defined.get(name)
        if found is not None:
            return found
        return name if name in self.known or name == PASS_INFO else None

    def names(self) -> list[str]:
        """Return all names, as far as they can be listed."""
        primitive = self.known if isinstance(self.known, Iterable) else ()
        return sorted({*primitive, *self.defined})

    def define(self, name: str, class_: ElementClass) -> Classes:
        """Return these classes with one more, which hides an older one of its name."""
        return Classes(
            known=self.known,
            defined={**self.defined, name: class_},
            being_defined=self.being_defined,
            later=self.later,
        )

    def inside(self, name: str, span: Span) -> Classes:
        """Return the classes that the body of a compound named `name` sees."""
        return Classes(
            known=self.known,
            defined=self.defined,
            being_defined={**self.being_defined, name: span} if name else self.being_defined,
            later=self.later,
        )

    def with_later(self, statements: Iterable[nodes.Statement]) -> Classes:
        """Return these classes for a body in which `statements` define others."""
        later = {
            s.name.text: s.name.span for s in statements if isinstance(s, nodes.ClassDefinition)
        }
        return Classes(
            known=self.known,
            defined=self.defined,
            being_defined=self.being_defined,
            later={**self.later, **later},
        )
