"""Which elements somebody may miss: facts that passes share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pmill.graph import Element, PipelineGraph

_NAME = re.compile(r"[A-Za-z0-9_@/]+")


def mentioned(graph: PipelineGraph, by: Iterable[Element]) -> frozenset[str]:
    """Return the elements whose names occur in what is written of others: in a Script, as the
    element of a handler, as an argument.

    A word that only happens to be an element's name counts, too. `in0/c` may be written `c`.
    """
    words = {word for e in by for word in _NAME.findall(e.config)}
    return frozenset(name for name in graph.elements if not words.isdisjoint(_ways_to_write(name)))


def is_asked(element: Element) -> bool:
    """Whether a running program can be asked more of an element than what all elements answer.

    Drops are no such thing: where none can happen, nobody misses their counter.
    """
    spec = element.spec
    return (
        bool(spec.handlers)
        or any(arg.handler for arg in spec.arguments)
        or any(counter.kind != "drop" for counter in spec.counters)
    )


def _ways_to_write(name: str) -> Iterator[str]:
    parts = name.split("/")
    return ("/".join(parts[at:]) for at in range(len(parts)))
