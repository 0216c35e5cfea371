"""The layers of one level: which connections go back, and how far down everything stands.

A level is a compound seen from inside; its nodes are elements, compounds and the borders' pins.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

NodeId = Hashable
PinId = Hashable
Rank = Literal["first", "inner", "last"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What stands on a level; pins are offsets from its left side, along its top and bottom."""

    id: NodeId
    width: float
    height: float
    tops: Mapping[PinId, float]
    bottoms: Mapping[PinId, float]
    rank: Rank = "inner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """From a pin at the bottom of a node to one at the top of another."""

    source: NodeId
    source_pin: PinId
    target: NodeId
    target_pin: PinId


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The layer of each node, from 0 downwards, and the edges that do not lead downwards."""

    of: Mapping[NodeId, int]
    back: frozenset[Edge]
    count: int


def layers_of(nodes: Sequence[Node], edges: Sequence[Edge]) -> Layers:
    """Return layers in which edges lead down, but for as few as close cycles."""
    outgoing: dict[NodeId, list[Edge]] = {node.id: [] for node in nodes}
    for edge in edges:
        outgoing[edge.source].append(edge)
    back, order = _walk(nodes, outgoing, {edge.target for edge in edges})
    down = {n: [e.target for e in es if e not in back] for n, es in outgoing.items()}
    firsts = {node.id for node in nodes if node.rank == "first"}
    lasts = {node.id for node in nodes if node.rank == "last"}
    # Pins have their layers for themselves.
    layer = {node.id: 1 if firsts and node.id not in firsts else 0 for node in nodes}
    for name in order:
        for target in down[name]:
            layer[target] = max(layer[target], layer[name] + 1)
    for name in lasts:
        layer[name] = 1 + max((n for m, n in layer.items() if m not in lasts), default=-1)
    led_to = {target for targets in down.values() for target in targets}
    for name in reversed(order):
        # What nothing leads down to need not stand at the top.
        if name not in led_to | firsts and down[name]:
            layer[name] = min(layer[target] for target in down[name]) - 1
    return Layers(of=layer, back=frozenset(back), count=max(layer.values(), default=-1) + 1)


def _walk(
    nodes: Sequence[Node], outgoing: Mapping[NodeId, list[Edge]], targets: set[NodeId]
) -> tuple[set[Edge], list[NodeId]]:
    """Walk depth first; return the edges that close cycles, and the nodes, sources first."""
    starts = [n.id for n in nodes if n.id not in targets] + [n.id for n in nodes]
    open_: set[NodeId] = set()
    done: list[NodeId] = []
    seen: set[NodeId] = set()
    back: set[Edge] = set()
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        open_.add(start)
        stack = [(start, iter(outgoing[start]))]
        while stack:
            name, edges = stack[-1]
            for edge in edges:
                if edge.target in open_:
                    back.add(edge)
                elif edge.target not in seen:
                    seen.add(edge.target)
                    open_.add(edge.target)
                    stack.append((edge.target, iter(outgoing[edge.target])))
                    break
            else:
                open_.discard(name)
                done.append(name)
                stack.pop()
    return back, done[::-1]
