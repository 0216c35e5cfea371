"""Says which element a C++ error belongs to, in the words of the configuration."""

from __future__ import annotations

import re

from pmill.diagnostics import Diagnostic, DiagnosticError, Note, fail
from pmill.emit.lower import identifiers
from pmill.graph import Element, PipelineGraph
from pmill.toolchain import CompilerError, error_groups

_WHERE = re.compile(r"(?P<path>[^\s:]+\.(?:hh|cc)):(?P<line>\d+):(?P<column>\d+)")


def blame(error: CompilerError, text: str, graph: PipelineGraph) -> DiagnosticError:
    """Return clang's errors as diagnostics, each at the element whose code it is about."""
    refused = re.search(
        r"error: (?:unknown target CPU '([^']*)'|unsupported argument '([^']*)')", error.messages
    )
    if refused:
        what = "--march" if refused[1] is not None else "--sanitize"
        return fail(
            "PM0602",
            f"clang knows no {what} '{refused[1] or refused[2]}'",
            hint="see 'clang-19 --print-supported-cpus'" if what == "--march" else None,
        )
    idents = {ident: graph.elements[name] for name, ident in identifiers(graph.elements).items()}
    groups = error_groups(error.messages) or [error.messages]
    return DiagnosticError(tuple(_diagnostic(g, text, idents, graph) for g in groups))


def _diagnostic(
    group: str, text: str, idents: dict[str, Element], graph: PipelineGraph
) -> Diagnostic:
    element = _by_instance(group, text, idents) or _by_header(group, graph)
    first = next((line for line in group.splitlines() if " error: " in line), group.strip())
    said = first.split(" error: ", 1)[-1]
    if element is None:
        return Diagnostic(
            code="PM0708",
            message=f"the generated program does not compile: {said}",
            notes=(Note(group),),
            hint="this is a fault of pmill or of an element header, not of the configuration",
        )
    return Diagnostic(
        code="PM0707",
        message=f"'{element.label}' does not compile: {said}",
        span=element.span,
        notes=(Note(f"clang said:\n{group}"),),
        hint=f"look at {element.spec.header}; --emit=cpp shows how it is used",
    )


def _by_instance(group: str, text: str, idents: dict[str, Element]) -> Element | None:
    """Find the instance a message names, or whose lines of the generated text it points at."""
    lines = text.splitlines()
    for found in _WHERE.finditer(group):
        if not found["path"].endswith("program.cc"):
            continue
        for line in reversed(lines[: int(found["line"])]):
            if line.startswith("}"):
                break  # not in an instance: main, or the list of all
            declared = re.match(r"struct (\w+) \{", line)
            if declared and declared[1] in idents:
                return idents[declared[1]]
    for name in re.findall(r"(?:Self|Box)<(?:pmill::)?(?:program::)?(\w+)", group):
        if name in idents:
            return idents[name]
    return None


def _by_header(group: str, graph: PipelineGraph) -> Element | None:
    """Find the first element of the class whose header a message points at."""
    for found in _WHERE.finditer(group):
        for element in graph.elements.values():
            if found["path"].endswith("/" + element.spec.header):
                return element
    return None
