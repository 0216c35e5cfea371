"""What passes decided, read back from the text of a printed graph.

`PassInfo` is not an element of the graph; `graph/printer.py` writes it. Each of its arguments is
a word and what it holds for:

    PassInfo(KEPT ttl.active,           these arguments must stay changeable
             FROZEN ttl check,          all others of these elements are constants
             HOLDS check,              what these elements check is known to be so
             TOLD q 20 0,              a packet from q has 20 bytes, its network header begins at 0
             STEPS c 12/08000000%ffff0000?[0]:[X],
                                       all that is left of the decision program of c, a step a word
             VECTORS filter,            rules of these elements are matched by such tables
             HITS filter#3=12,          how many packets a rule got, by a profile
             GUARDED filter,            rules that got many are asked for first
             DIRECT *,                  how packets cross connections: `a[0]` is the connection of
             INLINE a[0] [1]b,          push output 0 of a, `[1]b` that of pull input 1 of b
             STAGED c[0],               packets wait there for the rest of their burst
             LIVE dst_ip paint,         the metadata that packets carry; LIVE alone: none
             PACKETS a[0]=12 [1]b=3,    how many packets crossed connections, by a profile
             LAYOUT dst_ip@0 paint@4)   where it lies in memory: bytes from the beginning

`*` stands for all elements, and for all connections that no other word names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pmill.diagnostics import Diagnostics, did_you_mean
from pmill.elaborate.handlers import TASK
from pmill.elaborate.lowerings.decisions import with_program
from pmill.graph import (
    CALLS,
    PASS_INFO,
    Call,
    PipelineGraph,
    Place,
    Told,
    boxed,
    connection_key,
    layout,
    matched_by,
    metadata,
    rules_of,
    stages_of,
    with_hits,
    with_packets,
)
from pmill.graph.deciding import program_of, read_step
from pmill.match import MATCHERS
from pmill.syntax import split_arguments, split_words
from pmill.syntax.flat import ConfigText, FlatElement

__all__ = ["PASS_INFO", "apply_decisions"]

_WORD = re.compile(r"[A-Z]+")
_HIT = re.compile(r"(?P<name>.+)#(?P<rule>\d{1,9})=(?P<packets>\d{1,18})")
_OFFSET = re.compile(r"\d{1,3}")


def apply_decisions(
    graph: PipelineGraph, infos: Sequence[FlatElement], diags: Diagnostics
) -> PipelineGraph:
    """Return the graph with the decisions of all PassInfo elements made (PM031., PM0640)."""
    borders: list[ConfigText] = []
    for info in infos:
        for argument in split_arguments(info.config):
            words = split_words(argument)
            graph = _apply(graph, words[0], words[1:], diags) if words else graph
            if words and words[0].text == "STAGED":
                borders += words
    if borders:
        _check_borders(graph, borders, diags)
    return graph


def _apply(
    graph: PipelineGraph, word: ConfigText, names: Sequence[ConfigText], diags: Diagnostics
) -> PipelineGraph:
    calls: dict[str, Call] = {call.upper(): call for call in CALLS}
    if word.text == "FROZEN":
        return _freeze(graph, names, diags)
    if word.text == "KEPT":
        return _keep(graph, names, diags)
    if word.text == "HOLDS":
        _check(names, list(graph.elements), "element", diags)
        held = {name.text for name in names}
        return graph.with_elements(
            replace(e, holds=True) if e.name in held else e for e in graph.elements.values()
        )
    if word.text == "TOLD" and names:
        return _tell(graph, names[0], names[1:], diags)
    if word.text == "STEPS" and names:
        return _shorten(graph, names[0], names[1:], diags)
    if word.text == "LIVE":
        _check(names, list(metadata.fields()), "metadata field", diags)
        return replace(graph, live=frozenset(name.text for name in names))
    if word.text == "PACKETS":
        return _count(graph, names, diags)
    if word.text == "HITS":
        return _hits(graph, names, diags)
    if word.text == "GUARDED":
        return _guard(graph, names, diags)
    if word.text == "LAYOUT":
        return replace(graph, layout=tuple(_places(names, diags)))
    if word.text.lower() in MATCHERS:
        return _match(graph, word.text.lower(), names, diags)
    if word.text in calls:
        return _call(graph, calls[word.text], names, diags)
    diags.error(
        "PM0310",
        f"{PASS_INFO}: unknown argument '{word.text}'",
        word.span,
        hint=did_you_mean(word.text, _words(calls)),
    )
    return graph


def _words(calls: Iterable[str]) -> list[str]:
    return [
        "KEPT",
        "FROZEN",
        "HOLDS",
        "TOLD",
        "STEPS",
        "GUARDED",
        "HITS",
        "LAYOUT",
        "LIVE",
        "PACKETS",
        *map(str.upper, MATCHERS),
        *calls,
    ]


def _freeze(graph: PipelineGraph, names: Sequence[ConfigText], diags: Diagnostics) -> PipelineGraph:
    _check(names, [*graph.elements, "*"], "element", diags)
    chosen = {name.text for name in names}
    return graph.with_elements(
        replace(e, frozen=True) if {e.name, "*"} & chosen else e for e in graph.elements.values()
    )


def _match(
    graph: PipelineGraph, kind: str, names: Sequence[ConfigText], diags: Diagnostics
) -> PipelineGraph:
    _check(names, list(graph.elements), "element", diags)
    chosen = {name.text for name in names}
    return graph.with_elements(
        matched_by(e, kind) if e.name in chosen else e for e in graph.elements.values()
    )


def _tell(
    graph: PipelineGraph, name: ConfigText, numbers: Sequence[ConfigText], diags: Diagnostics
) -> PipelineGraph:
    """Say what is known of the packets that an element kept."""
    _check([name], list(graph.elements), "element", diags)
    values = [int(n.text) for n in numbers if re.fullmatch(r"-?\d{1,9}", n.text)]
    if not 1 <= len(values) == len(numbers) <= 2 or values[0] < 0:
        message = f"{PASS_INFO}: expected a length and where the network header begins"
        diags.error("PM0312", message, name.span)
        return graph
    told = Told(length=values[0], network=values[1] if len(values) == 2 else None)
    return graph.with_elements(
        replace(e, told=told) if e.name == name.text else e for e in graph.elements.values()
    )


def _shorten(
    graph: PipelineGraph, name: ConfigText, words: Sequence[ConfigText], diags: Diagnostics
) -> PipelineGraph:
    """Give an element a decision program instead of that of its patterns."""
    deciding = [e.name for e in graph.elements.values() if program_of(e) is not None]
    _check([name], deciding, "element", diags)
    steps = [read_step(word.text) for word in words]
    for word, step in zip(words, steps, strict=True):
        if step is None:
            diags.error("PM0312", f"{PASS_INFO}: '{word.text}' is no step", word.span)
    program = [step for step in steps if step is not None]
    if name.text not in deciding or not program or len(program) < len(steps):
        return graph
    return graph.with_elements(
        with_program(e, program) if e.name == name.text else e for e in graph.elements.values()
    )


def _keep(graph: PipelineGraph, names: Sequence[ConfigText], diags: Diagnostics) -> PipelineGraph:
    known = {
        f"{e.name}.{name}": (e.name, name)
        for e in graph.elements.values()
        for name in (*e.arguments, *(TASK if e.runs else ()))
    }
    _check(names, list(known), "argument", diags)
    kept: dict[str, set[str]] = {}
    for name in names:
        if name.text in known:
            element, member = known[name.text]
            kept.setdefault(element, set()).add(member)
    return graph.with_elements(
        replace(e, kept=e.kept | kept.get(e.name, set())) for e in graph.elements.values()
    )


def _call(
    graph: PipelineGraph, call: Call, names: Sequence[ConfigText], diags: Diagnostics
) -> PipelineGraph:
    """Set how packets cross the named connections; `*` leaves what was named before alone."""
    keys = {connection_key(graph, c): c for c in graph.connections}
    _check(names, [*keys, "*"], "connection", diags)
    chosen = {name.text for name in names}
    return graph.with_connections(
        replace(c, call=call) if key in chosen or ("*" in chosen and c.call == "virtual") else c
        for key, c in keys.items()
    )


def _count(graph: PipelineGraph, names: Sequence[ConfigText], diags: Diagnostics) -> PipelineGraph:
    keys = [connection_key(graph, c) for c in graph.connections]
    found: dict[str, int] = {}
    for name in names:
        key, _, number = name.text.rpartition("=")
        if number.isdecimal():
            _check([replace(name, text=key)], keys, "connection", diags)
            found[key] = int(number)
        else:
            _check([name], [], "connection", diags)
    return with_packets(graph, found)


def _hits(graph: PipelineGraph, names: Sequence[ConfigText], diags: Diagnostics) -> PipelineGraph:
    """Read `ELEMENT#RULE=PACKETS`; rules that are not named got none."""
    found: dict[str, list[int]] = {}
    for word in names:
        m = _HIT.fullmatch(word.text)
        element = graph.elements.get(m["name"]) if m else None
        value = rules_of(element) if element else None
        if m and value and value.rules and int(m["rule"]) < len(value.rules):
            hits = found.setdefault(m["name"], [0] * len(value.rules))
            hits[int(m["rule"])] = int(m["packets"])
        else:
            _check([word], [], "rule", diags)
    return with_hits(graph, found)


def _guard(graph: PipelineGraph, names: Sequence[ConfigText], diags: Diagnostics) -> PipelineGraph:
    _check(names, list(graph.elements), "element", diags)
    chosen = {name.text for name in names}
    return graph.with_elements(boxed(e) if e.name in chosen else e for e in graph.elements.values())


def _places(names: Sequence[ConfigText], diags: Diagnostics) -> Iterator[Place]:
    """Read `FIELD@OFFSET`; what cannot be laid out is reported (PM0312)."""
    for word in names:
        name, _, at = word.text.partition("@")
        place = layout.place_called(name, int(at)) if _OFFSET.fullmatch(at) else None
        if place is not None:
            yield place
        else:
            diags.error(
                "PM0312",
                f"{PASS_INFO}: there is no place '{word.text}'",
                word.span,
                hint="write FIELD@OFFSET, such as paint@4 or byte16-19@8",
            )


def _check_borders(graph: PipelineGraph, words: Sequence[ConfigText], diags: Diagnostics) -> None:
    """Report connections that lead into no later stage."""
    found = stages_of(graph)
    for c in graph.connections:
        if c.call != "staged" or (graph.is_push(c) and found.rises(c)):
            continue
        key = connection_key(graph, c)
        span = next((word.span for word in words if word.text == key), words[0].span)
        diags.error(
            "PM0640",
            f"{PASS_INFO}: packets cannot wait for their burst at '{key}'",
            span,
            hint=f"'{c.source.element}' and '{c.target.element}' must see packets in one order",
        )


def _check(
    names: Sequence[ConfigText], known: Sequence[str], what: str, diags: Diagnostics
) -> None:
    for name in names:
        if name.text not in known:
            diags.error(
                "PM0311" if what in ("element", "argument") else "PM0312",
                f"{PASS_INFO}: there is no {what} '{name.text}'",
                name.span,
                hint=did_you_mean(name.text, list(known)),
            )
