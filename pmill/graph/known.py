"""What is known of packets at every input: a forward data-flow analysis over the graph.

    FromDPDKDevice(0)                           every annotation is 0
      -> c :: Classifier(12/0800, -);
    c[0]                                        14 bytes are there, bytes 12 and 13 are 08 00
      -> Strip(14)                              the two lie in front of the data now
      -> CheckIPHeader                          a sound IPv4 header at the first byte, and marked
      -> Paint(3)                               annotation 17 is 3

What an element does to packets and what it has found out about them is what its header declares
(`passes`, `edits`, `checks`, the facts of its arguments). Nothing is known of packets from an
element that says nothing, unless it is a source: what these make has the metadata of new packets.
Arguments that may change while the program runs say nothing, either.

Where ways meet, what all of them know is known. An output that no packet takes adds nothing, so
that what lies behind a switch that never chooses it is not reached. Cycles come to an end because
facts only get fewer; where they do not, after some rounds nothing is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heappop, heappush

from pmill.elements.spec import Fact
from pmill.graph.deciding import outcomes, program_of, reads_headers
from pmill.graph.facts import ANYTHING, Base, Check, Facts
from pmill.graph.flow import flows
from pmill.graph.liveness import fields_written
from pmill.graph.metadata import ANNOTATION_BYTES, field_bits
from pmill.graph.model import Element, PipelineGraph, Port, Value

__all__ = ["KnownFacts", "known_facts", "number", "only_output", "only_passes", "wanted_check"]

_POINTERS = {"mac": Base.MAC, "network": Base.NETWORK, "transport": Base.TRANSPORT}
_MANY_ROUNDS = 24
# Sends a copy to every output, where an annotation chooses.
_EVERY = 255


@dataclass(frozen=True, kw_only=True)
class KnownFacts:
    """What is known of the packets at ports; those that no packet reaches are not there."""

    inputs: Mapping[Port, Facts]
    outputs: Mapping[Port, Facts]

    def at(self, element: str) -> Facts | None:
        """Return what is known of all packets that come to an element, None when none does."""
        return _met(self._by_element.get(element, ()))

    @cached_property
    def _by_element(self) -> Mapping[str, list[Facts]]:
        found: dict[str, list[Facts]] = {}
        for port, facts in self.inputs.items():
            found.setdefault(port.element, []).append(facts)
        return found


def known_facts(graph: PipelineGraph) -> KnownFacts:
    """Return what is known at every port, the most that follows from what elements declare.

    Passes ask one after the other about the same graph, so the last answer is remembered.
    """
    if _last and _last[0][0] is graph:
        return _last[0][1]
    known = _analyse(graph)
    _last[:] = [(graph, known)]
    return known


_last: list[tuple[PipelineGraph, KnownFacts]] = []


def _analyse(graph: PipelineGraph) -> KnownFacts:
    """Go round until nothing changes."""
    inputs: dict[Port, Facts] = {}
    outputs: dict[Port, Facts] = {}
    rounds: Counter[str] = Counter()
    order = tuple(reversed(graph.postorder))
    place = {name: n for n, name in enumerate(order)}
    waiting = sorted(place[e.name] for e in graph.elements.values() if e.spec.source)
    while waiting:
        name = order[heappop(waiting)]
        if waiting and order[waiting[0]] == name:
            continue  # twice in the heap
        rounds[name] += 1
        for output, facts in _emitted(graph.elements[name], inputs):
            if outputs.get(output) == facts:
                continue
            outputs[output] = facts
            for c in graph.outgoing(name):
                if c.source != output:
                    continue
                met = _met(
                    outputs[d.source]
                    for d in graph.incoming(c.target.element)
                    if d.target == c.target and d.source in outputs
                )
                assert met is not None, "one of them has just arrived"
                inputs[c.target] = met if rounds[c.target.element] < _MANY_ROUNDS else Facts()
                heappush(waiting, place[c.target.element])
    return KnownFacts(inputs=inputs, outputs=outputs)


def _met(ways: Iterable[Facts]) -> Facts | None:
    """Return what is known on all of some ways; None when there is none."""
    met: Facts | None = None
    for facts in ways:
        met = facts if met is None else met.common(facts)
    return met


def _emitted(e: Element, inputs: Mapping[Port, Facts]) -> Iterable[tuple[Port, Facts]]:
    """Yield the outputs that packets take, with what is known of them there."""
    outputs = [Port(element=e.name, number=n) for n in range(len(e.outputs))]
    for port in outputs:
        sources = [n for n in range(len(e.inputs)) if flows(e, n, port.number)]
        if e.spec.source and not sources:
            yield port, _new(e)
            continue
        taken = _met(inputs[p] for n in sources if (p := Port(element=e.name, number=n)) in inputs)
        if e.spec.source:
            yield port, Facts()  # it also makes some
        elif taken is not None:
            found = _passed(e, taken, port.number) if e.spec.passes else Facts()
            if found is not None:
                yield port, _found(e, found, port.number)


def _new(e: Element) -> Facts:
    """Return what is known of packets that an element makes."""
    written = _written(e)
    zeros = {at: 1 for at in range(ANNOTATION_BYTES) if not written >> at & 1}
    return Facts(annotations=zeros)


def _written(e: Element) -> int:
    """Return the fields that an element writes; with arguments that may change, all it might."""
    return fields_written(e if e.kept else replace(e, frozen=True))


# --- what becomes of packets ----------------------------------------------------------------------


def _passed(e: Element, taken: Facts, output: int) -> Facts | None:
    """Return what is known of the packets taken that leave on an output; None: none does."""
    if e.holds:
        return taken if output == 0 else None
    chosen = _chosen(e, taken, output)
    if chosen is None:
        return None
    facts = _edited(e, chosen, output)
    strips, unstrips = number(e, "strips"), number(e, "unstrips")
    if strips is not None:
        facts = facts.stripped(strips)
    if unstrips is not None:
        facts = facts.unstripped(unstrips)
    if e.kept and any(arg.fact in ("strips", "unstrips") for arg in e.spec.arguments):
        facts = Facts(annotations=facts.annotations)
    if e.spec.puts:
        facts = facts.put(e.spec.puts)
    return _annotated(e, _rewritten(e, facts))


def _chosen(e: Element, taken: Facts, output: int) -> Facts | None:
    """Return what is known of the packets that an element lets out on an output, None if none."""
    if e.kept:
        return taken
    program = program_of(e)
    if program is not None:
        return outcomes(program, taken, headers=reads_headers(e)).get(-output)
    for arg in e.spec.arguments:
        value = e.arguments[arg.name]
        match arg.fact:
            case "chooses" if value.anno is None:
                return taken if int(value.text) == output else None
            case "chooses":
                return _with_values(taken, value, 1 << output | 1 << _EVERY)
            case "equals" if arg.into is not None:
                same = 1 << int(value.text)
                wanted = same if output == 0 else ANYTHING & ~same
                return _with_values(taken, e.arguments[arg.into], wanted)
    return taken


def _with_values(facts: Facts, place: Value, wanted: int) -> Facts | None:
    """Return what is known where an annotation has one of these values, None where it cannot."""
    assert place.anno is not None, "the reader allows annotations only"
    at = place.anno[0]
    values = facts.annotations.get(at, ANYTHING) & wanted
    return facts.annotated(at, values) if values else None


def _edited(e: Element, facts: Facts, output: int) -> Facts:
    for part in e.spec.edits:
        match part:
            case "ether":
                facts = facts.edited(0, 12)
            case "ttl":
                facts = facts.edited_header(8, 9).edited_header(10, 12)
            case "source":
                facts = facts.edited_header(10, 16)
                facts = replace(
                    facts, checks=frozenset(replace(c, refused=()) for c in facts.checks)
                )
            case "options":
                facts = facts.edited_header(10, 12).edited_options()
            case "payload":
                facts = facts.edited_payload()
            case "end":
                facts = facts.cut()
            case "front":
                facts = facts.without_front()
            case _:
                return Facts()
    # A packet that is refused may be changed in part only.
    partly = output > 0 and "options" in e.spec.edits
    return replace(facts, checks=frozenset()) if partly else facts


def _rewritten(e: Element, facts: Facts) -> Facts:
    """Forget the metadata that an element writes."""
    written = _written(e)
    for name, base in _POINTERS.items():
        if written & field_bits([name]):
            facts = facts.unmarked(base)
    annotations = {at: v for at, v in facts.annotations.items() if not written >> at & 1}
    addressed = facts.addressed and not written & field_bits(["dst_ip"])
    return replace(facts, annotations=annotations, addressed=addressed)


def _annotated(e: Element, facts: Facts) -> Facts:
    """Know the annotation that an argument's value is put into."""
    for arg in e.spec.arguments:
        if arg.fact == "into" and arg.into is not None and not e.kept:
            anno = e.arguments[arg.into].anno
            if anno is not None:
                facts = facts.annotated(anno[0], 1 << int(e.arguments[arg.name].text))
    return facts


