"""Choose how the rules of elements that classify are matched.

Before: every set of rules is a decision program, which becomes straight code, a compare and a
branch a step. After: where that takes longer than looking every field up in a table, the rules are
bit vectors (pmill/match/vectors.py), and the time hardly grows with their number::

    f :: IPFilter(allow src net 10.0.0.0/24 and dst port 80, …)      // a thousand rules
    PassInfo(VECTORS f)

Applied to elements whose arguments are constants; others are interpreted. Not applied to few rules,
nor to rules that are no small products of sets of what fields can hold: `src host < 18.26.4.9`
compares across four bytes, and every run of equal bits is a case of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pmill.graph import Element, PipelineGraph, Value, matched_by, rules_of
from pmill.match import Choice, choose
from pmill.passes.base import PassNote, count


@dataclass(frozen=True, slots=True)
class ChooseMatcher:
    """Choose how the rules of elements that classify are matched."""

    name: ClassVar[str] = "choose_matcher"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Give every frozen element with rules the matcher that costs least."""
        return graph.with_elements(_chosen(e) for e in graph.elements.values())

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Say which elements have tables, and of what sizes."""
        said = [f"{name} {note}" for name, note in _tables(before, after)]
        if not said:
            return "decision programs everywhere"
        return f"{count(len(said), 'element')} matched by tables: {'; '.join(said)}"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say of every element with rules how they are matched, and why."""
        found = []
        for name, element in after.elements.items():
            value = rules_of(element)
            if value is None or value.rules is None:
                continue
            if not element.frozen or element.kept:
                text = "its program is interpreted: the arguments are no constants"
                found.append(PassNote(where=name, text=text, done=False))
            elif value.matcher is not None:
                text = f"{value.matcher.kind}, {value.matcher.about}: {_choice(value).why}"
                found.append(PassNote(where=name, text=text))
            else:
                found.append(PassNote(where=name, text=_choice(value).why, done=False))
        return tuple(found)


def _choice(value: Value) -> Choice:
    assert value.rules is not None
    return choose(value.rules, value.count or 0)


def _chosen(element: Element) -> Element:
    value = rules_of(element)
    if not element.frozen or element.kept or value is None or value.matcher is not None:
        return element
    found = _choice(value).matcher
    return element if found is None else matched_by(element, found.kind)


def _tables(before: PipelineGraph, after: PipelineGraph) -> list[tuple[str, str]]:
    """The elements that were given tables, and what these are."""
    found = []
    for name, element in after.elements.items():
        value, old = rules_of(element), rules_of(before.elements[name])
        if value and value.matcher and not (old and old.matcher):
            found.append((name, f"({value.matcher.kind}: {value.matcher.about})"))
    return found
