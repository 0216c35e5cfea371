"""Prints a graph as legal Click that elaborates back to an equal graph.

Decisions of passes follow in an information element, `PassInfo`, which is no element of the
graph; elaborate/decisions.py reads it back and explains its words. A graph about which nothing
was decided prints without it.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from pmill.graph.deciding import is_shortened, program_of, step_word
from pmill.graph.layout import name_of
from pmill.graph.matching import rules_of
from pmill.graph.model import Call, Connection, Element, PipelineGraph
from pmill.match import MATCHERS
from pmill.syntax.classes import PASS_INFO

CALLS: tuple[Call, ...] = get_args(Call)
_WIDTH = 100


def print_graph(graph: PipelineGraph, *, places: bool = True) -> str:
    """Return the graph as a configuration; `places` says above each element where it came from."""
    sections = [
        [f"require({requirement});" for requirement in graph.requirements],
        [line for e in graph.elements.values() for line in _declaration(e, places=places)],
        list(_chains(graph)),
        _pass_info(graph),
    ]
    return "\n".join("\n".join(section) + "\n" for section in sections if section)


def connection_key(graph: PipelineGraph, c: Connection) -> str:
    """Name a connection by its active end: `a[0]` (push output) or `[0]b` (pull input)."""
    if graph.elements[c.source.element].outputs[c.source.number] == "push":
        return f"{c.source.element}[{c.source.number}]"
    return f"[{c.target.number}]{c.target.element}"


def _declaration(e: Element, *, places: bool) -> Iterator[str]:
    if places:
        yield f"// {' '.join(str(e.span).split())}"
    config = f"({e.config})" if e.config else ""
    yield f"{e.name} :: {e.spec.name}{config};"


def _chains(graph: PipelineGraph) -> Iterator[str]:
    """Print every connection once, in order; one that goes on from the last joins its chain.

    Longer chains could be made by reordering, but then the graph read back would not be equal.
    """
    line = end = ""
    for c in graph.connections:
        target = (f"[{c.target.number}]" if c.target.number else "") + c.target.element
        if line and c.source.element == end and c.source.number == 0:
            fits = len(line.rpartition("\n")[2]) + len(target) + 5 <= _WIDTH
            line += f" -> {target}" if fits else f"\n    -> {target}"
        else:
            if line:
                yield f"{line};"
            source = c.source.element + (f"[{c.source.number}]" if c.source.number else "")
            line = f"{source} -> {target}"
        end = c.target.element
    if line:
        yield f"{line};"


def _pass_info(graph: PipelineGraph) -> list[str]:
    parts = (
        *(_kept, _frozen, _holds, _told, _programs, _matchers, _hits),
        *(_calls, _live, _layout, _packets),
    )
    arguments = [line for part in parts for line in part(graph)]
    if not arguments:
        return []
    return [f"{PASS_INFO}(", *(f"  {a}," for a in arguments[:-1]), f"  {arguments[-1]});"]


def _kept(graph: PipelineGraph) -> Iterator[str]:
    """Name what must stay changeable, where the arguments themselves do not say so."""
    names = [
        f"{e.name}.{name}"
        for e in graph.elements.values()
        for name in sorted(e.kept)
        if name not in e.arguments or not e.arguments[name].marked
    ]
    if names:
        yield _wrapped("KEPT", names)


def _frozen(graph: PipelineGraph) -> Iterator[str]:
    frozen = [e.name for e in graph.elements.values() if e.frozen]
    if frozen:
        yield _wrapped("FROZEN", ["*"] if len(frozen) == len(graph.elements) else frozen)


def _matchers(graph: PipelineGraph) -> Iterator[str]:
    """Name the elements whose rules are matched in another way than by a decision program."""
    for kind in MATCHERS:
        chosen = [
            e.name
            for e in graph.elements.values()
            if any(v.matcher and v.matcher.kind == kind for v in e.arguments.values())
        ]
        if chosen:
            yield _wrapped(kind.upper(), chosen)


def _holds(graph: PipelineGraph) -> Iterator[str]:
    names = [e.name for e in graph.elements.values() if e.holds]
    if names:
        yield _wrapped("HOLDS", names)


def _told(graph: PipelineGraph) -> Iterator[str]:
    for e in graph.elements.values():
        if e.told is not None:
            network = [] if e.told.network is None else [str(e.told.network)]
            yield _wrapped("TOLD", [e.name, str(e.told.length), *network])


def _programs(graph: PipelineGraph) -> Iterator[str]:
    """Write decision programs that say less than the patterns in the configuration."""
    for e in graph.elements.values():
        program = program_of(e)
        if program is not None and is_shortened(e):
            yield _wrapped("STEPS", [e.name, *map(step_word, program)])


def _hits(graph: PipelineGraph) -> Iterator[str]:
    """Say how many packets rules got, those that got any, and which elements have guards."""
    values = {name: rules_of(e) for name, e in graph.elements.items()}
    known = [
        f"{name}#{n}={hits}"
        for name, value in values.items()
        if value
        for n, hits in enumerate(value.hits)
        if hits or not any(value.hits)
    ]
    if known:
        yield _wrapped("HITS", known)
    guarded = [name for name, value in values.items() if value and value.boxes]
    if guarded:
        yield _wrapped("GUARDED", guarded)


def _calls(graph: PipelineGraph) -> Iterator[str]:
    """Name the connections of every kind of call; where none is virtual, the commonest is `*`."""
    counts = Counter(c.call for c in graph.connections)
    rest: Call = "virtual"
    if not counts["virtual"]:
        rest = max(CALLS, key=lambda call: counts[call])
    for call in CALLS:
        if call in ("virtual", rest) or not counts[call]:
            continue
        keys = [connection_key(graph, c) for c in graph.connections if c.call == call]
        yield _wrapped(call.upper(), keys)
    if rest != "virtual":
        yield f"{rest.upper()} *"


def _live(graph: PipelineGraph) -> Iterator[str]:
    if graph.live is not None:
        yield _wrapped("LIVE", sorted(graph.live))


def _packets(graph: PipelineGraph) -> Iterator[str]:
    counts = [
        f"{connection_key(graph, c)}={c.packets}"
        for c in graph.connections
        if c.packets is not None
    ]
    if counts:
        yield _wrapped("PACKETS", counts)


def _layout(graph: PipelineGraph) -> Iterator[str]:
    if graph.layout is not None:
        yield _wrapped("LAYOUT", [f"{name_of(p)}@{p.at}" for p in graph.layout])


def _wrapped(word: str, names: Sequence[str]) -> str:
    """Write a word and its names, in lines that are not too long."""
    return textwrap.fill(
        " ".join([word, *names]),
        width=_WIDTH - len("  ,"),
        subsequent_indent=" " * (len("  ") + len(word) + 1),
        break_long_words=False,
        break_on_hyphens=False,
    )
