"""What memory the parameters of internal functions point into: what all their callers hand them.

The order and the number of parameters say nothing once O3 has removed and split them. But a
function that only this module knows is handed what its calls in this module hand it; a parameter
points into what the arguments of all of them do. A function that calls itself, or is called in a
cycle, counts on what the others hand it (the greatest solution of the equations, from above).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pmill.llvm.ir import Function, Instruction, Module, arguments, parameters
from pmill.llvm.pointers import Given, Memory, Pointers


def pointers_of(module: Module, wanted: Iterable[Function]) -> dict[str, Pointers]:
    """Return the pointers of some functions, whose parameters are known where they can be."""
    functions = list(wanted)
    given: dict[str, Given] = {f.name: _nothing_said(module, f) for f in functions}
    calls = {f.name: list(_calls(module, f)) for f in functions if _is_internal(f)}
    inside = {
        f.name: Pointers(module, f, given.get(f.name, {}))
        for f in {c.name: c for found in calls.values() for c, _ in found}.values()
    }
    inside |= {f.name: Pointers(module, f, given[f.name]) for f in functions}
    changed = True
    while changed:
        changed = False
        for function in functions:
            for caller, call in calls.get(function.name, []):
                handed = zip(given[function.name], arguments(call), strict=False)
                for name, argument in list(handed):
                    before = given[function.name][name]
                    after = _merged(before, argument, inside[caller.name])
                    if after != before:
                        given[function.name][name] = after
                        changed = True
    return {f.name: inside[f.name] for f in functions}


def _merged(
    before: frozenset[Memory] | None, argument: str, pointers: Pointers
) -> frozenset[Memory] | None:
    """The kinds of a parameter that is handed one more argument; None: any."""
    if before is None or not argument.startswith("ptr "):
        return None
    if argument.endswith(" null"):
        return before
    found = pointers.kinds(argument.rsplit(" ", 1)[1])
    return None if found is None else before | found


def _nothing_said(module: Module, function: Function) -> Given:
    """Parameters before their callers were looked at: nothing, or of others' functions anything."""
    known = _is_internal(function) and not _is_taken(module, function)
    return {
        p.rsplit(" ", 1)[1]: frozenset()
        if known and p.startswith("ptr ") and not _is_copy(p)
        else None
        for p in parameters(function)
    }


def _is_copy(parameter: str) -> bool:
    """Whether the callee has a copy of its own, on the stack."""
    return "byval(" in parameter or "sret(" in parameter


def _is_internal(function: Function) -> bool:
    return function.head.startswith(("define internal ", "define private "))


def _is_taken(module: Module, function: Function) -> bool:
    """Whether a function is used in any other way than being called."""
    name = re.escape(function.name)
    used = re.compile(rf'@"?{name}"?(?![\w$.-])(?!\()')
    return any(used.search(line) for line in module.lines)


def _calls(module: Module, function: Function) -> Iterator[tuple[Function, Instruction]]:
    """The calls of a function, each with the function it is in."""
    sought = f"@{function.name}("
    for caller in module.functions.values():
        if not any(sought in line for line in caller.lines[1:]):
            continue
        for instruction in caller.instructions:
            if instruction.callee == f"@{function.name}":
                yield caller, instruction
