"""Which metadata fields somebody reads: of each element, and behind it.

Sets of fields are bit masks, as in `metadata.py`. An annotation that an argument names counts
with the bytes that the argument names; when the argument is a run-time value, with all.
"""

from __future__ import annotations

from collections.abc import Mapping

from pmill.elements.spec import ArgSpec
from pmill.graph.metadata import all_bits, field_bits
from pmill.graph.model import Element, PipelineGraph


def fields_read(element: Element) -> int:
    """Return the fields that an element reads with its arguments."""
    unused = [
        field
        for arg in element.spec.arguments
        for value, field in arg.reads_for
        if element.frozen and element.arguments[arg.name].text != value
    ]
    if element.frozen:
        unused += [field for value in element.arguments.values() for field in value.unread]
    chosen = _chosen(element, [arg for arg in element.spec.arguments if arg.reads])
    return (field_bits(element.spec.reads) & ~field_bits(unused)) | chosen


def fields_written(element: Element) -> int:
    """Return the fields that an element writes, those included that an argument switches on."""
    switched = [
        arg.sets
        for arg in element.spec.arguments
        if arg.sets and (not element.frozen or element.arguments[arg.name].text == "true")
    ]
    chosen = _chosen(element, [arg for arg in element.spec.arguments if arg.writes])
    return field_bits(element.spec.writes) | chosen | field_bits(switched)


def chooses_at_run_time(element: Element) -> bool:
    """Whether an argument, known only when the program runs, names an annotation."""
    return not element.frozen and any(
        (arg.reads or arg.writes) and element.arguments[arg.name].anno is not None
        for arg in element.spec.arguments
    )


def live_at_entry(graph: PipelineGraph) -> Mapping[str, int]:
    """Return, for each element, the fields that it or one behind it reads of a packet it is handed.

    The classic backward analysis, to its fixed point: cycles need several rounds.
    """
    live = {name: fields_read(e) for name, e in graph.elements.items()}
    changed = True
    while changed:
        changed = False
        for name in graph.postorder:
            e = graph.elements[name]
            behind = 0
            for c in graph.outgoing(name):
                behind |= live[c.target.element]
            bits = live[name] | (behind & ~field_bits(e.spec.renews))
            changed |= bits != live[name]
            live[name] = bits
    return live


def _chosen(element: Element, arguments: list[ArgSpec]) -> int:
    bits = 0
    for arg in arguments:
        anno = element.arguments[arg.name].anno
        if anno is None:
            continue
        if not element.frozen:
            return all_bits()
        offset, size = anno
        bits |= ((1 << size) - 1) << offset
    return bits
