"""Which workers come to an element with packets, and what that means for its state.

What the workers' loops run are sources and elements that pull: tasks. From a task packets go
through what it pushes to and what it pulls through, up to where others take over: a Queue, in
which those who push and those who pull meet. An element whose argument names another one takes its
packets' workers there, too.

A task that is placed has one worker; one that nobody placed has some one worker, and devices
(`everywhere`) have every worker, each on queues of its own; what such a device pulls, the first
worker pulls. So it is known before the number of workers is which elements only one worker can ever
come to, and which several may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pmill.graph.flow import flows
from pmill.graph.model import Element, Home, PipelineGraph

# nobody      no task's packets come there
# alone       one worker comes, however many there are
# alike       several may; it has no state but counters, which are added up
# any         several may, each with a state of its own, which shows nowhere
# shared      several may, and use one state under a lock
# each, flow  several may, each with a state of its own: `workers_doc` says what that means
# undeclared  the same, and its header does not say what it means
# one         several may, and must not
Verdict = Literal["nobody", "alone", "alike", "any", "shared", "each", "flow", "undeclared", "one"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How packets of a task come to an element: through these, from the task to the element.

    `pulled`: they are what the task pulls.
    """

    elements: tuple[str, ...]
    pulled: bool = False

    @property
    def task(self) -> str:
        """The element that a worker's loop runs."""
        return self.elements[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """The workers that come to an element: a shortest way of each task, and what they mean."""

    element: str
    ways: tuple[Way, ...]
    verdict: Verdict

    @property
    def several(self) -> bool:
        """Whether more than one worker may come."""
        return self.verdict not in ("nobody", "alone")


def serves_one(graph: PipelineGraph) -> bool:
    """Whether there is an element that serves one worker, and to which several could come."""
    return any(e.spec.workers == "one" and not e.runs for e in graph.elements.values())


def meetings(graph: PipelineGraph) -> dict[str, Meeting]:
    """Return what is known of every element of a graph, in its order."""
    ways: dict[str, list[Way]] = {name: [] for name in graph.elements}
    for task in graph.elements.values():
        if task.runs:
            for name, way in _ways(graph, task.name).items():
                ways[name].append(way)
    return {
        name: Meeting(
            element=name,
            ways=tuple(found),
            verdict=_verdict(graph.elements[name], _several(graph, found), found),
        )
        for name, found in ways.items()
    }


def conflict(graph: PipelineGraph, meeting: Meeting) -> tuple[Way, Way] | None:
    """Return two ways of different workers, by their numbers, to an element that serves one."""
    if meeting.verdict != "one":
        return None
    placed = [(home, way) for way in meeting.ways if _is_number(home := _home(graph, way))]
    for home, way in placed[1:]:
        if home != placed[0][0]:
            return placed[0][1], way
    return None


def _is_number(home: Home | None) -> bool:
    """Whether a home is a worker by its number: two such are the same only where they say so."""
    return isinstance(home, int) and home >= 0


def _home(graph: PipelineGraph, way: Way) -> Home | None:
    """The worker that runs a task; None when that is not known, or may be changed."""
    task = graph.elements[way.task]
    if way.pulled and task.spec.everywhere and task.home is None:
        return 0
    return None if "home_thread" in task.kept else task.home


def _several(graph: PipelineGraph, ways: list[Way]) -> bool:
    homes = [_home(graph, way) for way in ways]
    if len(ways) == 1:
        return homes[0] is None and graph.elements[ways[0].task].spec.everywhere
    return len(set(homes)) > 1 or None in homes


def _verdict(element: Element, several: bool, ways: list[Way]) -> Verdict:
    spec = element.spec
    if not ways:
        return "nobody"
    if not several:
        return "alone"
    if spec.shared:
        return "shared"
    if spec.workers:
        return spec.workers
    return "undeclared" if spec.stateful else "alike"


def _ways(graph: PipelineGraph, task: str) -> Mapping[str, Way]:
    """The elements that a task's worker comes to, each with a shortest way there.

    Where a device pushes and pulls, what every worker pushes counts, and then what one pulls.
    """
    element = graph.elements[task]
    found = {task: Way(elements=(task,))}
    for pulled, first in (False, _pushed(graph, element, None)), (True, _pulled(graph, task)):
        for name, path in _walk(graph, task, first).items():
            found.setdefault(name, Way(elements=path, pulled=pulled))
    return found


# An element, and the input by which packets were pushed there; None: it is pulled from.
Step = tuple[str, int | None]


def _walk(graph: PipelineGraph, task: str, first: list[Step]) -> Mapping[str, tuple[str, ...]]:
    """The elements that are come to from a task by these steps, each with a shortest way."""
    named = graph.elements[task].references
    found: dict[str, tuple[str, ...]] = {other: (task, other) for other in named}
    todo: list[tuple[Step, tuple[str, ...]]] = [(step, (task,)) for step in first]
    seen: set[Step] = set()
    for (name, entered), path in todo:
        if (name, entered) in seen:
            continue
        seen.add((name, entered))
        element, way = graph.elements[name], (*path, name)
        for other in element.references:
            found.setdefault(other, (*way, other))
        found.setdefault(name, way)
        if entered is not None:
            todo += [(step, way) for step in _pushed(graph, element, entered)]
        elif "push" not in element.inputs:  # else it takes out what others have pushed into it
            todo += [(step, way) for step in _pushed(graph, element, None)]
            todo += [(step, way) for step in _pulled(graph, name)]
    return found


def _pushed(graph: PipelineGraph, element: Element, entered: int | None) -> list[Step]:
    """Where packets are pushed that entered an element by an input, or that it pulled or made."""
    return [
        (c.target.element, c.target.number)
        for c in graph.outgoing(element.name)
        if graph.is_push(c) and (entered is None or flows(element, entered, c.source.number))
    ]


def _pulled(graph: PipelineGraph, name: str) -> list[Step]:
    return [(c.source.element, None) for c in graph.incoming(name) if not graph.is_push(c)]
