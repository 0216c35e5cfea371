"""Patterns that no packet matches because of what earlier elements let through.

    in -> Classifier(12/0800) -> c :: Classifier(12/0806, 12/0800);
                                                 ~~~~~~~ pattern 0 matches no packet that comes here

Elaboration warns of patterns that nothing can match, wherever they stand (PM0424); this is what the
whole graph tells (PM0630). A last pattern for all that is left is good style and needs no packet.
"""

from __future__ import annotations

from pmill.diagnostics import Diagnostics, Note
from pmill.graph import Element, Patterns, PipelineGraph, reads_headers
from pmill.graph.deciding import outcomes
from pmill.graph.facts import Facts
from pmill.graph.known import known_facts
from pmill.match import outputs
from pmill.match.predicates import TRUE

__all__ = ["warn_of_never_matched"]

# Longer programs take longer than a warning is worth.
_MANY_STEPS = 2000


def warn_of_never_matched(graph: PipelineGraph, diags: Diagnostics) -> None:
    """Warn of patterns that match no packet that comes to their element (PM0630)."""
    for name, e in graph.elements.items():
        for value in e.arguments.values():
            if value.patterns is not None and len(value.patterns.program) <= _MANY_STEPS:
                facts = known_facts(graph).at(name)
                if facts is not None and facts != Facts():
                    for_all = value.rules is not None and value.rules[-1][0] == TRUE
                    _check(e, value.patterns, for_all, facts, diags)


def _check(e: Element, patterns: Patterns, for_all: bool, facts: Facts, diags: Diagnostics) -> None:
    taken = outcomes(patterns.program, facts, headers=reads_headers(e))
    last = len(patterns.spans) - 1
    for number in sorted(outputs(patterns.program)):
        span = patterns.spans[number]
        if -number in taken or (number == last and for_all):
            continue
        diags.warning(
            "PM0630",
            f"{e.label}: {patterns.noun} {number} matches no packet that comes here",
            span,
            hint="elements in front of this one let no such packet through, or change it",
            about=Note(e.label, e.span),
        )
