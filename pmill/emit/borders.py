"""Where regions are cut for bursts: the stages of a program, and how packets go on in each."""

from __future__ import annotations

from collections.abc import Mapping

from pmill.graph import Connection, PipelineGraph, Port, stages_of
from pmill.passes.heat import cold_elements, runs_on


def stage_numbers(graph: PipelineGraph) -> Mapping[str, int]:
    """Return the stage of every element; empty where no packet waits for its burst."""
    return stages_of(graph).of if any(c.call == "staged" for c in graph.connections) else {}


def entries(
    graph: PipelineGraph, stage: Mapping[str, int], names: Mapping[Port, str]
) -> tuple[tuple[str, ...], ...]:
    """Return the hops by which parked packets go on, for each stage from 1.

    `names` are inputs as hops name them. What packets rarely reach is last, and out of line.
    """
    if not stage:
        return ()
    cold = cold_elements(graph)
    lookups = {e.name for e in graph.elements.values() if e.spec.prepares}
    targets = sorted({c.target for c in graph.connections if c.call == "staged"})
    return tuple(
        tuple(
            f"{'Cold' if t.element in cold else 'Inline'}<{names[t]}>"
            for t in sorted(targets, key=lambda t: (t.element in cold, t.element not in lookups))
            if stage[t.element] == number
        )
        for number in range(1, 1 + max(stage.values()))
    )


def at_once(graph: PipelineGraph, c: Connection) -> str:
    """Return by which kind of hop a packet goes on at a border while nobody waits."""
    cold = cold_elements(graph)
    if c.target.element in cold:
        return "Cold"
    return "Inline" if runs_on(graph, c, cold) else "Outlined"