# --- what elements find out -----------------------------------------------------------------------


def _found(e: Element, facts: Facts, output: int) -> Facts:
    """Add what an element has found out about the header of packets on output 0."""
    if output != 0 or e.holds or not (e.spec.marks or e.spec.checks):
        return facts
    check = wanted_check(e)
    if check is None:
        return facts
    if e.spec.checks:
        return replace(facts.checked(check), addressed="dst_ip" in e.spec.writes)
    return facts.with_header(check.at) if facts.length(Base.DATA) > check.at else facts


def wanted_check(e: Element) -> Check | None:
    """Return what a packet must pass to leave on output 0 of an element that marks or checks.

    None: nobody knows, because arguments may change.
    """
    if e.kept:
        return None
    verifies = _value(e, "verifies")
    refused = [e.arguments[a.name].text for a in e.spec.arguments if a.fact == "refuses"]
    return Check(
        at=number(e, "header") or 0,
        sums=verifies is None or verifies.text == "true",
        refused=tuple(refused) if any(refused) else (),
    )


def _value(e: Element, fact: Fact) -> Value | None:
    """Return the argument that says such a fact, unless it may change."""
    names = [arg.name for arg in e.spec.arguments if arg.fact == fact]
    return e.arguments[names[0]] if names and not e.kept else None


