"""What several workers mean for the elements of a configuration, as rows for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pmill.graph import Meeting, PipelineGraph, Verdict, meetings

_SAID: dict[Verdict, str] = {
    "shared": "all workers use one state, under a lock",
    "undeclared": "every worker has a state of its own; its header does not say what that means",
    "one": "it serves one worker, and the program refuses a second:",
}
_QUIET: dict[Verdict, str] = {
    "alike": "no state but counters, which are added up",
    "any": "states of their own that show nowhere",
    "alone": "one worker, however many there are",
    "nobody": "no packets",
}


def worker_rows(graph: PipelineGraph) -> Iterator[tuple[str, str, str]]:
    """Yield an element, its verdict and what that means, for all where several workers show."""
    for meeting in meetings(graph).values():
        if meeting.verdict not in _QUIET:
            yield meeting.element, meeting.verdict, meaning(graph, meeting)


def others(graph: PipelineGraph) -> Iterator[str]:
    """Yield how many elements have what in common, of those where it makes no difference."""
    counts = Counter(meeting.verdict for meeting in meetings(graph).values())
    for verdict, text in _QUIET.items():
        if counts[verdict]:
            yield f"{counts[verdict]} with {text}"


def meaning(graph: PipelineGraph, meeting: Meeting) -> str:
    """Return what several workers mean for an element, in a sentence."""
    said = _SAID.get(meeting.verdict) or _QUIET.get(meeting.verdict, "")
    doc = graph.elements[meeting.element].spec.workers_doc
    return f"{said} {doc}".strip() if meeting.verdict in ("each", "flow", "one") else said
