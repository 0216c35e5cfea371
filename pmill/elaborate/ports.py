"""Ports: every element gets as many as are used, and each becomes push or pull.

The order of the checks is Click's: port ranges; push/pull resolution; then, when that agrees,
ports used twice that can be used only once; ports not used at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pmill.diagnostics import Diagnostics, Note
from pmill.elements.spec import ElementSpec
from pmill.graph import Processing
from pmill.graph.flow import code_flows, port_counts, processing
from pmill.syntax.flat import FlatConnection, FlatElement

Side = Literal["input", "output"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """How each port of an element works."""

    inputs: tuple[Processing, ...]
    outputs: tuple[Processing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An element with its class, and how many of its ports are used."""

    element: FlatElement
    spec: ElementSpec
    inputs: int
    outputs: int

    @property
    def label(self) -> str:
        """`name :: Class`, as messages write it."""
        return f"{self.element.name} :: {self.spec.name}"

    def count(self, side: Side) -> int:
        """Return the number of inputs or of outputs."""
        return self.inputs if side == "input" else self.outputs


# A port of a side of an element, as a key of tables.
_Key = tuple[str, Side, int]


def count_ports(
    elements: Sequence[tuple[FlatElement, ElementSpec]],
    connections: Sequence[FlatConnection],
    diags: Diagnostics,
) -> dict[str, Instance]:
    """Give each element the ports its class and its connections ask for (PM0508)."""
    used: dict[tuple[str, Side], int] = {}
    for c in connections:
        for name, side, port in _ends(c):
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
    resolved = _propagate(instances, valid)
    if _report_conflicts(instances, valid, resolved, diags):
        return {}
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


def _ends(c: FlatConnection) -> tuple[_Key, _Key]:
    return (c.source, "output", c.source_port), (c.target, "input", c.target_port)


def _in_range(c: FlatConnection, instances: Mapping[str, Instance], diags: Diagnostics) -> bool:
    good = True
    for name, side, port in _ends(c):
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


def _inner_edges(x: Instance, known: Mapping[_Key, Processing | None]) -> list[tuple[_Key, _Key]]:
    """The agnostic inputs and outputs of an element that must agree."""
    name = x.element.name
    return [
        ((name, "input", i), (name, "output", o))
        for i in range(x.inputs)
        for o in range(x.outputs)
        if known[name, "input", i] is None
        and known[name, "output", o] is None
        and code_flows(x.spec.flow, i, o)
    ]


def _codes(instances: Mapping[str, Instance]) -> dict[_Key, Processing | None]:
    known: dict[_Key, Processing | None] = {}
    for name, x in instances.items():
        inputs, outputs = processing(x.spec.processing, x.inputs, x.outputs)
        known |= {(name, "input", i): p for i, p in enumerate(inputs)}
        known |= {(name, "output", o): p for o, p in enumerate(outputs)}
    return known


def _propagate(
    instances: Mapping[str, Instance], connections: Sequence[FlatConnection]
) -> dict[_Key, Processing | None]:
    """Spread push and pull from the ports that say so to the agnostic ones, to the fixpoint."""
    known = _codes(instances)
    neighbours: dict[_Key, list[_Key]] = {key: [] for key in known}
    edges = [_ends(c) for c in connections]
    for x in instances.values():
        edges += _inner_edges(x, known)
    for a, b in edges:
        neighbours[a].append(b)
        neighbours[b].append(a)
    work = [key for key, p in known.items() if p is not None]
    for key in work:  # grows while it is walked: breadth first, in the configuration's order
        for other in neighbours[key]:
            if known[other] is None:
                known[other] = known[key]
                work.append(other)
    return known


def _report_conflicts(
    instances: Mapping[str, Instance],
    connections: Sequence[FlatConnection],
    resolved: Mapping[_Key, Processing | None],
    diags: Diagnostics,
) -> bool:
    found = False
    for c in connections:
        source, target = _ends(c)
        if resolved[source] != resolved[target]:
            found = True
            a, b = instances[c.source], instances[c.target]
            diags.error(
                "PM0502",
                f"'{a.label}' {resolved[source]} output {c.source_port} connected to "
                f"'{b.label}' {resolved[target]} input {c.target_port}",
                c.span,
                notes=tuple(
                    Note(f"'{x.element.name}' is declared here", x.element.span) for x in (a, b)
                ),
                hint="between push and pull there must be a Queue (push to pull) "
                "or an Unqueue (pull to push)",
            )
    codes = _codes(instances)
    for x in instances.values():
        for source, target in _inner_edges(x, codes):
            if resolved[source] != resolved[target]:
                found = True
                _report_mixed(x, source, target, connections, resolved, diags)
    return found


def _report_mixed(
    x: Instance,
    source: _Key,
    target: _Key,
    connections: Sequence[FlatConnection],
    resolved: Mapping[_Key, Processing | None],
    diags: Diagnostics,
) -> None:
    def because(key: _Key) -> Note | None:
        c = next((c for c in connections if key in _ends(c)), None)
        text = f"{key[1]} {key[2]} is {resolved[key]} because of this connection"
        return None if c is None else Note(text, c.span)

    diags.error(
        "PM0503",
        f"agnostic '{x.label}' in mixed context: {resolved[source]} input {source[2]}, "
        f"{resolved[target]} output {target[2]}",
        x.element.span,
        notes=tuple(note for note in (because(source), because(target)) if note is not None),
        hint="packets cannot enter by push and leave by pull, or the other way round, "
        "without a Queue or an Unqueue",
    )


def _report_reuse(
    instances: Mapping[str, Instance],
    connections: Sequence[FlatConnection],
    resolved: Mapping[_Key, Processing | None],
    diags: Diagnostics,
) -> None:
    """Report push outputs and pull inputs with a second connection: packets could go to one."""
    first: dict[_Key, FlatConnection] = {}
    for c in connections:
        for key in _ends(c):
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
    resolved: Mapping[_Key, Processing | None],
    diags: Diagnostics,
) -> None:
    """Report connections through which a pull would come back to where it is (PM0509)."""
    pulls = [c for c in connections if resolved[_ends(c)[0]] == "pull"]
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
    used = {key for c in connections for key in _ends(c)}
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
    seen: dict[tuple[_Key, _Key], FlatConnection] = {}
    for c in connections:
        seen.setdefault(_ends(c), c)
    return list(seen.values())
