"""All there is to say of a compilation, as data."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pmill import driver
from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.emit import EmitPlan, lower, render
from pmill.explain.layout import LayoutTable, layout_table
from pmill.explain.machine import MachineCode, machine_code
from pmill.graph import PipelineGraph
from pmill.model import Model, decided
from pmill.options import CompileOptions
from pmill.passes import PassReport

if TYPE_CHECKING:
    from pmill.toolchain import Compiler

_STRUCT = re.compile(r"^(?://[^\n]*\n)?struct (?P<ident>\w+) \{\n.*?^\};\n", re.M | re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A compilation: graphs, passes, the C++ text, its machine code and its layout.

    `machine` is None where it cannot be counted, and `uncounted` says why then.
    """

    before: PipelineGraph
    after: PipelineGraph
    options: CompileOptions
    model: Model
    reports: tuple[PassReport, ...]
    plan: EmitPlan
    text: str
    machine: MachineCode | None
    uncounted: str
    layout: LayoutTable

    @property
    def idents(self) -> dict[str, str]:
        """The C++ identifier of each element that is left."""
        return {i.name: i.ident for i in self.plan.instances}

    def generated(self) -> dict[str, str]:
        """Return the C++ text of each element that is left, by its name."""
        found = {m["ident"]: m[0] for m in _STRUCT.finditer(self.text)}
        return {name: found[ident] for name, ident in self.idents.items()}


def explain(source: Source, options: CompileOptions, diags: Diagnostics) -> Explanation:
    """Compile a configuration as `pmill compile` does, and say what came out.

    Raises DiagnosticError when it cannot be compiled.
    """
    before, reports = driver.stages(source, options, diags)
    after = reports[-1].graph
    options, model = decided(after, options, diags)
    plan = lower(after)
    text = render(plan)
    compiler = driver.compiler_for(options)
    with tempfile.TemporaryDirectory(prefix="pmill-") as folder, ThreadPoolExecutor() as pool:
        work = Path(folder)
        (work / "program.cc").write_text(text)
        counted = pool.submit(_counted, work / "program.cc", after, options, compiler, plan)
        table = _table(before, after, plan, work, compiler)
        machine, uncounted = counted.result()
    return Explanation(
        before=before,
        after=after,
        options=options,
        model=model,
        reports=tuple(reports),
        plan=plan,
        text=text,
        machine=machine,
        uncounted=uncounted,
        layout=table,
    )


def layout_of(source: Source, options: CompileOptions, diags: Diagnostics) -> LayoutTable:
    """Return where the metadata and the state of a program lie."""
    before, reports = driver.stages(source, options, diags)
    after = reports[-1].graph
    options, _ = decided(after, options, diags)
    plan = lower(after)
    with tempfile.TemporaryDirectory(prefix="pmill-") as folder:
        work = Path(folder)
        (work / "program.cc").write_text(render(plan))
        return _table(before, after, plan, work, driver.compiler_for(options))


def _table(
    before: PipelineGraph, after: PipelineGraph, plan: EmitPlan, work: Path, compiler: Compiler
) -> LayoutTable:
    """Ask clang for the layout of the program, and of the one that no pass has touched."""
    (work / "before.cc").write_text(render(lower(before)))
    dumps = (compiler.records(work / "before.cc"), compiler.records(work / "program.cc"))
    return layout_table(after, plan, dumps)


def _counted(
    text: Path, graph: PipelineGraph, options: CompileOptions, compiler: Compiler, plan: EmitPlan
) -> tuple[MachineCode | None, str]:
    from pmill.machine_code import attributed

    idents = [i.ident for i in plan.instances]
    try:
        functions = attributed(text, graph, options, compiler, instances=idents, halves=plan.halves)
    except DiagnosticError as error:
        (diagnostic,) = error.diagnostics
        if diagnostic.code != "PM0706":
            raise
        return None, diagnostic.message
    return machine_code(functions), ""


def hot_path(graph: PipelineGraph) -> Iterator[str]:
    """Yield the elements that packets usually reach, each once, in the order of their ways."""
    todo = [e.name for e in reversed(list(graph.elements.values())) if e.spec.source or e.drives]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        following = [c.target.element for c in graph.outgoing(name) if c.call != "cold"]
        following += [c.source.element for c in graph.incoming(name) if not graph.is_push(c)]
        todo += reversed(following)
