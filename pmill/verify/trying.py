"""Random configurations: verified one by one, and made smaller when one fails."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pmill.diagnostics import DiagnosticError, Source
from pmill.verify.random_graph import RandomGraph, random_graph
from pmill.verify.verifying import Request, Verdict, verify

NAME: Final = "random.click"
_SHRINKING_SECONDS: Final = 60.0
Show = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A random configuration whose programs differ: what came out, and a smaller one that does."""

    verdict: Verdict
    text: str


def graph_of_seed(seed: int) -> RandomGraph:
    """Return the random configuration of a seed."""
    return random_graph(random.Random(f"configuration {seed}"))


def try_random(request: Request, show: Show, *, jobs: int) -> tuple[Verdict, Failure | None]:
    """Verify the configuration of the request's seed; a failure is made smaller for a minute."""
    graph = graph_of_seed(request.seed)
    verdict = verify(replace(request, source=Source(NAME, graph.text)), show, jobs=jobs)
    show("")
    if verdict.equal:
        return verdict, None
    return verdict, Failure(verdict=verdict, text=shrink(graph, verdict, request, jobs=jobs).text)


def shrink(graph: RandomGraph, verdict: Verdict, request: Request, *, jobs: int) -> RandomGraph:
    """Leave out nodes while programs still differ, as long as it is cheap."""
    all_differ = any(c.differences for c in verdict.comparisons[:1])
    cheap = replace(request, each=request.each and not all_differ, bisect=False)
    until = time.monotonic() + _SHRINKING_SECONDS
    found = True
    while found:
        found = False
        for smaller in graph.smaller():
            if time.monotonic() > until:
                return graph
            if _differs(smaller, cheap, jobs):
                graph, found = smaller, True
                break
    return graph


def _differs(graph: RandomGraph, request: Request, jobs: int) -> bool:
    try:
        source = Source(NAME, graph.text)
        return not verify(replace(request, source=source), jobs=jobs).equal
    except DiagnosticError:  # what is left is no configuration
        return False
