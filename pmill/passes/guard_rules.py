"""Ask first for the rules that most packets match, as a profile says.

Before: rules are asked for in their order, or all at once in tables. After: what packets look like
that a rule gets which got many, and no earlier one, is asked for first::

    f :: IPFilter(allow src net 10.0.0.0/8, … 20 rules …, deny dst port 23)    // 95 % are telnet
    PassInfo(STEPS f …)         // port 23 and not from 10.0.0.0/8, then as before

    g :: IPFilter(… 998 rules …, deny dst port 23, allow all)
    PassInfo(HITS g#998=95000, GUARDED g)

In front of a program stands the rule, with denied what earlier rules may take, if that is short
(pmill/match/guards.py); in front of tables a box (pmill/match/boxes.py). Applied where the profile
promises that asking costs less than it saves. Not applied to arguments that are no constants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import ClassVar

from pmill.elaborate.lowerings.decisions import with_program
from pmill.graph import Element, PipelineGraph, Value, boxed, rules_of
from pmill.graph.deciding import program_of
from pmill.match import Step, guards, optimize, owners, program
from pmill.passes.base import PassNote, count


@dataclass(frozen=True, slots=True)
class GuardRules:
    """Ask first for the rules that most packets match, as a profile says."""

    name: ClassVar[str] = "guard_rules"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ("embed_constants",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Guard the rules of every frozen element for which there are hits."""
        return graph.with_elements(
            _guarded(e) if e.frozen and not e.kept else e for e in graph.elements.values()
        )

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Name the elements that have guards."""
        hit = [n for n, e in before.elements.items() if (v := rules_of(e)) and any(v.hits)]
        fresh = [n for n in hit if after.elements[n] != before.elements[n]]
        if fresh:
            return (
                f"usual rules asked for first in {count(len(fresh), 'element')}: {', '.join(fresh)}"
            )
        return "no rule got enough packets" if hit else "no profile of rules"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say where rules come first; or that a profile was of no use, and why."""
        found = []
        for name, old in before.elements.items():
            value = rules_of(old)
            if value is None or not any(value.hits):
                continue
            if old != after.elements[name]:
                found.append(PassNote(where=name, text="rules that got most are asked for first"))
                continue
            why = "no rule got so many packets that asking for it first would pay"
            if not old.frozen or old.kept:
                why = "its program is interpreted: the arguments are no constants"
            found.append(PassNote(where=name, text=why, done=False))
        return tuple(found)


def _guarded(element: Element) -> Element:
    """Return an element with guards, where they pay; hits that a program was made of are gone."""
    value = rules_of(element)
    if value is None or value.rules is None or not value.hits:
        return element
    if value.matcher is not None:
        return boxed(element)
    steps = program_of(element)
    first = guards(value.rules, value.hits, _costs(value))
    if not first or steps is None:
        return element
    longer = with_program(element, optimize(_in_front(program(first), steps)))
    new = rules_of(longer)
    assert new is not None, "it has the rules that it had"
    arguments = {n: replace(v, hits=()) if v is new else v for n, v in longer.arguments.items()}
    return replace(longer, arguments=arguments)


def _in_front(first: Sequence[Step], steps: Sequence[Step]) -> list[Step]:
    """Return a program with another one behind: the last step of the first leads to it."""
    size = len(first) - 1  # its last step is for packets that no guard takes

    def moved(jump: int) -> int:
        return jump + size if jump > 0 else jump

    behind = [replace(s, yes=moved(s.yes), no=moved(s.no)) for s in steps]
    return [*first[:-1], *behind]


def _costs(value: Value) -> list[float]:
    """What a packet of each rule costs, in steps of the program."""
    assert value.rules is not None
    each = [0.0] * (len(value.rules) + 1)
    for owner in owners(value.rules):
        each[owner] += 1
    whole = sum(each)  # the program was optimised: its steps are fewer
    return [steps * (value.count or 0) / whole for steps in accumulate(each)]
