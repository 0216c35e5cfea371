"""Do once what earlier elements have done already.

Before::

    in -> CheckIPHeader(CHECKSUM true) -> MarkIPHeader -> Strip(4) -> Unstrip(4)
      -> again :: CheckIPHeader -> ToDPDKDevice(1);

After::

    in -> CheckIPHeader(CHECKSUM true) -> again :: CheckIPHeader -> ToDPDKDevice(1);
        // `again` only counts: PassInfo(HOLDS again)

A check that packets pass for sure, because an equal or a stricter one let them through and nothing
has changed since what it looks at, is not made again; its element stays for its counters. An
element that marks what is marked, and a Strip and an Unstrip of as many bytes one behind the other
are left out. A Paint that nobody reads stays, to be asked for its colour: where its metadata have
no place (drop_dead_metadata) it does nothing.

Not applied to elements whose arguments are kept changeable, and nothing is left out that something
else names, that counts or has handlers, or without which the graph would not be the same
(paths.can_be_left_out).
An Unstrip is left out only where the bytes are known to be there: elsewhere it may drop packets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from pmill.graph import Element, PipelineGraph, fields_written
from pmill.graph.facts import Base, Facts
from pmill.graph.known import known_facts, number, only_passes, wanted_check
from pmill.passes.base import PassNote, count
from pmill.passes.mentions import is_asked, mentioned
from pmill.passes.paths import bypass, can_be_left_out

_Ways = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class HoistChecks:
    """Do once what earlier elements have done already."""

    name: ClassVar[str] = "hoist_checks"
    level: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ("embed_constants",)

    def run(self, graph: PipelineGraph) -> PipelineGraph:
        """Empty checks and leave elements out until there are no more."""
        if not any(_may_repeat(e) for e in graph.elements.values()):
            return graph
        named = mentioned(graph, graph.elements.values())
        while True:
            emptied = _emptied(graph)
            left = _left_out(emptied, named)
            if left == graph:
                return graph
            graph = left

    def explain(self, before: PipelineGraph, after: PipelineGraph) -> str:
        """Name what was emptied and what was left out."""
        said = []
        if emptied := _newly_held(before, after):
            said.append(f"{count(len(emptied), 'check')} known to hold: {', '.join(emptied)}")
        if gone := [n for n in before.elements if n not in after.elements]:
            said.append(f"left out {count(len(gone), 'element')}: {', '.join(gone)}")
        return "; ".join(said) or "nothing is done twice"

    def notes(self, before: PipelineGraph, after: PipelineGraph) -> tuple[PassNote, ...]:
        """Say at each element what became of it."""
        held = _newly_held(before, after)
        return tuple(
            PassNote(
                where=name,
                text="only counts: what it checks was checked before"
                if name in held
                else "left out: it changes nothing that anybody could notice",
            )
            for name in before.elements
            if name in held or name not in after.elements
        )


def _may_repeat(e: Element) -> bool:
    """Whether an element is of a kind that this pass knows to empty or to leave out."""
    facts = {arg.fact for arg in e.spec.arguments}
    return e.spec.checks or e.spec.marks or bool(facts & {"unstrips"})


def _newly_held(before: PipelineGraph, after: PipelineGraph) -> list[str]:
    return [
        n
        for n, e in after.elements.items()
        if e.holds and n in before.elements and not before.elements[n].holds
    ]


# --- checks ---------------------------------------------------------------------------------------


def _emptied(graph: PipelineGraph) -> PipelineGraph:
    """Say of checks that they hold."""
    known = known_facts(graph)
    held = {
        name
        for name, e in graph.elements.items()
        if e.spec.checks
        and e.spec.passes
        and not e.holds
        and (facts := known.at(name)) is not None
        and _holds(e, facts)
    }
    if not held:
        return graph
    return graph.with_elements(
        replace(e, holds=True) if e.name in held else e for e in graph.elements.values()
    )


def _holds(e: Element, facts: Facts) -> bool:
    """Whether a check lets all packets pass, and finds them as it would leave them."""
    check = wanted_check(e)
    return (
        check is not None
        and facts.passed(check)
        and _is_marked(facts, check.at)
        and (facts.addressed or "dst_ip" not in e.spec.writes)
    )


def _is_marked(facts: Facts, at: int) -> bool:
    return facts.headers.get(Base.NETWORK) == at and facts.marked


# --- elements that are left out -------------------------------------------------------------------


def _left_out(graph: PipelineGraph, named: frozenset[str]) -> PipelineGraph:
    known = known_facts(graph)
    through: _Ways = {}
    for name, e in graph.elements.items():
        facts = known.at(name)
        if facts is None or e.kept or name in named or not _is_plain(e):
            continue
        check = wanted_check(e) if e.spec.marks else None
        if check is not None and _is_marked(facts, check.at):
            there = facts.length(Base.DATA) > check.at
            through |= {name: (0, 0)} if there else {}
    found = can_be_left_out(graph, through)
    for pair in _undone(graph, named):
        both = dict.fromkeys(pair, (0, 0))
        facts = known.at(pair[0])
        if (
            facts is not None
            and _is_undone(graph.elements[pair[0]], facts)
            and not both.keys() & found
        ):
            found |= both if can_be_left_out(graph, both) == both else {}
    return bypass(graph, found) if found else graph


def _is_plain(e: Element) -> bool:
    """Whether an element has one way through and counts nothing; others' elements may do more."""
    ports = len(e.inputs) == len(e.outputs) == 1
    return e.spec.own and ports and e.spec.passes and not e.spec.counters and not is_asked(e)


def _undone(graph: PipelineGraph, named: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield elements that take bytes off or put them back, with one right behind that undoes it."""
    for name, e in graph.elements.items():
        following = graph.outgoing(name)
        if len(following) != 1 or not _moves(e):
            continue
        other = graph.elements[following[0].target.element]
        alone = len(graph.incoming(other.name)) == 1
        if (
            alone
            and _moves(other)
            and _moves(e) == -_moves(other)
            and not {name, other.name} & named
        ):
            yield name, other.name


def _moves(e: Element) -> int:
    """Return how many bytes an element takes off the front, and does nothing else; 0: it does."""
    if (
        e.kept
        or not e.spec.own
        or not only_passes(e, moves=True)
        or len(e.inputs) != 1
        or len(e.outputs) != 1
    ):
        return 0
    if is_asked(e) or fields_written(e):
        return 0
    return (number(e, "strips") or 0) - (number(e, "unstrips") or 0)


def _is_undone(e: Element, facts: Facts) -> bool:
    """Whether the first of two elements that undo each other does all that it is asked to."""
    by = _moves(e)
    return facts.length(Base.DATA) >= by if by > 0 else facts.room >= -by
