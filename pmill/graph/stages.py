"""The stages of a program: which elements wait until a whole burst has come as far as they are.

A connection may be a border: a packet that reaches it is parked, and goes on when all packets of
its burst have come to some border. Elements are in stages: whoever is in a later one runs, for all
packets of a burst, when all earlier ones have. Every stage sees its packets in the order in which
they came, so a program means the same with and without borders if whatever minds an order is in
one stage:

* a cycle, which a packet goes round at once, whatever else waits;
* a Queue and who pulls from it, for it sees what was pushed so far;
* elements of which one is named by an argument of the other, for they share its state, unless the
  argument is tagged `@before`: then only what that one keeps for each packet matters, and it came
  from there;
* elements that share something else, which their specs say: what is printed, random numbers, a
  device;
* an element that writes to handlers when a packet comes, and all others, for it may change any.

What an element complains of, mostly once, is nothing that it shares: no order of such lines is
promised.

So elements are put together that must be in one stage. What is left has no cycles: the stage is the
largest number of borders on any way there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pmill.graph.model import Connection, Element, PipelineGraph

# What elements may share, by the words of their specs.
_SHARED = {"stderr": "what is printed", "random": "random numbers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Elements that must be in one stage, and why: what they share."""

    elements: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """In which stage each element is, from 0, and which elements had to be put together."""

    of: Mapping[str, int]
    group: Mapping[str, int]
    ties: tuple[Tie, ...]

    @property
    def count(self) -> int:
        """How many stages there are."""
        return 1 + max(self.of.values(), default=0)

    def rises(self, c: Connection) -> bool:
        """Whether a connection leads into a later stage."""
        return self.of[c.source.element] < self.of[c.target.element]


def plan_stages(graph: PipelineGraph, border: Callable[[Connection], bool]) -> Stages:
    """Return the stages when these push connections are borders, as far as they can be.

    One inside of what must stay together is none.
    """
    return _stages(graph, tuple(_ties(graph)), border)


def stages_of(graph: PipelineGraph) -> Stages:
    """Return the stages of a graph in which the borders were decided: its staged connections.

    All others stay in one stage, so elements that they join belong together.
    """
    joined = [
        Tie(elements=(c.source.element, c.target.element), why="the packets between them")
        for c in graph.connections
        if c.call != "staged"
    ]
    return _stages(graph, (*_ties(graph), *joined), lambda c: c.call == "staged")


def _stages(
    graph: PipelineGraph, ties: tuple[Tie, ...], border: Callable[[Connection], bool]
) -> Stages:
    group = _together(graph, ties)
    ways_to: dict[int, list[tuple[int, bool]]] = {number: [] for number in group.values()}
    for c in graph.connections:
        source, target = group[c.source.element], group[c.target.element]
        if source != target:
            ways_to[target].append((source, border(c)))
    stage: dict[int, int] = {}
    for number in sorted(ways_to):  # what comes before has a lower number
        stage[number] = max((stage[g] + rises for g, rises in ways_to[number]), default=0)
    return Stages(of={n: stage[group[n]] for n in graph.elements}, group=group, ties=ties)


def _ties(graph: PipelineGraph) -> Iterator[Tie]:
    """Yield what must be in one stage for another reason than a cycle."""
    elements = graph.elements.values()
    for e in elements:
        for name in _sharing(e):
            yield Tie(elements=(e.name, name), why=f"the state of '{name}'")
        if e.inputs and any(value.uses for value in e.arguments.values()):
            why = f"what '{e.name}' changes when it calls handlers"
            yield Tie(elements=tuple(graph.elements), why=why)
    for c in graph.connections:
        if not graph.is_push(c):
            pair = (c.source.element, c.target.element)
            yield Tie(elements=pair, why=f"the packets of '{c.source.element}'")
    for word, why in _SHARED.items():
        yield Tie(elements=tuple(e.name for e in elements if word in e.spec.shares), why=why)
    for target, users in _targets(elements).items():
        yield Tie(elements=tuple(users), why=f"'{target}'")


def _sharing(e: Element) -> Iterator[str]:
    """Yield the elements whose state an element uses, whatever packets were there before."""
    for arg in e.spec.arguments:
        name = e.arguments[arg.name].element
        if name is not None and not arg.before:
            yield name


def _targets(elements: Iterable[Element]) -> dict[str, list[str]]:
    """Group elements by the device that they use.

    A device has a number and names: where both are used, any two may be the same.
    """
    found: dict[str, list[str]] = {}
    for e in elements:
        if "target" in e.spec.shares:
            name = next((value.text for value in e.arguments.values()), "")
            found.setdefault(name, []).append(e.name)
    if len({name.isdecimal() for name in found}) > 1:
        return {"a device": [name for users in found.values() for name in users]}
    return found


def _together(graph: PipelineGraph, ties: Iterable[Tie]) -> dict[str, int]:
    """Number what must stay together: strongly connected, where ties lead there and back.

    What packets reach later has the higher number (Tarjan, 1972, without recursion).
    """
    after: dict[str, list[str]] = {name: [] for name in graph.elements}
    for c in graph.connections:
        if graph.is_push(c):
            after[c.source.element].append(c.target.element)
    for tie in ties:
        for one, other in zip(tie.elements, (*tie.elements[1:], *tie.elements[:1]), strict=True):
            after[one].append(other)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    is_open: set[str] = set()
    found: list[list[str]] = []
    for start in graph.elements:
        if start in index:
            continue
        index[start] = low[start] = len(index)
        open_.append(start)
        is_open.add(start)
        walk = [(start, iter(after[start]))]
        while walk:
            name, edges = walk[-1]
            for target in edges:
                if target not in index:
                    index[target] = low[target] = len(index)
                    open_.append(target)
                    is_open.add(target)
                    walk.append((target, iter(after[target])))
                    break
                if target in is_open:
                    low[name] = min(low[name], index[target])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[name])
                if low[name] == index[name]:
                    at = open_.index(name)
                    found.append(open_[at:])
                    is_open.difference_update(open_[at:])
                    del open_[at:]
    return {name: n for n, group in enumerate(reversed(found)) for name in group}
