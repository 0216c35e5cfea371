"""Push and pull spread from the ports that say so to those that do not care.

InfiniteSource -> Null -> Counter -> Discard      push, because InfiniteSource pushes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pmill.elements.spec import ElementSpec
from pmill.graph import Processing
from pmill.graph.flow import code_flows, processing
from pmill.syntax.flat import FlatConnection, FlatElement

Side = Literal["input", "output"]
# A port of a side of an element, as a key of tables.
Key = tuple[str, Side, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An element with its class, and how many of its ports are used."""

    element: FlatElement
    spec: ElementSpec
    inputs: int
    outputs: int

    @property
    def label(self) -> str:
        """`name :: Class`, as messages write it."""
        return f"{self.element.name} :: {self.spec.name}"

    def count(self, side: Side) -> int:
        """Return the number of inputs or of outputs."""
        return self.inputs if side == "input" else self.outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How ports work, None where nothing says so; and from which other port each learned it."""

    how: Mapping[Key, Processing | None]
    learned: Mapping[Key, Key]

    def way_to(self, key: Key) -> list[Key]:
        """Return the ports by which a port learned how it works, the one that says so first."""
        way = [key]
        while way[-1] in self.learned:
            way.append(self.learned[way[-1]])
        return way[::-1]


def ends_of(c: FlatConnection) -> tuple[Key, Key]:
    """Return the ports that a connection joins."""
    return (c.source, "output", c.source_port), (c.target, "input", c.target_port)


def propagate(
    instances: Mapping[str, Instance], connections: Sequence[FlatConnection]
) -> Resolution:
    """Spread push and pull from the ports that say so to the agnostic ones, to the fixpoint."""
    known = _codes(instances)
    neighbours: dict[Key, list[Key]] = {key: [] for key in known}
    for edges in (map(ends_of, connections), inner_edges(instances)):
        for a, b in edges:
            neighbours[a].append(b)
            neighbours[b].append(a)
    learned: dict[Key, Key] = {}
    work = [key for key, p in known.items() if p is not None]
    for key in work:  # grows while it is walked: breadth first, in the configuration's order
        for other in neighbours[key]:
            if known[other] is None:
                known[other] = known[key]
                learned[other] = key
                work.append(other)
    return Resolution(how=known, learned=learned)


def inner_edges(instances: Mapping[str, Instance]) -> Iterator[tuple[Key, Key]]:
    """Yield the agnostic inputs and outputs of elements that must agree: packets flow through."""
    for name, x in instances.items():
        inputs, outputs = processing(x.spec.processing, x.inputs, x.outputs)
        agnostic = [o for o, p in enumerate(outputs) if p is None]
        for i, p in enumerate(inputs):
            if p is None:
                for o in agnostic:
                    if code_flows(x.spec.flow, i, o):
                        yield (name, "input", i), (name, "output", o)


def _codes(instances: Mapping[str, Instance]) -> dict[Key, Processing | None]:
    known: dict[Key, Processing | None] = {}
    for name, x in instances.items():
        inputs, outputs = processing(x.spec.processing, x.inputs, x.outputs)
        known |= {(name, "input", i): p for i, p in enumerate(inputs)}
        known |= {(name, "output", o): p for o, p in enumerate(outputs)}
    return known
