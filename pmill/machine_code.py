"""From the text of a program to what is linked: clang, then LLVM. The driver's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmill import contracts
from pmill.blame import blame
from pmill.diagnostics import Diagnostics, fail
from pmill.elements import probe_unit
from pmill.toolchain import Compiler, CompilerError

if TYPE_CHECKING:
    from pmill.graph import PipelineGraph
    from pmill.llvm import Backend, Form, Made
    from pmill.llvm.attribution import MachineFunction
    from pmill.options import CompileOptions
    from pmill.toolchain import Half


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """What is linked into a program, and what pmill's LLVM passes found in it: see `Made`."""

    paths: list[Path]
    report: dict[str, Any] = field(default_factory=dict)


def machine_code(
    source: Path,
    graph: PipelineGraph,
    options: CompileOptions,
    compiler: Compiler,
    form: Form,
    diags: Diagnostics,
) -> tuple[bytes, dict[str, Any]]:
    """Compile a whole program; clang's errors are told in the words of the configuration.

    Returns it and what the LLVM passes found. Broken contracts are errors of an object; who wants
    to read the code is shown it as it is.
    """
    with _checks(source, graph, compiler):
        if llvmlite_can(compiler):
            backend = _backend(graph, options, compiler)
            made = backend.compile(compiler.bitcode(source), form)
            if form == "obj":
                _hold_to_contracts(made, source, graph, options, compiler, diags, backend)
            return made.code, _named(made.report, graph)
        if form != "obj":
            raise fail("PM0706", f"--emit={form} needs LLVM passes run by pmill itself")
        return compiler.object(source).read_bytes(), {}


def objects(
    source: Path,
    graph: PipelineGraph,
    options: CompileOptions,
    compiler: Compiler,
    diags: Diagnostics,
    *,
    halves: bool,
) -> Objects:
    """Compile a program to objects beside it; `halves`: two of them at once.

    Only the half that packets usually run through goes through pmill's LLVM passes then. Not with
    elements of the user's own: a variable of such a header may have internal linkage, and would be
    one in each half.
    """
    if not halves or compiler.include or not llvmlite_can(compiler):
        target = source.with_suffix(".o")
        code, report = machine_code(source, graph, options, compiler, "obj", diags)
        target.write_bytes(code)
        return Objects(paths=[target], report=report)
    target = source.with_name("usual.o")
    with _checks(source, graph, compiler) as pool:
        usual = pool.submit(compiler.bitcode, source, "USUAL")  # first: it takes longer in all
        rest = pool.submit(compiler.object, source, "REST")
        backend = _backend(graph, options, compiler)
        made = backend.compile(usual.result(), "obj")
        _hold_to_contracts(made, source, graph, options, compiler, diags, backend, "USUAL")
        target.write_bytes(made.code)
        return Objects(paths=[target, rest.result()], report=_named(made.report, graph))


def attributed(
    source: Path,
    graph: PipelineGraph,
    options: CompileOptions,
    compiler: Compiler,
    *,
    instances: Sequence[str],
    halves: bool,
) -> list[MachineFunction]:
    """Count the machine instructions of a program, function by function, to its instances.

    It is the program that `objects` makes, instruction for instruction. PM0706 when clang alone
    compiles it.
    """
    from pmill.llvm.attribution import functions, marked

    if not llvmlite_can(compiler):
        raise fail("PM0706", "counting instructions needs LLVM passes run by pmill itself")
    halves = halves and not compiler.include
    with _checks(source, graph, compiler) as pool:
        rest = pool.submit(_rest, source, compiler, instances) if halves else None
        bitcode = compiler.bitcode(source, "USUAL" if halves else None, lines=True)
        backend = _backend(graph, options, compiler)
        ir = backend.compile(bitcode, "llvm").code.decode()
        found = functions(backend.assemble(marked(ir, instances)), instances)
        return found + (rest.result() if rest is not None else [])


def _rest(source: Path, compiler: Compiler, instances: Sequence[str]) -> list[MachineFunction]:
    from pmill.llvm.attribution import functions, marked

    ir = compiler.rest_as_text(source)
    ir.write_text(marked(ir.read_text(), instances))
    return functions(compiler.rest_as_assembly(ir).read_text(), instances)


def llvmlite_can(compiler: Compiler) -> bool:
    """Whether pmill runs the LLVM passes itself: no sanitizer, and clang no newer than our LLVM."""
    from pmill.llvm import llvm_version

    return not compiler.sanitize and compiler.tools.clang_version[0] <= llvm_version()[0]


def warn_newer_clang(compiler: Compiler, diags: Diagnostics) -> None:
    """Say that pmill's LLVM passes are left out, and why."""
    from pmill.llvm import llvm_version

    clang, llvm = compiler.tools.clang_version[0], llvm_version()[0]
    diags.warning(
        "PM0704",
        f"clang {clang} is newer than llvmlite's LLVM {llvm}: clang runs the optimiser and pmill's "
        "LLVM passes are left out",
        hint="install clang-19, or a newer llvmlite when there is one",
    )


@contextmanager
def _checks(source: Path, graph: PipelineGraph, compiler: Compiler) -> Iterator[ThreadPoolExecutor]:
    """Check meanwhile that clang reads the element headers as pmill does; blame for errors."""
    used = {e.spec.name: e.spec for e in graph.elements.values()}
    probes = [probe_unit([used[name]]) for name in sorted(used)]
    with ThreadPoolExecutor() as pool:
        checked: Future[None] = pool.submit(compiler.check, probes)
        pool.submit(import_module, "pmill.llvm.pipeline")  # it is large
        try:
            yield pool
            checked.result()
        except CompilerError as error:
            raise blame(error, source.read_text(), graph) from error


def _hold_to_contracts(
    made: Made,
    source: Path,
    graph: PipelineGraph,
    options: CompileOptions,
    compiler: Compiler,
    diags: Diagnostics,
    backend: Backend,
    half: Half | None = None,
) -> None:
    """Report the contracts that code breaks, as errors or, with --no-contracts, as warnings.

    Where they are broken only line tables tell, without which all is compiled faster: so the
    program is compiled once more with them.
    """
    if not made.broken:
        return
    located = backend.compile(compiler.bitcode(source, half, lines=True), "obj").broken
    contracts.report(located or made.broken, graph, diags, warn=not options.contracts)
    diags.stop_if_errors()


def _named(report: dict[str, Any], graph: PipelineGraph) -> dict[str, Any]:
    """Call instances by their names where a report has their numbers."""
    names = list(graph.elements)
    counted = report.get("field_access", {})
    return report | {"field_access": {names[int(n)]: fields for n, fields in counted.items()}}


def _backend(graph: PipelineGraph, options: CompileOptions, compiler: Compiler) -> Backend:
    from pmill import llvm

    off = set(options.disabled)
    if options.counted or any(c.call == "virtual" for c in graph.connections):
        off.add("contracts")  # atomic counters, or indirect calls: that is what was asked for
    chosen = llvm.DEFAULT if options.level >= 3 else ()
    passes = tuple(p for p in chosen if p.name not in off)
    counts = any(p.name == "field_access" for p in passes)
    fields = compiler.offsets("rte_mbuf.h", "rte_mbuf") if counts else {}
    return llvm.Backend(
        march=options.march, passes=passes, context=llvm.Context(buffer_fields=fields)
    )
