"""Says which element breaks a contract of per-packet code, in the words of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pmill.diagnostics import Diagnostics, Note
from pmill.emit.lower import identifiers
from pmill.graph import Element, PipelineGraph

if TYPE_CHECKING:
    from pmill.llvm import Broken, Frame

# An instance in a mangled name: the length of its identifier, and the identifier.
_INSTANCE = re.compile(r"7program(\d+)")

_HINTS = {
    "indirect call": "call it by its name; where it must be chosen at run time, switch over it",
    "allocation": "take what it needs in initialize(self), or in a cold function (PMILL_COLD)",
    "lock": "keep the state per worker, or let the Spec say shared and hold self.lock()",
    "atomic": "keep the state per worker; read handlers add up what workers count",
    "exception": "report what is wrong in a counter",
    "copy of unknown size": "copy a fixed number of bytes, or in a cold function (PMILL_COLD)",
    "stack": "keep it in State, one object a worker",
}


def report(
    broken: Iterable[Broken], graph: PipelineGraph, diags: Diagnostics, *, warn: bool
) -> None:
    """Report broken contracts, each at the element in whose code it is broken, once."""
    say = diags.warning if warn else diags.error
    order = list(graph.elements.values())
    idents = {ident: graph.elements[name] for name, ident in identifiers(graph.elements).items()}
    seen: set[tuple[str, str, Note]] = set()
    for b in broken:
        element, where = _place(b, idents)
        if element is None and b.instance < len(order):
            element = order[b.instance]
        label = f"'{element.label}'" if element else "the program"
        if (label, b.what, where) in seen:
            continue
        seen.add((label, b.what, where))
        say(
            "PM0620",
            f"{label} {b.what} for packets that take the usual way",
            None if element is None else element.span,
            notes=(where,),
            hint=f"{_HINTS[b.contract]}; --no-contracts lets it pass",
            about=None if element is None else Note(element.label, element.span),
        )


def _place(broken: Broken, idents: dict[str, Element]) -> tuple[Element | None, Note]:
    """The element that an instruction belongs to, and where in which file it stands."""
    own = Note(f"{broken.contract}: in {_readable(broken.symbol)}")
    for frame in broken.frames:
        element = _instance(frame.symbol, idents)
        if element is not None:
            inner = _in_header(broken.frames, element) or broken.frames[0]
            return element, Note(f"{broken.contract}: at {_line(inner)}")
    if broken.frames:
        own = Note(f"{broken.contract}: at {_line(broken.frames[0])}")
    return _instance(broken.symbol, idents), own


def _in_header(frames: tuple[Frame, ...], element: Element) -> Frame | None:
    """The innermost frame that is in the element's own header."""
    return next((f for f in frames if f.file.endswith(element.spec.header)), None)


def _instance(symbol: str, idents: dict[str, Element]) -> Element | None:
    for found in _INSTANCE.finditer(symbol):
        ident = symbol[found.end() : found.end() + int(found[1])]
        if ident in idents:
            return idents[ident]
    return None


def _line(frame: Frame) -> str:
    """The last parts of a path, as element headers are named, and the line."""
    return f"{'/'.join(frame.file.split('/')[-2:])}:{frame.line}, in {_readable(frame.symbol)}"


def _readable(symbol: str) -> str:
    """The names in a mangled one, without what it is a template of."""
    if not symbol.startswith("_Z"):
        return symbol
    at = re.match(r"_ZZ*(?:L|N[KrVRO]*)?", symbol)
    rest = symbol[at.end() :] if at else symbol
    names = []
    while found := re.match(r"L?(\d+)", rest):
        length = int(found[1])
        names.append(rest[found.end() : found.end() + length])
        rest = rest[found.end() + length :]
    return "::".join(n for n in names if n != "pmill") or symbol
