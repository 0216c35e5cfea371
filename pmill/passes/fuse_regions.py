"""Compile pieces of the graph into one loop body: fused regions.

Before: each element is a function that is handed a packet object in memory. After: a region is
one function in which every element runs inlined, with the packet held in registers; regions call
each other at their borders only::

    in -> a -> b -> out;            // before: four functions, packet in its buffer
                                    // after: one loop body: in { a; b; out }

A border is where packets wait for their burst; a back edge of a cycle; a cold connection, and every
connection behind it (cold code is one function an element, and carries no copies of hot code); and
a join, where copies would bloat the program. Of the connections that meet at an input with more
than `small` instructions behind it, the usual ones are inlined: those on the shortest way from some
source, for every source has packets that go on, or, where a profile counted packets, those that
bring an eighth of them or more. The others call one shared copy. When the copies of all joins
together are more than `budget` instructions, the join whose copies are most is called from
everywhere, or one in front of it whose copies are nearly as many, and so on until they are fewer.
Connections to different inputs of an element do not meet: it does different things with their
packets, and lets them out on different outputs.
Packets keep their order: a call is a call, whoever makes it. What pulls takes what it pulls through
into its own loop body.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from pmill.graph import Call, Connection, Element, PipelineGraph, Port, connection_key, flows
from pmill.passes.base import PassNote, count
from pmill.passes.heat import cold_elements, runs_on
from pmill.passes.weights import weight


@dataclass(frozen=True, slots=True)
class FuseRegions:
    """Compile pieces of the graph into one loop body."""

    name: ClassVar[str] = "fuse_regions"
    level: ClassVar[int] = 2
    requires: ClassVar[tuple[str, ...]] = ("devirtualize",)

    budget: int = 4096
    """Instructions that copies behind joins may add to the program: about half of what the
    processor's cache for instructions holds, and two seconds of compiling."""

    small: int = 30
    """Instructions behind a join that are copied without further thought: calling takes as many."""

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Decide for every direct connection whether it is inlined or a border."""
        fusion = _Fusion(graph, self.budget, self.small)

        def call(c: Connection) -> Call:
            if c.call != "direct":
                return c.call
            if not graph.is_push(c):
                return "inline"
            if c.source.element in fusion.cold:
                return "cold"
            return "outlined" if fusion.refuses(c) else "inline"

        return graph.with_connections(replace(c, call=call(c)) for c in graph.connections)

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count regions and inlined connections."""
        inlined = sum(c.call == "inline" for c in after.connections)
        heads = {e.name for e in after.elements.values() if e.spec.source} | {
            c.target.element for c in after.connections if c.call in ("outlined", "cold", "staged")
        }
        return f"{count(len(heads), 'region')}, {count(inlined, 'connection')} inlined"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say of every connection that it is inlined, or why it is a border."""
        fusion = _Fusion(before, self.budget, self.small)
        found = []
        for old, c in zip(before.connections, after.connections, strict=True):
            where = connection_key(after, c)
            if c.call == "inline":
                found.append(PassNote(where=where, text=_inlined(after, c)))
            elif c.call == "cold":
                text = "calls: it is rarely taken, and cold code carries no copies of hot code"
                found.append(PassNote(where=where, text=text, done=False))
            elif fusion.may_inline(old, back=True) and (why := fusion.refuses(old)):
                found.append(PassNote(where=where, text=f"calls: {why}", done=False))
        return tuple(found)


class _Fusion:
    """What is known of a graph and its joins."""

    def __init__(self, graph: PipelineGraph, budget: int, small: int) -> None:
        self.graph = graph
        self.small = small
        self.cold = cold_elements(graph)
        self.sizes: dict[Port, int] = {}
        self.shared: dict[Port, int] = {}  # and what their copies would add
        self._measure()
        while True:
            added = self._added()
            if sum(own for own, _ in added.values()) <= budget:
                break
            left = {port: all_ for port, (_, all_) in added.items() if self._can_be_called(port)}
            if not left:  # the rest are copies for packets that waited
                break
            port = self._chosen(left)
            self.shared[port] = added[port][1]
            self._measure()

    def _can_be_called(self, port: Port) -> bool:
        """Whether calling the join would make fewer copies of what is behind."""
        return any(c.call != "staged" and not self.refuses(c) for c in self._rivals(port))

    def may_inline(self, c: Connection, *, back: bool = False) -> bool:
        """Whether a connection is hot and may be inlined; `back`: even one that closes a cycle."""
        return (
            c.call in ("direct", "inline")
            and self.graph.is_push(c)
            and c.source.element not in self.cold
            and (back or (c.source, c.target) not in self.graph.back_edges)
        )

    def refuses(self, c: Connection) -> str:
        """Say why a hot connection is not inlined; empty when it is."""
        if c.call == "staged":
            return ""  # what is behind a border is there for packets that waited
        if (c.source, c.target) in self.graph.back_edges:
            return "it closes a cycle"
        if c.target in self.shared:
            return f"copies would add {self.shared[c.target]} instructions"
        behind = self.sizes[c.target]
        if behind > self.small and not self._is_usual(c):
            return f"about {behind} instructions are behind, and others come here more often"
        return ""

    def _inlined(self, c: Connection) -> bool:
        return self.may_inline(c) and not self.refuses(c)

    def _measure(self) -> None:
        """Find out how many instructions inlining at each input brings along."""
        for name in self.graph.postorder:  # what lies behind is known
            element = self.graph.elements[name]
            for port in _inputs(element):
                self.sizes[port] = weight(element) + sum(
                    self.sizes[c.target]
                    for c in self.graph.outgoing(name)
                    if flows(element, port.number, c.source.number)
                    and (self._inlined(c) or runs_on(self.graph, c, self.cold))
                )

    def _added(self) -> dict[Port, tuple[int, int]]:
        """Return, of every input, the instructions that copies of its element add, and of all."""
        copies: dict[Port, int] = {}
        for name in reversed(self.graph.postorder):  # who sends here is known
            for port in _inputs(self.graph.elements[name]):
                arriving = [c for c in self._rivals(port) if not self.refuses(c)]
                copies[port] = sum(self._copies_at(c, copies) for c in arriving)
                copies[port] += len(arriving) < len(self._rivals(port))  # the one that is called
        return {
            port: ((n - 1) * weight(self.graph.elements[port.element]), (n - 1) * self.sizes[port])
            for port, n in copies.items()
            if n > 1
        }

    def _chosen(self, added: dict[Port, int]) -> Port:
        """Choose the join that is to be called: the one whose copies add most.

        Or one in front of it whose copies add nearly as much: less is known of a packet there that
        a call forgets.
        """
        worst = max(added, key=lambda port: (added[port], port))
        todo = [worst]
        for port in todo:  # grows while it is walked
            for c in self._rivals(port):
                if c.call == "staged" or self.refuses(c):
                    continue
                element = self.graph.elements[c.source.element]
                todo += [
                    p
                    for p in _inputs(element)
                    if p not in todo and flows(element, p.number, c.source.number)
                ]
        found = [p for p in todo if added.get(p, 0) * 2 >= added[worst]]
        return max(found, key=lambda port: self.graph.postorder.index(port.element))

    def _copies_at(self, c: Connection, copies: dict[Port, int]) -> int:
        """How often what is behind a connection is there because of it."""
        if c.call != "staged":
            return self._copies_of(c.source, copies)
        # Once for packets that waited, and for those that need not.
        return 1 + (self._copies_of(c.source, copies) if runs_on(self.graph, c, self.cold) else 1)

    def _copies_of(self, output: Port, copies: dict[Port, int]) -> int:
        """How often the code is there from which an output is sent to."""
        element = self.graph.elements[output.element]
        leading = [p for p in _inputs(element) if flows(element, p.number, output.number)]
        return max(1, sum(copies.get(port, 0) for port in leading))

    @cached_property
    def _near(self) -> tuple[dict[Port, int], ...]:
        """How many connections that are not cold lie between each source and outputs behind it."""
        sources = [e for e in self.graph.elements.values() if e.spec.source]
        return tuple(self._near_to(source) for source in sources)

    def _near_to(self, source: Element) -> dict[Port, int]:
        found = dict.fromkeys(_outputs(source), 0)
        todo = list(found)
        for output in todo:  # grows while it is walked: breadth first
            for c in self.graph.outgoing(output.element):
                if c.source != output or c.call == "cold":
                    continue
                target = self.graph.elements[c.target.element]
                for following in _outputs(target):
                    if following not in found and flows(target, c.target.number, following.number):
                        found[following] = found[output] + 1
                        todo.append(following)
        return found

    def _is_usual(self, c: Connection) -> bool:
        """Whether packets usually come to an input by a connection."""
        rivals = self._rivals(c.target)
        packets = [other.packets for other in rivals if other.packets is not None]
        if c.packets is not None and len(packets) == len(rivals) and any(packets):
            return c.packets * _USUAL >= sum(packets)
        ways = [{other.source: near.get(other.source) for other in rivals} for near in self._near]
        found = [{port: n for port, n in way.items() if n is not None} for way in ways]
        return not any(found) or any(way.get(c.source) == min(way.values()) for way in found if way)

    def _rivals(self, port: Port) -> list[Connection]:
        """The hot connections that meet at an input; of those that wait for their burst, one."""
        meeting = [c for c in self.graph.incoming(port.element) if c.target == port]
        waiting = [c for c in meeting if c.call == "staged" and c.source.element not in self.cold]
        return [*(c for c in meeting if self.may_inline(c)), *waiting[:1]]


# Who brings one packet in so many of an input, or more, is usual.
_USUAL = 8


def _inputs(element: Element) -> list[Port]:
    return [Port(element=element.name, number=n) for n in range(len(element.inputs))]


def _outputs(element: Element) -> list[Port]:
    return [Port(element=element.name, number=n) for n in range(len(element.outputs))]


def _inlined(graph: PipelineGraph, c: Connection) -> str:
    """Say what an inlined connection brings into whose loop body."""
    if not graph.is_push(c):
        return f"inlined: {c.target.element} takes {c.source.element} into its loop"
    copies = sum(
        other.target == c.target and other.call == "inline"
        for other in graph.incoming(c.target.element)
    )
    if copies == 1:
        return f"inlined: {c.target.element} runs where {c.source.element} does"
    return f"inlined: one of {copies} copies of {c.target.element} and what lies behind it"
