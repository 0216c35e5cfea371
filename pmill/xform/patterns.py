"""Reads pattern files: pairs of compound classes `X` and `X_Replacement`.

Classes without a partner are no patterns; others may be made of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pmill.diagnostics import Diagnostics, Note
from pmill.syntax import FlatClass, FlatConnection, FlatElement
from pmill.xform.arguments import ArgumentsPattern, pattern_of

_SUFFIX = "_Replacement"
_VARIABLE = re.compile(r"\$\{?([A-Za-z0-9_]+)")

# A port of a pattern's element: the element's number and the port's.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternElement:
    """An element that a pattern asks for; `name` is empty for one that was given none."""

    name: str
    class_name: str
    arguments: ArgumentsPattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How a search finds its next element: along a connection from, or to, one that it has.

    `known` is that element; without one (None) any element of the class may be it.
    """

    element: int
    known: int | None = None
    downstream: bool = True
    port: int = 0  # of the known element
    other: int = 0  # port of the next one


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """What to look for, and what to put in its place.

    `edges` are the connections inside. `entries` say by which input of the compound packets come
    to a port, `exits` to which output they go from one.
    """

    name: str
    parameters: tuple[str, ...]
    elements: tuple[PatternElement, ...]
    edges: frozenset[tuple[Place, Place]]
    entries: Mapping[Place, int]
    exits: Mapping[Place, int]
    replacement: FlatClass = field(repr=False)

    @cached_property
    def roles(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the elements of each class."""
        found: dict[str, tuple[int, ...]] = {}
        for number, element in enumerate(self.elements):
            found[element.class_name] = (*found.get(element.class_name, ()), number)
        return found

    @cached_property
    def edges_of(self) -> tuple[tuple[tuple[Place, Place], ...], ...]:
        """The connections of each element, in order."""
        edges = sorted(self.edges)
        return tuple(
            tuple(e for e in edges if number in (e[0][0], e[1][0]))
            for number in range(len(self.elements))
        )

    @cached_property
    def plans(self) -> tuple[tuple[Step, ...], ...]:
        """For each element, in which order a search that begins with it finds all."""
        return tuple(tuple(self._plan(first)) for first in range(len(self.elements)))

    def _plan(self, first: int) -> Iterator[Step]:
        edges = sorted(self.edges)
        seen = [first]
        yield Step(element=first)
        for known in seen:  # grows while it is walked: breadth first
            for step in _neighbours(known, edges):
                if step.element not in seen:
                    seen.append(step.element)
                    yield step
            if known == seen[-1] and len(seen) < len(self.elements):
                apart = min(set(range(len(self.elements))) - set(seen))
                seen.append(apart)
                yield Step(element=apart)


def _neighbours(known: int, edges: Sequence[tuple[Place, Place]]) -> Iterator[Step]:
    for (source, port), (target, other) in edges:
        if source == known:
            yield Step(element=target, known=known, downstream=True, port=port, other=other)
    for (source, other), (target, port) in edges:
        if target == known:
            yield Step(element=source, known=known, downstream=False, port=port, other=other)


def read_patterns(
    classes: Iterable[FlatClass], diags: Diagnostics, *, reverse: bool = False
) -> tuple[Pattern, ...]:
    """Return the patterns that classes are, in the order of their definition.

    `reverse`: look for the replacements. What makes no pattern is reported (PM0611, PM0612).
    """
    by_name = {c.name: c for c in classes}
    patterns = []
    for name, replacement in by_name.items():
        if not name.endswith(_SUFFIX):
            continue
        sought = by_name.get(name.removesuffix(_SUFFIX))
        if sought is None:
            diags.error(
                "PM0611",
                f"'{name}' replaces nothing: there is no '{name.removesuffix(_SUFFIX)}'",
                replacement.span,
                hint="a pattern is a compound X, what replaces it a compound X_Replacement, both "
                "without alternatives",
            )
        elif reverse:
            patterns.append(_pattern(sought.name, replacement, sought, diags))
        else:
            patterns.append(_pattern(sought.name, sought, replacement, diags))
    return tuple(p for p in patterns if p is not None)


def _pattern(
    name: str, sought: FlatClass, replacement: FlatClass, diags: Diagnostics
) -> Pattern | None:
    numbers = {e.name: number for number, e in enumerate(sought.elements)}
    inner = [c for c in sought.connections if {c.source, c.target} <= numbers.keys()]
    ways_in = [c for c in sought.connections if c.source == "input" and c.target in numbers]
    ways_out = [c for c in sought.connections if c.target == "output" and c.source in numbers]
    pattern = Pattern(
        name=name,
        parameters=sought.parameters,
        elements=tuple(
            PatternElement(
                name=_given_name(e),
                class_name=e.class_name,
                arguments=pattern_of(e.config, sought.parameters, sought.rest),
            )
            for e in sought.elements
        ),
        edges=frozenset(
            ((numbers[c.source], c.source_port), (numbers[c.target], c.target_port)) for c in inner
        ),
        entries={(numbers[c.target], c.target_port): c.source_port for c in ways_in},
        exits={(numbers[c.source], c.source_port): c.target_port for c in ways_out},
        replacement=replacement,
    )
    good = [_can_be_found(sought, diags), _fit(pattern, sought, replacement, diags)]
    return pattern if all(good) else None


def _given_name(e: FlatElement) -> str:
    """Return an element's name; "" for one that is called after its class."""
    return "" if re.fullmatch(rf"(.*/)?{re.escape(e.class_name)}@\d+", e.name) else e.name


def _can_be_found(sought: FlatClass, diags: Diagnostics) -> bool:
    """Report what no piece of a configuration could look like (PM0612)."""
    wrong = ""
    into = [("input", c.target, c.target_port) for c in sought.connections if c.source == "input"]
    out = [("output", c.source, c.source_port) for c in sought.connections if c.target == "output"]
    twice = next((end for end, count in Counter(into + out).items() if count > 1), None)
    if any(c.source == "input" and c.target == "output" for c in sought.connections):
        wrong = "it connects its input with its output, and nothing in between can be found"
    elif not sought.elements:
        wrong = "there is no element in it"
    elif twice is not None:
        wrong = f"{twice[0]} {twice[2]} of '{twice[1]}' is connected to two ports of the compound"
    if wrong:
        diags.error("PM0612", f"'{sought.name}' cannot be looked for: {wrong}", sought.span)
    return not wrong


def _fit(pattern: Pattern, sought: FlatClass, replacement: FlatClass, diags: Diagnostics) -> bool:
    """Report what keeps one compound from standing in the place of the other (PM0611)."""
    note = (Note(f"'{sought.name}' is defined here", sought.span),)
    good = True
    for side in ("input", "output"):
        wanted, there = _ports(side, sought.connections), _ports(side, replacement.connections)
        for port in sorted(wanted ^ there):
            has, lacks = (sought, replacement) if port in wanted else (replacement, sought)
            diags.error(
                "PM0611",
                f"'{has.name}' has {side} {port}, '{lacks.name}' has not",
                replacement.span,
                notes=note,
                hint="both must have the same ports: one takes the place of the other",
            )
            good = False
    known = {name for e in pattern.elements for name in e.arguments.names}
    texts = "\n".join(e.config.text for e in replacement.elements)
    used = {m[1] for m in _VARIABLE.finditer(texts)} & {
        *replacement.parameters,
        *pattern.parameters,
    }
    for name in sorted(used - known):
        diags.error(
            "PM0611",
            f"'{replacement.name}' uses ${name}, which no argument in '{sought.name}' sets",
            replacement.span,
            notes=note,
        )
        good = False
    return good


def _ports(side: str, connections: Iterable[FlatConnection]) -> set[int]:
    if side == "input":
        return {c.source_port for c in connections if c.source == "input"}
    return {c.target_port for c in connections if c.target == "output"}
