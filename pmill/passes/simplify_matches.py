"""Leave out what is known of the packets when they are matched against patterns.

Before::

    c[0] -> Strip(14) -> CheckIPHeader -> IPFilter(allow ip vers 4 && tcp dst port 80, drop all)
        // tests the version, whether there is a protocol, the protocol, the fragment, the port

After::

        // the version and the length of the header are known: three tests

What earlier elements have established about a packet (pmill/graph/known.py) answers tests of
decision programs: those are left out, with all that nothing leads to any more. Headers that are not
looked at any more are not read, so that their positions need not be kept.

Not applied to arguments that are kept changeable, and where nothing is known. The patterns in the
configuration stay; `PassInfo(STEPS …)` shows the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pmill.elaborate.lowerings.decisions import with_program
from pmill.graph import PipelineGraph, reads_headers
from pmill.graph.deciding import program_of, rest
from pmill.graph.known import known_facts
from pmill.passes.base import PassNote, count


@dataclass(frozen=True, slots=True)
class SimplifyMatches:
    """Leave out what is known of the packets when they are matched against patterns."""

    name: ClassVar[str] = "simplify_matches"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ("embed_constants",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Shorten the decision programs of all elements."""
        programs = {
            name: program
            for name, e in graph.elements.items()
            if not e.kept and (program := program_of(e)) is not None
        }
        if not programs:
            return graph
        known = known_facts(graph)
        changed = {}
        for name, program in programs.items():
            e, facts = graph.elements[name], known.at(name)
            if facts is None:
                continue
            shorter = rest(program, facts, headers=reads_headers(e))
            if shorter != program:
                changed[name] = with_program(e, shorter)
        return graph.with_elements(changed.get(e.name, e) for e in graph.elements.values())

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Count steps and elements."""
        sizes = _sizes(before, after)
        if not sizes:
            return "no test of a pattern is known"
        gone = sum(b - a for b, a in sizes.values())
        return f"left out {count(gone, 'step')} of {count(len(sizes), 'decision program')}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say what became of each program that was shortened."""
        return tuple(
            PassNote(where=name, text=f"{count(b, 'step')} became {a}: the rest is known")
            for name, (b, a) in _sizes(before, after).items()
        )


def _sizes(before: PipelineGraph, after: PipelineGraph) -> dict[str, tuple[int, int]]:
    """Return the lengths, before and after, of programs that differ."""
    found = {}
    for name, e in after.elements.items():
        a, b = program_of(e), program_of(before.elements[name])
        if a is not None and b is not None and a != b:
            found[name] = len(b), len(a)
    return found
