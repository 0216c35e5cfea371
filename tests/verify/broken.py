"""Passes that are wrong, each in a way of its own, and a configuration that each of them spoils."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from pmill.diagnostics import Diagnostics
from pmill.elements import ElementLibrary
from pmill.graph import Connection, PipelineGraph, Port
from pmill.passes import Pass, PassNote

ELEMENTS = Path(__file__).parent / "elements"

TEXT = """\
FromDPDKDevice(0) -> kind :: Classifier(12/0806, -);
kind[0] -> arp :: Counter -> tee :: Tee(2);
kind[1] -> plain :: Paint(0) -> tee;
tee[0] -> EtherMirror -> strip :: Strip(0) -> out :: ToDPDKDevice(0);
tee[1] -> short :: Truncate(40) -> out;
rest :: Discard;
Idle -> rest;
"""


@dataclass(frozen=True)
class Broken:
    """A pass made of a function; `wrong` says what it does wrong."""

    wrong: str
    change: Callable[[PipelineGraph], PipelineGraph]
    name: str = "broken"
    requires: tuple[str, ...] = ()
    level: ClassVar[int] = 1

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        return self.change(graph)

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        return self.wrong

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        return ()


def _redirect(
    graph: PipelineGraph, move: Callable[[Connection], Connection | None]
) -> PipelineGraph:
    moved = [move(c) for c in graph.connections]
    return graph.with_connections([c for c in moved if c is not None])


def other_order(graph: PipelineGraph) -> PipelineGraph:
    """Exchange the outputs of the Tee."""

    def move(c: Connection) -> Connection:
        if c.source.element != "tee":
            return c
        return replace(c, source=Port(element="tee", number=1 - c.source.number))

    return _redirect(graph, move)


def lost_packets(graph: PipelineGraph) -> PipelineGraph:
    """Send what is ARP to where nothing comes out."""

    def move(c: Connection) -> Connection:
        if c.source != Port(element="arp", number=0):
            return c
        return replace(c, target=Port(element="rest", number=0))

    return _redirect(graph, move)


def with_argument(graph: PipelineGraph, element: str, name: str, value: str) -> PipelineGraph:
    e = graph.elements[element]
    changed = replace(e.arguments[name], cpp=value, text=value, click=value)
    e = replace(e, arguments={**e.arguments, name: changed}, config=value)
    return replace(graph, elements={**graph.elements, element: e})


def other_bytes(graph: PipelineGraph) -> PipelineGraph:
    """Strip one byte more."""
    return with_argument(graph, "strip", "length", "1")


def lost_counter(graph: PipelineGraph) -> PipelineGraph:
    """Take out an element that counts."""

    def move(c: Connection) -> Connection | None:
        if c.source.element == "arp":
            return None
        if c.target.element == "arp":
            return replace(c, target=Port(element="tee", number=0))
        return c

    rest = _redirect(graph, move)
    return rest.with_elements(e for e in rest.elements.values() if e.name != "arp")


def with_class(graph: PipelineGraph, element: str, name: str) -> PipelineGraph:
    spec = ElementLibrary.load([ELEMENTS], Diagnostics())[name]
    e = replace(graph.elements[element], spec=spec, arguments={}, config="")
    return replace(graph, elements={**graph.elements, element: e})


def crash(graph: PipelineGraph) -> PipelineGraph:
    """Put an element that crashes in the place of a Paint."""
    return with_class(graph, "plain", "Crash")


def hang(graph: PipelineGraph) -> PipelineGraph:
    """Put an element that never returns in the place of a Paint."""
    return with_class(graph, "plain", "Hang")


def no_graph(graph: PipelineGraph) -> PipelineGraph:
    """Leave an output unconnected."""
    return graph.with_connections(graph.connections[1:])


def no_program(graph: PipelineGraph) -> PipelineGraph:
    """Give an argument a value that no compiler understands."""
    return with_argument(graph, "strip", "length", "no number at all")


def if_devirtualized(graph: PipelineGraph) -> PipelineGraph:
    """Strip one byte more where calls are direct."""
    direct = any(c.call != "virtual" for c in graph.connections)
    return other_bytes(graph) if direct else graph


def broken(
    change: Callable[[PipelineGraph], PipelineGraph],
    name: str = "broken",
    requires: tuple[str, ...] = (),
) -> Pass:
    return Broken((change.__doc__ or "").strip(), change, name, requires)
