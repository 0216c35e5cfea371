"""Finds the piece of a router that looks like a pattern.

A piece is elements of the classes, with the arguments and the connections that the pattern asks
for, and with no other connections among them. What is connected to a piece from outside is so
where the compound has an input or an output, and every input and output is connected to something:
what leads to one port that an input of the compound leads to must lead to all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pmill.xform.arguments import Captures
from pmill.xform.patterns import Pattern, Place, Step
from pmill.xform.router import End, Router

# What a port of a piece is connected to: a port outside; or, by its number, an input or output of
# the piece itself, when a connection leaves it and comes back.
Outside = End | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A piece: the elements in the order of the pattern's, and what its variables mean.

    `sources` and `targets` are what lies outside of each input and output of the compound.
    """

    elements: tuple[str, ...]
    captures: Captures
    sources: Mapping[int, tuple[Outside, ...]]
    targets: Mapping[int, tuple[Outside, ...]]


def find(router: Router, pattern: Pattern, role: int, name: str) -> Match | None:
    """Return a piece in which an element has the role of a pattern's element, or None."""
    return _Search(router, pattern).run(pattern.plans[role], name)


class _Search:
    """Takes one element after the other, and goes back when none fits."""

    def __init__(self, router: Router, pattern: Pattern) -> None:
        self.router = router
        self.pattern = pattern
        self.chosen: dict[int, str] = {}  # by number of the pattern's element, in order of the plan

    def run(self, plan: tuple[Step, ...], name: str) -> Match | None:
        """Follow a plan that begins with an element."""
        captures: list[Captures] = [{}]
        choices: list[Iterator[str]] = [iter((name,))]
        while choices:
            candidate = next(choices[-1], None)
            if candidate is None:
                choices.pop()
                if choices:
                    self.chosen.popitem()
                    captures.pop()
                continue
            step = plan[len(self.chosen)]
            found = self._captured(step.element, candidate, captures[-1])
            if found is None:
                continue
            self.chosen[step.element] = candidate
            if len(self.chosen) < len(plan):
                captures.append(found)
                choices.append(iter(list(self._candidates(plan[len(self.chosen)]))))
                continue
            match = self._match(found)
            if match is not None:
                return match
            self.chosen.popitem()
        return None

    def _candidates(self, step: Step) -> Iterable[str]:
        """Return the elements that a step may take."""
        if step.known is None:
            return self.router.of_class(self.pattern.elements[step.element].class_name)
        end = (self.chosen[step.known], step.port)
        ends = self.router.targets(end) if step.downstream else self.router.sources(end)
        return (name for name, port in ends if port == step.other)

    def _captured(self, number: int, name: str, captures: Captures) -> Captures | None:
        """Return the variables when an element fits what is chosen; None when it does not."""
        wanted = self.pattern.elements[number]
        if self.router[name].class_name != wanted.class_name or name in self.chosen.values():
            return None
        there = {**self.chosen, number: name}
        for (a, output), (b, entry) in self.pattern.edges_of[number]:
            known = a in there and b in there
            if known and (there[b], entry) not in self.router.targets((there[a], output)):
                return None
        return wanted.arguments.match(self.router.arguments(name), captures)

    def _match(self, captures: Captures) -> Match | None:
        """Return the match when the piece is connected as the pattern is, and nowhere else."""
        outside = self._outside()
        if outside is None:
            return None
        sources = _by_port(self.pattern.entries, outside[0])
        targets = _by_port(self.pattern.exits, outside[1])
        if sources is None or targets is None:
            return None
        return Match(
            elements=tuple(self.chosen[n] for n in range(len(self.chosen))),
            captures=captures,
            sources=sources,
            targets=targets,
        )

    def _outside(self) -> tuple[dict[Place, list[Outside]], dict[Place, list[Outside]]] | None:
        """Return what lies outside of each port; None when it is connected where it must not be."""
        entries, exits = self.pattern.entries, self.pattern.exits
        numbers = {name: number for number, name in self.chosen.items()}
        sources: dict[Place, list[Outside]] = {place: [] for place in entries}
        targets: dict[Place, list[Outside]] = {place: [] for place in exits}
        for place, end in self._leaving():
            there = (numbers.get(end[0], -1), end[1])
            if (place, there) in self.pattern.edges:
                continue
            if place not in exits or (end[0] in numbers and there not in entries):
                return None
            targets[place].append(entries[there] if end[0] in numbers else end)
        for place, end in self._coming():
            there = (numbers.get(end[0], -1), end[1])
            if (there, place) in self.pattern.edges:
                continue
            if place not in entries or (end[0] in numbers and there not in exits):
                return None
            sources[place].append(exits[there] if end[0] in numbers else end)
        return sources, targets

    def _leaving(self) -> Iterator[tuple[Place, End]]:
        for number, name in self.chosen.items():
            for port in self.router.outputs(name):
                yield from (((number, port), end) for end in self.router.targets((name, port)))

    def _coming(self) -> Iterator[tuple[Place, End]]:
        for number, name in self.chosen.items():
            for port in self.router.inputs(name):
                yield from (((number, port), end) for end in self.router.sources((name, port)))


def _by_port(
    ports: Mapping[Place, int], outside: Mapping[Place, list[Outside]]
) -> dict[int, tuple[Outside, ...]] | None:
    """Return what lies outside of each port of the compound; None when that is nothing, or when
    the places that the port stands for disagree.
    """
    found: dict[int, tuple[Outside, ...]] = {}
    for place, port in ports.items():
        ends = tuple(dict.fromkeys(outside[place]))
        if not ends or set(found.setdefault(port, ends)) != set(ends):
            return None
    return found
