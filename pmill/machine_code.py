"""From the text of a program to what is linked: clang, then LLVM. The driver's own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pmill.blame import blame
from pmill.diagnostics import fail
from pmill.elements import probe_unit
from pmill.toolchain import Compiler, CompilerError

if TYPE_CHECKING:
    from pmill.graph import PipelineGraph
    from pmill.llvm import Backend, Form
    from pmill.options import CompileOptions


def machine_code(
    source: Path,
    graph: PipelineGraph,
    options: CompileOptions,
    compiler: Compiler,
    form: Form,
) -> bytes:
    """Compile a whole program; clang's errors are told in the words of the configuration."""
    with _checks(source, graph, compiler):
        if llvmlite_can(compiler):
            bitcode = compiler.bitcode(source)
            return _backend(options).compile(bitcode, form)
        if form != "obj":
            raise fail("PM0706", f"--emit={form} needs LLVM passes run by pmill itself")
        return compiler.object(source).read_bytes()


def objects(
    source: Path,
    graph: PipelineGraph,
    options: CompileOptions,
    compiler: Compiler,
    *,
    halves: bool,
) -> list[Path]:
    """Compile a program to objects beside it; `halves`: two of them at once.

    Only the half that packets usually run through goes through pmill's LLVM passes then. Not with
    elements of the user's own: a variable of such a header may have internal linkage, and would be
    one in each half.
    """
    if not halves or compiler.include or not llvmlite_can(compiler):
        target = source.with_suffix(".o")
        target.write_bytes(machine_code(source, graph, options, compiler, "obj"))
        return [target]
    target = source.with_name("usual.o")
    with _checks(source, graph, compiler) as pool:
        usual = pool.submit(compiler.bitcode, source, "USUAL")  # first: it takes longer in all
        rest = pool.submit(compiler.object, source, "REST")
        target.write_bytes(_backend(options).compile(usual.result(), "obj"))
        return [target, rest.result()]


def llvmlite_can(compiler: Compiler) -> bool:
    """Whether pmill runs the LLVM passes itself: no sanitizer, and clang no newer than our LLVM."""
    from pmill.llvm import llvm_version

    return not compiler.sanitize and compiler.tools.clang_version[0] <= llvm_version()[0]


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


def _backend(options: CompileOptions) -> Backend:
    from pmill import llvm

    chosen = llvm.DEFAULT if options.level >= 3 else ()
    return llvm.Backend(
        march=options.march, passes=tuple(p for p in chosen if p.name not in options.disabled)
    )
