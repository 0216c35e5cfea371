"""Click's codes for ports: how many an element has, push or pull, which inputs reach which outputs.

A code is `inputs/outputs`; without a slash one side stands for both.

* ports: `2`, `1-2`, `1-`, `-3`, `-`; as outputs also `=`, as many as inputs, and `=+`, one more.
* processing: a letter for each port, the last repeats: `h` push, `l` pull, `a` agnostic.
* flow: a code for each port, the last repeats: a letter, a set `[xy]` or `[^x]`, or `#`, the
  port's own number. A packet can go from an input to an output whose codes share a letter.
"""

from __future__ import annotations

import re
from functools import cache

from pmill.graph.model import Element, PipelineGraph, Processing

_COUNT = re.compile(r"(?P<low>\d*)(?P<dash>-?)(?P<high>\d*)")
_FLOW_PORT = re.compile(r"\[\^?[^\]]*\]|.")
_PROCESSING: dict[str, Processing | None] = {"h": "push", "l": "pull", "a": None}


def port_counts(code: str, inputs: int, outputs: int) -> tuple[int, int] | None:
    """Return how many ports an element has when so many are used; None for a wrong code.

    The used numbers are clamped into what the code allows, so that a port too many and a port
    too few can both be reported as what they are.
    """
    left, _, right = code.partition("/") if "/" in code else (code, "", code)
    ninputs = _clamped(left, inputs)
    if ninputs is None:
        return None
    if re.fullmatch(r"=\+*", right):
        return ninputs, ninputs + len(right) - 1
    noutputs = _clamped(right, outputs)
    return None if noutputs is None else (ninputs, noutputs)


def _clamped(code: str, used: int) -> int | None:
    m = _COUNT.fullmatch(code)
    if m is None or not code or (m["high"] and not m["dash"]):
        return None
    low = int(m["low"] or 0)
    if not m["dash"]:
        return low
    return min(max(used, low), int(m["high"])) if m["high"] else max(used, low)


def processing(code: str, inputs: int, outputs: int) -> tuple[list[Processing | None], ...]:
    """Return what the code says of each input and of each output; None is agnostic."""
    left, _, right = code.partition("/") if "/" in code else (code, "", code)
    return _letters(left, inputs), _letters(right, outputs)


def _letters(code: str, count: int) -> list[Processing | None]:
    padded = (code or "a").ljust(count, (code or "a")[-1])
    return [_PROCESSING.get(letter) for letter in padded[:count]]


def flows(element: Element, source: int, target: int) -> bool:
    """Return whether packets that enter input `source` can leave on output `target`."""
    return code_flows(element.spec.flow, source, target)


def queues_ahead(graph: PipelineGraph, element: Element) -> tuple[str, ...]:
    """Return what may become full behind an element that minds, as packets are pushed."""
    if not element.spec.yields:
        return ()
    reached, waiting = {element.name}, [element.name]
    while waiting:
        for c in graph.outgoing(waiting.pop()):
            target = c.target.element
            if graph.is_push(c) and target not in reached:
                reached.add(target)
                if not graph.elements[target].spec.fills:
                    waiting.append(target)
    return tuple(n for n, e in graph.elements.items() if n in reached and e.spec.fills)


@cache
def code_flows(code: str, source: int, target: int) -> bool:
    """Return what `flows` says of an element with this flow code."""
    left, _, right = code.partition("/") if "/" in code else (code, "", code)
    taken, refused = _flow_set(left, source)
    given, withheld = _flow_set(right, target)
    if refused and withheld:
        return True  # two complements of finite sets always share something
    if refused or withheld:
        return bool((given - taken) if refused else (taken - given))
    return bool(taken & given)


def _flow_set(code: str, port: int) -> tuple[frozenset[str], bool]:
    """Return the letters of a port's code and whether they are the ones it does not have."""
    ports = _FLOW_PORT.findall(code) or ["x"]
    text = ports[min(port, len(ports) - 1)]
    complement = text.startswith("[^")
    letters = text.strip("[]").removeprefix("^")
    return frozenset(f"#{port}" if c == "#" else c for c in letters), complement
