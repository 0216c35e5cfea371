"""What a pass is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from pmill.graph import PipelineGraph


class Pass(Protocol):
    """A change of the graph that keeps what the program does.

    A pass is a frozen dataclass; its fields are its options. `level` is the lowest -O level that
    runs it; `requires` names passes without which it does nothing. `run` returns a new graph and
    leaves its input alone; running it twice changes nothing more. `explain` says in one line what
    changed between the two graphs, `notes` at every place what was done, and what was not and why.
    """

    name: ClassVar[str]
    level: ClassVar[int]
    requires: ClassVar[tuple[str, ...]]

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Return the changed graph."""
        ...

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Say in one line what the pass did."""
        ...

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say what the pass did place by place, and where it did nothing though one might wish so.

        In the order of the configuration.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PassNote:
    """What a pass did at one place: an element's name, or a connection's key such as `a[0]`.

    `done` False: what would have been done but for the reason that `text` gives.
    """

    where: str
    text: str
    done: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReport:
    """One pass of a run: what it did and how long it took, or why it was left out."""

    name: str
    summary: str
    seconds: float
    ran: bool
    graph: PipelineGraph
    before: PipelineGraph

    def notes(self, pipeline: Iterable[Pass]) -> tuple[PassNote, ...]:
        """Return the notes of the pass, which is one of `pipeline`; none when it did not run."""
        done = (p for p in pipeline if p.name == self.name and self.ran)
        return next((p.notes(self.before, self.graph) for p in done), ())


def count(number: int, noun: str) -> str:
    """Return "1 element", "2 elements"."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
