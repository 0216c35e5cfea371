"""Which elements must keep their arguments changeable: those whose handlers somebody writes.

An argument that a handler changes cannot be a constant. It is kept when the configuration says so
(`!value`), when it writes the handler itself (`END_CALL other.active false`, a Script), or when
the user asks for it (`--keep ELEMENT.HANDLER`, where `*` and `?` match any names). The others of
the element become constants all the same, but for a handler that is a function: nobody but the
compiler knows which arguments it changes, so with it all are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from pmill.diagnostics import Diagnostics, fail
from pmill.elaborate.references import candidates
from pmill.elements.spec import ElementSpec
from pmill.graph import HandlerUse, PipelineGraph

STANDARD = ("name", "class", "config", "ports", "handlers")
GLOBAL = ("version", "config", "flatconfig", "list", "requirements", "handlers", "stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """What a handler can do; `keeps`: the arguments, by member, that must be kept to write it."""

    reads: bool
    writes: bool = False
    keeps: frozenset[str] = frozenset()


# Of what workers run: whether they do, how often, and which of them.
TASK = {
    name: Handler(reads=True, writes=True, keeps=frozenset((name,)))
    for name in ("scheduled", "tickets", "home_thread")
}


# An element, and what of it must stay changeable.
Kept = tuple[str, frozenset[str]]


def handlers_of(spec: ElementSpec) -> dict[str, Handler]:
    """Return the handlers of an element class by name."""
    found = {name: Handler(reads=True) for name in (*STANDARD, *(c.name for c in spec.counters))}
    for arg in spec.arguments:
        if arg.handler:
            name, writable = arg.handler
            keeps = frozenset((arg.name,)) if writable else frozenset[str]()
            found[name] = Handler(reads=True, writes=writable, keeps=keeps)
    every = frozenset(arg.name for arg in spec.arguments)
    for h in spec.handlers:
        keeps = frozenset[str]() if h.keeps is None else every
        found[h.name] = Handler(reads=h.reads, writes=h.writes, keeps=keeps)
    return found


def keep(graph: PipelineGraph, asked: Iterable[str], diags: Diagnostics) -> PipelineGraph:
    """Mark the elements whose arguments must stay changeable; report calls that cannot be."""
    of_class = {e.spec.name: handlers_of(e.spec) for e in graph.elements.values()}
    known = {
        name: of_class[e.spec.name] | TASK if e.runs else of_class[e.spec.name]
        for name, e in graph.elements.items()
    }
    kept = {
        name: {member for member, value in e.arguments.items() if value.marked}
        for name, e in graph.elements.items()
    }
    for name, element in graph.elements.items():
        for value in element.arguments.values():
            for use in value.uses:
                for target, members in _written(use, name, known, diags):
                    kept[target] |= members
    for pattern in asked:
        for target, members in _asked(pattern, known):
            kept[target] |= members
    return graph.with_elements(
        replace(e, kept=frozenset(kept[name])) if kept[name] else e
        for name, e in graph.elements.items()
    )


def resolve(name: str, context: str, known: Iterable[str]) -> str | None:
    """Find an element as Click does: in the compound of `context`, then in those around it."""
    names = set(known)
    return next((full for full in candidates(name, context) if full in names), None)


def _written(
    use: HandlerUse, context: str, known: Mapping[str, dict[str, Handler]], diags: Diagnostics
) -> list[Kept]:
    """What a call of the configuration changes."""
    element, dot, name = use.path.rpartition(".")
    if "$" in use.path:  # known only when it runs: whatever it may mean
        return [
            (e, h.keeps)
            for e, handlers in known.items()
            if "$" in element or resolve(element, context, known) == e
            for n, h in handlers.items()
            if "$" in name or n == name
        ]
    if not dot:
        if name not in GLOBAL:
            _unknown(use, f"no '{name}' handler", diags)
        return []
    target = resolve(element, context, known)
    if target is None:
        _unknown(use, f"no element '{element}'", diags)
        return []
    handler = known[target].get(name)
    if handler is None:
        _unknown(use, f"no '{use.path}' handler", diags)
        return []
    if not handler.writes:
        _unknown(use, f"'{use.path}' is a read handler", diags)
    return [(target, handler.keeps)]


def _unknown(use: HandlerUse, message: str, diags: Diagnostics) -> None:
    """Report a call that cannot be made, unless the program may never make it."""
    if not use.certain:
        return
    diags.error("PM0442", message, use.span, hint="handlers of an element: pmill elements CLASS")


def _asked(pattern: str, known: Mapping[str, dict[str, Handler]]) -> list[Kept]:
    element, dot, name = pattern.rpartition(".")
    if not dot:
        raise fail("PM0602", f"--keep '{pattern}': write ELEMENT.HANDLER")
    elements = [e for e in known if fnmatchcase(e, element)]
    if not elements:
        raise fail("PM0602", f"--keep '{pattern}': there is no element '{element}'")
    kept = [
        (e, h.keeps)
        for e in elements
        for n, h in known[e].items()
        if h.keeps and fnmatchcase(n, name)
    ]
    if not kept:
        writable = sorted({n for e in elements for n, h in known[e].items() if h.keeps})
        raise fail(
            "PM0602",
            f"--keep '{pattern}': no handler '{name}' that changes an argument",
            hint=f"there are: {', '.join(writable)}" if writable else None,
        )
    return kept
