"""How often the blocks of hot code run for a packet, as far as branch weights tell.

A turn handles a burst: the loop over its packets is the one with the most code of its own, and one
round of it is a packet. From its head probabilities flow along the branches: by their weights where
they have any, evenly where they have none, and never to what is rarely taken. A loop inside counts
once, for nobody knows how long it is; where there is no loop, a turn is a packet. This is an
estimate for ordering fields, not a measurement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pmill.llvm.hot import HotCode
from pmill.llvm.ir import Module


def frequencies(module: Module, codes: Iterable[HotCode]) -> list[dict[str, float]]:
    """Return for each hot code how often each of its blocks runs for a packet.

    What is called from hot code runs as often as the blocks that call it, in front of it.
    """
    calls: dict[str, float] = {}
    found = []
    for code in codes:
        begin = 1.0 if code.called is None else min(calls.get(code.function.name, 1.0), 1.0)
        own = {n: begin * f for n, f in _of_one(module, code).items()}
        for block, instructions in code.blocks:
            for i in instructions:
                if i.callee.startswith("@"):
                    name = i.callee[1:]
                    calls[name] = calls.get(name, 0.0) + own.get(block.name, 0.0)
        found.append(own)
    return found


def _of_one(module: Module, code: HotCode) -> dict[str, float]:
    edges = _edges(module, code)
    order = [b.name for b, _ in code.blocks]
    loop = packet_loop(code, edges) if code.called is None else frozenset()
    inside = [n for n in order if not loop or n in loop]
    if not inside:
        return {}
    entered = {t for n in order if n not in loop for t in edges[n]}
    head = next((n for n in inside if n in entered), inside[0]) if loop else inside[0]
    return _flow(head, frozenset(inside), edges)


def _edges(module: Module, code: HotCode) -> dict[str, dict[str, float]]:
    """The ways between hot blocks, each with its probability."""
    names = {b.name for b, _ in code.blocks}
    edges: dict[str, dict[str, float]] = {}
    for block, _ in code.blocks:
        targets, weights = block.successors, module.weights(block)
        if len(weights) != len(targets):
            weights = [1] * len(targets)
        ways: dict[str, float] = {}
        for target, weight in zip(targets, weights, strict=True):
            if target in names:
                ways[target] = ways.get(target, 0.0) + weight
        total = sum(ways.values())
        edges[block.name] = {t: w / total for t, w in ways.items()} if total else {}
    return edges


def packet_loop(code: HotCode, edges: Mapping[str, Mapping[str, float]]) -> frozenset[str]:
    """The blocks of the loop with the most code that is in no loop inside it; empty for none."""
    sizes = {b.name: len(instructions) for b, instructions in code.blocks}
    best, most = frozenset[str](), 0
    todo = [frozenset(sizes)]
    while todo:
        area = todo.pop()
        for loop in _loops(area, edges):
            heads = {t for n in sizes if n not in loop for t in edges[n]} & loop
            rest = loop - (heads or {min(loop)})
            inner = _loops(rest, edges)
            own = sum(sizes[n] for n in loop) - sum(sizes[n] for part in inner for n in part)
            if own > most:
                best, most = loop, own
            todo.append(rest)
    return best


def _loops(area: frozenset[str], edges: Mapping[str, Mapping[str, float]]) -> list[frozenset[str]]:
    """The strongly connected parts of an area that are loops (Tarjan, 1972, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    loops: list[frozenset[str]] = []
    for root in sorted(area):
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        work = [(root, iter(edges[root]))]
        while work:
            node, ways = work[-1]
            for target in ways:
                if target not in area:
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    work.append((target, iter(edges[target])))
                    break
                if target in stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = frozenset(stack[stack.index(node) :])
                    del stack[stack.index(node) :]
                    if len(part) > 1 or node in edges[node]:
                        loops.append(part)
    return loops


def _flow(
    head: str, area: frozenset[str], edges: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """Let 1 flow from the head through an area, each way back left out."""
    order: list[str] = []
    state: dict[str, bool] = {head: False}  # whether all behind it is ordered
    back: set[tuple[str, str]] = set()
    work = [(head, iter(edges[head]))]
    while work:
        node, ways = work[-1]
        for target in ways:
            if target not in area:
                continue
            if target not in state:
                state[target] = False
                work.append((target, iter(edges[target])))
                break
            if not state[target]:
                back.add((node, target))
        else:
            work.pop()
            state[node] = True
            order.append(node)
    found = dict.fromkeys(order, 0.0) | {head: 1.0}
    for node in reversed(order):
        for target, share in edges[node].items():
            if target in found and (node, target) not in back:
                found[target] += found[node] * share
    return found
