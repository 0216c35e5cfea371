"""Refuses placements by which two workers come to an element that serves one.

    StaticThreadSched(a 0, b 1);  a -> s :: Script(TYPE PACKET, return 0) -> Discard;  b -> s;

Where it depends on how many workers there are, the program refuses when it starts instead.
"""

from __future__ import annotations

from pmill.diagnostics import Diagnostics, Note
from pmill.graph import PipelineGraph, Way, conflict, meetings, serves_one


def refuse_second_workers(graph: PipelineGraph, diags: Diagnostics) -> None:
    """Report elements of one worker to which packets of two are placed (PM0870)."""
    for meeting in meetings(graph).values() if serves_one(graph) else ():
        ways = conflict(graph, meeting)
        if ways is None:
            continue
        element = graph.elements[meeting.element]
        first, second = (graph.elements[way.task] for way in ways)
        diags.error(
            "PM0870",
            f"'{element.label}' serves one worker, and two are placed before it",
            element.span,
            notes=(
                *(_note(graph, way) for way in ways),
                Note(element.spec.workers_doc, element.spec.span),
            ),
            hint=f"place {first.name} and {second.name} on one worker, or put a Queue between",
        )


def _note(graph: PipelineGraph, way: Way) -> Note:
    task = graph.elements[way.task]
    return Note(f"worker {task.home} comes by {' -> '.join(way.elements)}", task.span)