def number(e: Element, fact: Fact) -> int | None:
    """Return the number that says such a fact, None when there is none or it may change."""
    value = _value(e, fact)
    return None if value is None else int(value.text)


def only_passes(e: Element, *, moves: bool = False) -> bool:
    """Whether an element leaves packets as they are, but for metadata and, with `moves`, its front.

    It may choose their output, and count.
    """
    moving = any(arg.fact in ("strips", "unstrips") for arg in e.spec.arguments)
    spec = e.spec
    return (
        spec.passes
        and set(spec.edits) <= {"front"}  # which is no part of the packet
        and not (spec.puts or spec.checks or spec.clones or spec.source)
        and (moves or not moving)
    )


def only_output(e: Element, facts: Facts) -> int | None:
    """Return the output on which all packets leave an element that chooses, and does no more.

    None: there are several, some packets end here, or the element does something else.
    """
    if e.kept or not only_passes(e) or fields_written(e):
        return None
    if (program := program_of(e)) is not None:
        jumps = list(outcomes(program, facts, headers=reads_headers(e)))
        return -jumps[0] if len(jumps) == 1 and 0 <= -jumps[0] < len(e.outputs) else None
    for arg in e.spec.arguments:
        value = e.arguments[arg.name]
        if arg.fact == "chooses":
            if value.anno is None:
                chosen = int(value.text)
                return chosen if 0 <= chosen < len(e.outputs) else None
            values = facts.annotations.get(value.anno[0], ANYTHING)
            return next((n for n in range(min(len(e.outputs), _EVERY)) if values == 1 << n), None)
        if arg.fact == "equals" and arg.into is not None:
            place = e.arguments[arg.into].anno
            values = ANYTHING if place is None else facts.annotations.get(place[0], ANYTHING)
            same = 1 << int(value.text)
            if not values & ~same:
                return 0
            return 1 if not values & same and len(e.outputs) > 1 else None
    return None
