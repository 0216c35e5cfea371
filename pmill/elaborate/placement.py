"""Who runs what, and how often: what StaticThreadSched and ScheduleInfo say of other elements.

    StaticThreadSched(in0 0, lan 1)   # worker 0 runs in0, worker 1 all of the compound lan
    StaticThreadSched(in1 1/0)        # the first worker on NUMA node 1
    ScheduleInfo(probe 0.1)           # probe has a turn in every tenth round

An element that nobody names is shared out among the workers; a name may be that of a compound.
Later arguments win in StaticThreadSched; in ScheduleInfo the numbers of compounds multiply.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pmill.diagnostics import Diagnostics, did_you_mean
from pmill.elaborate.references import candidates
from pmill.graph import TICKETS, Element, Home, PipelineGraph

THREADS, TICKET_INFO = "StaticThreadSched", "ScheduleInfo"
_MOST_TICKETS = 1 << 20
_MOST_WORKERS = 1 << 16
_SOCKETS = _CORES = 1024  # as many as runtime/include/pmill/handler.hh knows


def place(graph: PipelineGraph, diags: Diagnostics) -> PipelineGraph:
    """Return the graph with the homes and the tickets of its elements (PM0448, PM0449)."""
    homes: dict[str, Home] = {}
    tickets: dict[str, float] = {}
    for info in graph.elements.values():
        for name, number in _pairs(info):
            named = _named(name, info, graph)
            if not named:
                hint = did_you_mean(name, list(graph.elements))
                message = f"{info.label}: there is no element '{name}'"
                diags.error("PM0449", message, info.span, hint=hint)
            elif info.spec.name == THREADS:
                home = _home(number)
                if home is None:
                    message = f"{info.label}: '{number}' is no number of a worker"
                    diags.error("PM0448", message, info.span)
                    continue
                homes.update(dict.fromkeys(named, home))
            elif "/" in number or not 0 < float(number) <= _MOST_TICKETS / TICKETS:
                message = f"{info.label}: '{number}' is not in 0.001 … {_MOST_TICKETS // TICKETS}"
                diags.error("PM0448", message, info.span)
            else:
                for element in named:
                    tickets[element] = tickets.get(element, 1.0) * float(number)
    return graph.with_elements(
        replace(
            e,
            home=homes.get(e.name),
            tickets=min(max(1, round(TICKETS * tickets.get(e.name, 1.0))), _MOST_TICKETS),
        )
        for e in graph.elements.values()
    )


def _home(text: str) -> Home | None:
    """The worker that a text means, by number or by socket and core; None for none."""
    socket, slash, core = text.partition("/")
    if slash:
        there = int(socket) < _SOCKETS and int(core) < _CORES
        return (int(socket), int(core)) if there else None
    if not text.removeprefix("-").isdecimal() or abs(int(text)) > _MOST_WORKERS:
        return None
    return int(text)


def _pairs(info: Element) -> Iterator[tuple[str, str]]:
    if info.spec.name in (THREADS, TICKET_INFO):
        for line in info.arguments["elements"].text.splitlines():
            name, _, number = line.rpartition(" ")
            yield name, number


def _named(name: str, info: Element, graph: PipelineGraph) -> list[str]:
    """The elements that a name means: one, or all of a compound; the innermost scope counts."""
    for full in candidates(name, info.name):
        found = [n for n in graph.elements if n == full or n.startswith(f"{full}/")]
        if found:
            return found
    return []
