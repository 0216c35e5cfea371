"""Let packets wait for their burst where each would wait for memory: lookups in two steps.

Before: a packet goes through a lookup in a large table as through every element, at once, and
waits for the memory that the lookup reads. After: packets are parked before the lookup. Its first
step, `prepare`, is done for each as it is parked: it asks for the memory. When all packets of the
burst have come so far, they go on, in order, and find the memory there::

    in -> a -> table -> b -> out;     // before: a burst waits for memory once a packet
                                      // after: in { a; prepare }, then { table; b; out }

What a program means stays: see pmill/graph/stages.py, which also says what cannot be cut apart.
Packets that pass the lookup by and meet others behind it wait, too. Packets that come back to the
lookup on a cycle do not: they go through it at once.

Not applied to a lookup whose arguments say that it touches less than `enough` bytes (a value's
`footprint`, or an argument with `@footprint`), nor to one that packets rarely come to, or come to
one by one. Parking a packet costs about as much as a lookup in the nearest cache, so a table that
stays in the second level does not pay for it. A table of flows tells at run time which it is;
while it is near, packets go on at once, and devices let the lookup guess at frames some behind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import (
    Connection,
    Element,
    PipelineGraph,
    Stages,
    connection_key,
    plan_stages,
)
from pmill.passes.base import PassNote, count
from pmill.passes.heat import cold_elements


@dataclass(frozen=True, slots=True)
class CutStages:
    """Let packets wait for their burst before lookups in large tables."""

    name: ClassVar[str] = "cut_stages"
    level: ClassVar[int] = 2
    requires: ClassVar[tuple[str, ...]] = ("devirtualize",)

    enough: int = 1 << 20
    """Bytes that a lookup must touch: about the size of a second-level cache."""

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Make every connection into a later stage a border."""
        wanted = self._wanted(graph)
        if not any(why is None for why in wanted.values()):
            return graph
        found = _stages(graph, wanted)
        return graph.with_connections(
            replace(c, call="staged")
            if c.call in ("direct", "cold") and graph.is_push(c) and found.rises(c)
            else c
            for c in graph.connections
        )

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count the lookups and the borders."""
        borders = [c for c in after.connections if c.call == "staged"]
        lookups = {
            c.target.element for c in borders if after.elements[c.target.element].spec.prepares
        }
        if not borders:
            return "packets wait for their burst nowhere"
        waits = count(len(borders), "connection")
        return f"packets wait for their burst before {count(len(lookups), 'lookup')}, on {waits}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Tell of every lookup why it was cut or not, and of every way round it."""
        wanted = self._wanted(before)
        found = _stages(before, wanted)
        notes = [
            PassNote(where=name, text=why, done=False)
            for name, why in wanted.items()
            if why is not None
        ]
        for c in before.connections:
            if wanted.get(c.target.element, "no") is None and before.is_push(c):
                done, text = _told(before, found, c)
            elif before.is_push(c) and found.rises(c):
                done, text = True, "waits for its burst, too: others that do meet it behind"
            else:
                continue
            notes.append(PassNote(where=connection_key(before, c), text=text, done=done))
        return tuple(notes)

    def _wanted(self, graph: PipelineGraph) -> dict[str, str | None]:
        """Return the lookups in two steps, and why one is not to be cut."""
        lookups = [e for e in graph.elements.values() if e.spec.prepares and "push" in e.inputs]
        if not lookups:
            return {}
        cold = cold_elements(graph)
        return {e.name: self._refused(graph, e, cold) for e in lookups}

    def _refused(self, graph: PipelineGraph, e: Element, cold: frozenset[str]) -> str | None:
        touched = footprint(e)
        if touched < self.enough:
            return f"touches up to {touched} bytes, which stay in the processor's caches"
        if e.name in cold:
            return "packets rarely come here"
        if not any(_makes_bursts(start) for start in _starts(graph, e.name)):
            return "packets come one by one"
        return None


def footprint(element: Element) -> int:
    """Return how many bytes of memory a packet may touch any of, as the arguments say."""
    said = sum(
        int(arg.footprint * max(0.0, float(element.arguments[arg.name].text)))
        for arg in element.spec.arguments
        if arg.footprint
    )
    return said + sum(value.footprint for value in element.arguments.values())


def _stages(graph: PipelineGraph, wanted: dict[str, str | None]) -> Stages:
    lookups = {name for name, why in wanted.items() if why is None}
    return plan_stages(
        graph, lambda c: c.call == "staged" or (c.target.element in lookups and graph.is_push(c))
    )


def _told(graph: PipelineGraph, found: Stages, c: Connection) -> tuple[bool, str]:
    """Return whether packets wait at a connection to a lookup, and why."""
    source, target = c.source.element, c.target.element
    if found.rises(c):
        touched = footprint(graph.elements[target])
        return True, f"waits for its burst: '{target}' touches up to {touched} bytes"
    if (c.source, c.target) in graph.back_edges:
        return False, f"goes back to '{target}' at once, as on every cycle"
    group = found.group[target]
    for tie in found.ties:
        members = [name for name in tie.elements if found.group[name] == group]
        if len(members) > 1:
            return False, f"cannot wait: '{members[0]}' and '{members[-1]}' share {tie.why}"
    return False, f"cannot wait: packets come back from '{target}' to '{source}'"


def _starts(graph: PipelineGraph, name: str) -> list[Element]:
    """Return what runs when packets come to an element: sources, and what pulls and pushes on."""
    found: list[Element] = []
    seen, todo = {name}, [name]
    while todo:
        for c in graph.incoming(todo.pop()):
            source = c.source.element
            if source in seen or not graph.is_push(c):
                continue
            seen.add(source)
            todo.append(source)
            if graph.elements[source].runs:
                found.append(graph.elements[source])
    return found


def _makes_bursts(start: Element) -> bool:
    """Whether packets may come from it several at a time."""
    burst = start.arguments.get("burst")
    return burst is None or not start.is_constant("burst") or burst.text != "1"
