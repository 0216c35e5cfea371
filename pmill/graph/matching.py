"""Elements with rules: which way they are matched, how often, and which are asked for first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pmill.graph.model import Element, PipelineGraph, Value
from pmill.match import Step, boxes, matcher, owners, program

__all__ = ["boxed", "counting", "matched_by", "rules_of", "steps_cpp", "with_hits"]

_HEADERS = ("mac", "network", "transport")


def matched_by(element: Element, kind: str) -> Element:
    """Return an element whose rules, if it has any, are matched in a way of `MATCHERS`."""
    values = {name: _matched(v, kind, element) for name, v in element.arguments.items()}
    return replace(element, arguments=values)


def _matched(value: Value, kind: str, element: Element) -> Value:
    """Tables look at the headers that any rule asks for, whatever its program still looks at."""
    found = None if value.rules is None else matcher(kind, value.rules)
    if found is None:
        return value
    needed = zip(_HEADERS, found.tables.needed, strict=True)
    unread = tuple(name for name, size in needed if size == 0 and name in element.spec.reads)
    return replace(value, matcher=found, footprint=len(found.data), unread=unread)


def rules_of(element: Element) -> Value | None:
    """Return the value that has the rules of an element that classifies."""
    return next((v for v in element.arguments.values() if v.rules is not None), None)


def steps_cpp(steps: Sequence[Step]) -> str:
    """Write steps as the items of a C++ array."""
    return ", ".join(
        f"ClassifierNode{{{t.offset}, 0x{t.mask:08x}, 0x{t.value:08x}, {t.yes}, {t.no}}}"
        for t in steps
    )


def with_hits(graph: PipelineGraph, hits: Mapping[str, Sequence[int]]) -> PipelineGraph:
    """Return the graph with the packets that rules got, for those elements that a profile names.

    Where the number of rules is another one, the profile is not of this configuration.
    """

    def told(element: Element) -> Element:
        value = rules_of(element)
        found = tuple(hits.get(element.name, ()))
        if value is None or value.rules is None or len(found) != len(value.rules):
            return element
        return _with_value(element, value, replace(value, hits=found))

    return graph.with_elements(map(told, graph.elements.values()))


def counting(graph: PipelineGraph) -> tuple[PipelineGraph, Mapping[str, tuple[int, ...]]]:
    """Return the graph with programs whose steps each belong to one rule, and to which.

    So the step in which a packet's way through a program ends tells its rule.
    """
    found: dict[str, tuple[int, ...]] = {}

    def told_apart(element: Element) -> Element:
        value = rules_of(element)
        if value is None or value.rules is None:
            return element
        found[element.name] = owners(value.rules)
        steps = program(value.rules)
        text = " ".join(f"{t.offset},{t.mask},{t.value},{t.yes},{t.no}" for t in steps)
        numbered = replace(value, cpp=steps_cpp(steps), text=text, count=len(steps))
        return _with_value(element, value, numbered)

    return graph.with_elements(map(told_apart, graph.elements.values())), found


def boxed(element: Element) -> Element:
    """Return an element that looks into boxes before tables, for rules that got most packets."""
    value = rules_of(element)
    if value is None or value.rules is None or not value.hits or value.boxes:
        return element
    if value.matcher is None:
        return element
    found = boxes(value.rules, value.hits, value.matcher.cost)
    return _with_value(element, value, replace(value, boxes=found)) if found else element


def _with_value(element: Element, old: Value, new: Value) -> Element:
    return replace(
        element, arguments={n: new if v is old else v for n, v in element.arguments.items()}
    )
