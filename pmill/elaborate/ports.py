"""Ports: every element gets as many as are used, and each becomes push or pull.

The order of the checks is Click's: port ranges; push/pull resolution; then, when that agrees,
ports used twice that can be used only once; ports not used at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmill.diagnostics import Diagnostics, Note
from pmill.elaborate.conflicts import report_conflicts
from pmill.elaborate.propagation import Instance, Key, Side, ends_of, propagate
from pmill.elements.spec import ElementSpec
from pmill.graph import Processing
from pmill.graph.flow import code_flows, port_counts
from pmill.syntax.flat import FlatConnection, FlatElement


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """How each port of an element works."""

    inputs: tuple[Processing, ...]
    outputs: tuple[Processing, ...]


def count_ports(
    elements: Sequence[tuple[FlatElement, ElementSpec]],
    connections: Sequence[FlatConnection],
    diags: Diagnostics,
) -> dict[str, Instance]:
    """Give each element the ports its class and its connections ask for (PM0508)."""
    used: dict[tuple[str, Side], int] = {}
    for c in connections:
        for name, side, port in ends_of(c):
            used[name, side] = max(used.get((name, side), 0), port + 1)
    instances: dict[str, Instance] = {}
    for element, spec in elements:
        wanted = (used.get((element.name, "input"), 0), used.get((element.name, "output"), 0))
        counts = port_counts(spec.ports, *wanted)
        if counts is None:
            diags.error("PM0508", f"{spec.name}: '{spec.ports}' is no port count", spec.span)
            counts = wanted
        instances[element.name] = Instance(
            element=element, spec=spec, inputs=counts[0], outputs=counts[1]
        )
    return instances


def resolve_ports(
    instances: Mapping[str, Instance], connections: Sequence[FlatConnection], diags: Diagnostics
) -> dict[str, Ports]:
    """Decide push or pull for every port of every element, and report what cannot be."""
    valid = [c for c in connections if _in_range(c, instances, diags)]
    resolution = propagate(instances, valid)
    if report_conflicts(instances, valid, resolution, diags):
        return {}
    resolved = resolution.how
    _report_reuse(instances, valid, resolved, diags)
    _report_pull_cycle(instances, valid, resolved, diags)
    # A port that is out of range counts as a use: one mistake, one message.
    _report_unused(instances, connections, diags)
    return {
        name: Ports(
            inputs=tuple(resolved.get((name, "input", i)) or "push" for i in range(x.inputs)),
            outputs=tuple(resolved.get((name, "output", i)) or "push" for i in range(x.outputs)),
        )
        for name, x in instances.items()
    }


def _in_range(c: FlatConnection, instances: Mapping[str, Instance], diags: Diagnostics) -> bool:
    good = True
    for name, side, port in ends_of(c):
        x = instances[name]
        if port >= x.count(side):
            good = False
            has = {0: f"no {side}s", 1: f"only {side} 0"}.get(
                x.count(side), f"{side}s 0 to {x.count(side) - 1}"
            )
            diags.error(
                "PM0501",
                f"'{x.label}' has no {side} {port}",
                c.span,
                notes=(Note(f"'{x.element.name}' is declared here", x.element.span),),
                hint=f"{x.spec.name} has {has}",
                about=Note(x.label, x.element.span),
            )
    return good


def _report_reuse(
    instances: Mapping[str, Instance],
    connections: Sequence[FlatConnection],
    resolved: Mapping[Key, Processing | None],
    diags: Diagnostics,
) -> None:
    """Report push outputs and pull inputs with a second connection: packets could go to one."""
    first: dict[Key, FlatConnection] = {}
    for c in connections:
        for key in ends_of(c):
            name, side, port = key
            active = "push" if side == "output" else "pull"
            if (resolved[key] or "push") != active:
                continue
            if key not in first:
                first[key] = c
                continue
            other = (
                "a Tee copies packets to several outputs"
                if side == "output"
                else ("a scheduler such as RoundRobinSched pulls from several inputs")
            )
            diags.error(
                "PM0504",
                f"illegal reuse of '{instances[name].label}' {active} {side} {port}",
                c.span,
                notes=(Note("it is already connected here", first[key].span),),
                hint=other,
                about=Note(instances[name].label, instances[name].element.span),
            )


def _report_pull_cycle(
    instances: Mapping[str, Instance],
    connections: Sequence[FlatConnection],
    resolved: Mapping[Key, Processing | None],
    diags: Diagnostics,
) -> None:
    """Report connections through which a pull would come back to where it is (PM0509)."""
    pulls = [c for c in connections if resolved[ends_of(c)[0]] == "pull"]
    by_target: dict[str, list[FlatConnection]] = {}
    for c in pulls:
        by_target.setdefault(c.target, []).append(c)

    def before(c: FlatConnection) -> list[FlatConnection]:
        """The connections that are pulled from when `c` is."""
        flow = instances[c.source].spec.flow
        return [
            b for b in by_target.get(c.source, []) if code_flows(flow, b.target_port, c.source_port)
        ]

    done: set[FlatConnection] = set()
    for start in pulls:
        path: list[tuple[FlatConnection, list[FlatConnection]]] = [(start, before(start))]
        while path:
            c, todo = path[-1]
            if c in done or not todo:
                done.add(c)
                path.pop()
                continue
            following = todo.pop()
            if any(following is on for on, _ in path):
                diags.error(
                    "PM0509",
                    f"packets are pulled in a circle: '{instances[c.source].label}' pulls, in the "
                    "end, from itself",
                    c.span,
                    hint="somewhere on the way there must be a Queue and an Unqueue",
                )
                return
            path.append((following, before(following)))


def _report_unused(
    instances: Mapping[str, Instance], connections: Sequence[FlatConnection], diags: Diagnostics
) -> None:
    used = {key for c in connections for key in ends_of(c)}
    sides: tuple[Side, Side] = ("input", "output")
    for name, x in instances.items():
        for side in sides:
            for port in range(x.count(side)):
                if (name, side, port) not in used:
                    diags.error(
                        "PM0505",
                        f"'{x.label}' {side} {port} unused",
                        x.element.span,
                        hint=_unused_hint(x, side, port),
                        about=Note(x.label, x.element.span),
                    )


def _unused_hint(x: Instance, side: Side, port: int) -> str:
    if side == "input":
        way = f"Idle -> [{port}]{x.element.name}" if port else f"Idle -> {x.element.name}"
        return f"connect something to it, or Idle if nothing ever comes: {way}"
    way = f"{x.element.name}[{port}]" if port else x.element.name
    return f"connect it, to Discard if packets end there: {way} -> Discard"


def merged(connections: Sequence[FlatConnection]) -> list[FlatConnection]:
    """Return the connections without those that say the same again, as Click merges them."""
    seen: dict[tuple[Key, Key], FlatConnection] = {}
    for c in connections:
        seen.setdefault(ends_of(c), c)
    return list(seen.values())
