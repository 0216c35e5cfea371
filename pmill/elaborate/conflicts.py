"""Says where push meets pull, and which elements between them did not care."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from pmill.diagnostics import Diagnostics, Note
from pmill.elaborate.propagation import Instance, Key, Resolution, ends_of, inner_edges
from pmill.syntax.flat import FlatConnection

_SHOWN = 8  # notes of elements between


def report_conflicts(
    instances: Mapping[str, Instance],
    connections: Sequence[FlatConnection],
    resolution: Resolution,
    diags: Diagnostics,
) -> bool:
    """Report connections and elements with a push and a pull end; return whether there are any."""
    found = False
    for c in connections:
        source, target = ends_of(c)
        if resolution.how[source] != resolution.how[target]:
            found = True
            _report_connection(c, instances, resolution, diags)
    for source, target in inner_edges(instances):
        if resolution.how[source] != resolution.how[target]:
            found = True
            _report_mixed(source, target, instances, resolution, diags)
    return found


def _report_connection(
    c: FlatConnection,
    instances: Mapping[str, Instance],
    resolution: Resolution,
    diags: Diagnostics,
) -> None:
    source, target = ends_of(c)
    a, b = instances[c.source], instances[c.target]
    diags.error(
        "PM0502",
        f"'{a.label}' {resolution.how[source]} output {c.source_port} connected to "
        f"'{b.label}' {resolution.how[target]} input {c.target_port}",
        c.span,
        notes=_why((source, target), instances, resolution),
        hint="between push and pull there must be a Queue (push to pull) "
        "or an Unqueue (pull to push)",
    )


def _report_mixed(
    source: Key,
    target: Key,
    instances: Mapping[str, Instance],
    resolution: Resolution,
    diags: Diagnostics,
) -> None:
    x = instances[source[0]]
    diags.error(
        "PM0503",
        f"agnostic '{x.label}' in mixed context: {resolution.how[source]} input {source[2]}, "
        f"{resolution.how[target]} output {target[2]}",
        x.element.span,
        notes=_why((source, target), instances, resolution),
        hint="packets cannot enter by push and leave by pull, or the other way round, "
        "without a Queue or an Unqueue",
    )


def _why(
    ends: tuple[Key, Key], instances: Mapping[str, Instance], resolution: Resolution
) -> tuple[Note, ...]:
    """Return both ends, each with the elements through which it became what it is.

    In the order of the packets: from the element that decides for the first port, through those
    that pass that on, to the one that decides for the second.
    """
    # The message itself is about an element in mixed context.
    about = ends[0][0] if ends[0][0] == ends[1][0] else None
    first, second = (_way(end, instances, resolution, about) for end in ends)
    return (*first, *reversed(second))


def _way(
    end: Key, instances: Mapping[str, Instance], resolution: Resolution, about: str | None
) -> list[Note]:
    """Return a note on the element that decides for a port, then on those that only pass it on."""
    first, *others = resolution.way_to(end)
    name, side, port = first
    how = resolution.how[first]
    decides = instances[name]
    notes = [Note(f"'{decides.label}' {side} {port} is {how}", decides.element.span)]
    between = [x for x, _ in groupby(key[0] for key in others) if x != about]
    for name in between[:_SHOWN]:
        x = instances[name]
        notes.append(Note(f"'{x.label}' is agnostic and becomes {how}", x.element.span))
    if len(between) > _SHOWN:
        notes.append(Note(f"and so do {len(between) - _SHOWN} more"))
    return notes
