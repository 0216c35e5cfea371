"""The compiler as one function: it reads from top to bottom and can stop after any stage."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmill import __version__, cache, programs
from pmill.diagnostics import Diagnostics, Source, did_you_mean, fail
from pmill.options import CompileOptions
from pmill.resources import grammar_dir, runtime_dir, templates_dir

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pmill.elements import ElementLibrary
    from pmill.emit import EmitPlan
    from pmill.graph import PipelineGraph
    from pmill.passes import Pass, PassReport
    from pmill.syntax import FlatConfig
    from pmill.toolchain import Compiler

STAGES = ("tree", "graph", "plan", "cpp", "llvm", "asm", "obj", "exe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a compilation made: text or bytes of an early stage, or a program in the cache.

    `report` tells about a program: elements and connections, one entry a pass with its name,
    summary and whether it ran, the facts of its warnings, and its manifest. `cached`: nothing had
    to be compiled; `warnings` are those of when it was. `made_of` are the files that were read
    beside the configuration, of stages from the plan on.
    """

    data: bytes | None = None
    program: Path | None = None
    report: dict[str, Any] | None = None
    cached: bool = False
    warnings: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()


Progress = Callable[[str], None]


def compile_config(
    source: Source,
    options: CompileOptions,
    diags: Diagnostics,
    *,
    emit: str = "exe",
    progress: Progress = lambda _: None,
    pipeline: Sequence[Pass] | None = None,
) -> Product:
    """Compile a configuration and stop after stage `emit`.

    `emit` is one of STAGES or `graph@PASS`; `pipeline` are the passes over the graph, None: those
    of `pmill.passes.DEFAULT`. Raises DiagnosticError when the configuration, the
    options or the machine make it impossible; messages of success are left in `diags`.
    """
    if emit == "exe":
        return _program(source, options, diags, progress, pipeline)
    front = _front(source, options, diags, emit, pipeline)
    if isinstance(front, bytes):
        return Product(data=front)
    files = programs.made_of(source, options, front.all, element_directories(options, diags))
    return Product(data=_back(front.graph, options, emit, diags), made_of=files)


def flat_config(
    source: Source, options: CompileOptions, diags: Diagnostics
) -> tuple[FlatConfig, ElementLibrary]:
    """Return the elements and connections a configuration means, and all classes there are.

    Raises DiagnosticError when it cannot be parsed; elements of unknown classes are reported in
    `diags` and kept.
    """
    from pmill.elements import ElementLibrary
    from pmill.syntax import flatten, include_libraries, parse

    library = ElementLibrary.load(options.include, diags)
    diags.stop_if_errors()
    config = include_libraries(parse(source, diags), options.library_path, diags)
    return flatten(config, options.variables, library, diags), library


def analyse(source: Source, options: CompileOptions, diags: Diagnostics) -> PipelineGraph:
    """Return the elaborated graph of a configuration before any pass."""
    from pmill.elaborate import elaborate
    from pmill.passes.never_matched import warn_of_never_matched

    flat, library = flat_config(source, options, diags)
    graph = elaborate(flat, library, dialect=options.dialect, keep=options.keep, diags=diags)
    diags.stop_if_errors()
    warn_of_never_matched(graph, diags)
    return graph


def stages(
    source: Source, options: CompileOptions, diags: Diagnostics
) -> tuple[PipelineGraph, list[PassReport]]:
    """Return the graph of a configuration before any pass, and what every pass made of it."""
    from pmill import passes

    check_options(options)
    graph = profiled(analyse(source, options, diags), options, diags)
    return graph, passes.run(graph, options)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Front:
    """What stands in front of the C++ text: `all` is the graph before, `graph` after the passes."""

    all: PipelineGraph
    graph: PipelineGraph
    reports: list[PassReport]


def _front(
    source: Source,
    options: CompileOptions,
    diags: Diagnostics,
    emit: str,
    pipeline: Sequence[Pass] | None,
) -> _Front | bytes:
    """Run the stages in front of the C++ text; bytes when `emit` stops in them."""
    check_options(options, pipeline)
    if emit == "tree":
        from pmill.syntax import dump, parse

        config = parse(source, diags)
        diags.stop_if_errors()
        return dump(config).encode()
    graph = profiled(analyse(source, options, diags), options, diags)
    if emit == "graph":
        return _print(graph)

    from pmill import passes

    reports = passes.run(graph, options, passes.DEFAULT if pipeline is None else pipeline)
    last = reports[-1].graph if reports else graph
    if options.counted:
        from pmill.graph import counting

        last = counting(last)[0]
    elif emit.startswith("graph@"):
        return _print(_after(reports, emit.removeprefix("graph@")))
    return _Front(all=graph, graph=last, reports=reports)


def profiled(graph: PipelineGraph, options: CompileOptions, diags: Diagnostics) -> PipelineGraph:
    """Return the graph with what the profile says of its connections."""
    if options.profile is None:
        return graph
    from pmill.graph import connection_key, with_hits, with_packets

    known = {connection_key(graph, c) for c in graph.connections}
    strange = [key for key in options.profile.connections if key not in known]
    if strange:
        diags.warning(
            "PM0647",
            f"the profile knows a connection that is not there: {strange[0]}"
            + (f", and {len(strange) - 1} more" if strange[1:] else ""),
            hint="it was made of another configuration: make it again",
        )
    return with_hits(with_packets(graph, options.profile.connections), options.profile.rules)


def _back(graph: PipelineGraph, options: CompileOptions, emit: str, diags: Diagnostics) -> bytes:
    """Run the stages from the plan on; `emit` is one of plan, cpp, llvm, asm, obj."""
    from pmill.emit import lower, render
    from pmill.machine_code import machine_code
    from pmill.model import decided

    options, _ = decided(graph, options, diags)
    plan = lower(graph, counted=options.counted)
    if emit == "plan":
        from pprint import pformat

        return (pformat(plan, width=100, sort_dicts=False) + "\n").encode()
    text = render(plan)
    if emit == "cpp":
        return text.encode()
    with tempfile.TemporaryDirectory(prefix="pmill-") as work:
        compiler = compiler_for(options)
        generated = Path(work) / "program.cc"
        generated.write_text(text)
        match emit:
            case "llvm" | "asm":
                return machine_code(generated, graph, options, compiler, emit, diags)[0]
            case "obj":
                code = machine_code(generated, graph, options, compiler, emit, diags)[0]
                return _with_data(code, plan, compiler, Path(work))
            case _:
                raise AssertionError(emit)


def _with_data(code: bytes, plan: EmitPlan, compiler: Compiler, work: Path) -> bytes:
    """Return an object that has the tables of the program, too."""
    if not plan.data:
        return code
    from pmill.toolchain import join

    alone = work / "program.o"
    alone.write_bytes(code)
    tables = [compiler.data(work, data.symbol, data.content) for data in plan.data]
    return join(compiler.tools, [alone, *tables], work / "whole.o").read_bytes()


def compiler_for(options: CompileOptions) -> Compiler:
    """Return clang with the flags that the options ask for, which are decided ones."""
    return _compiler(options, element_directories(options, Diagnostics()))


def _compiler(options: CompileOptions, directories: tuple[Path, ...]) -> Compiler:
    from pmill.toolchain import Compiler, find_tools

    return Compiler(
        tools=find_tools(),
        march=options.march,
        sanitize=options.sanitize,
        include=directories,
        metadata="overlaying" if options.metadata == "auto" else options.metadata,
        exchanges=options.exchanges,
    )


def _program(
    source: Source,
    options: CompileOptions,
    diags: Diagnostics,
    progress: Progress,
    pipeline: Sequence[Pass] | None,
) -> Product:
    """Return a program, from the cache when nothing that decides it has changed."""
    from pmill.llvm import llvmlite_files
    from pmill.toolchain import find_tools, libraries_for, link

    tools = find_tools()
    directories = element_directories(options, diags)
    name = cache.key(
        __version__,
        source.name,
        source.text,
        programs.option_words(options),
        programs.pipeline_words(pipeline),
        libraries := programs.libraries(source, options),
        programs.host([source.text, *(data.decode("utf-8", "replace") for _, data in libraries)]),
        tools.identity,
        cache.fingerprint([Path(__file__).parent, grammar_dir(), templates_dir(), runtime_dir()]),
        cache.fingerprint([*directories, *llvmlite_files()]),
    )
    entry = cache.lookup("programs", name, programs.FILES)
    if entry is not None and programs.outdated(entry):
        shutil.rmtree(entry, ignore_errors=True)
        entry = None
    cached = entry is not None
    if entry is None:
        from concurrent.futures import ThreadPoolExecutor

        from pmill.emit import lower, render
        from pmill.libraries import called
        from pmill.machine_code import llvmlite_can, objects, warn_newer_clang
        from pmill.model import contents, decided, may_exchange

        with ThreadPoolExecutor() as pool, cache.store("programs", name) as work:
            first = _compiler(options, directories)
            early = None if may_exchange(source.text, options) else pool.submit(first.prepare)
            progress("reading the configuration")
            front = _front(source, options, diags, "exe", pipeline)
            assert not isinstance(front, bytes), "the front stages end in a graph"
            graph = front.graph
            library = called(front.all, options, diags)
            options, model = decided(graph, options, diags)
            compiler = _compiler(options, directories)
            # Only the first time there is much to do.
            runtime = early if early and compiler == first else pool.submit(compiler.prepare)
            drivers = pool.submit(contents, model, compiler)
            names = None if library is None else library.port_names
            plan = lower(graph, counted=options.counted, library=names)
            generated = work / "program.cc"
            generated.write_text(render(plan))
            if not compiler.sanitize and not llvmlite_can(compiler):
                warn_newer_clang(compiler, diags)
            progress("compiling")
            needed = [*plan.parts, *model.parts()]
            more_libraries = (*libraries_for(needed), *model.libraries())
            parts = pool.submit(lambda: [compiler.part(name) for name in needed])
            made = objects(generated, graph, options, compiler, diags, halves=plan.halves)
            tables = [compiler.data(work, d.symbol, d.content) for d in plan.data]
            progress("linking")
            own = [*_prepared(runtime), *_prepared(parts), *drivers.result()]
            linked, target = [*made.paths, *tables, *own], work / "program"
            if library is None:
                link(tools, linked, target, options.sanitize, more_libraries)
            else:
                library.make(tools, linked, target)
            for leftover in work.glob("*.o"), work.glob("*.bc"):
                for file in leftover:
                    file.unlink()
            files = programs.made_of(source, options, front.all, directories)
            versions = programs.versions(tools)
            found = programs.report(
                graph, front.reports, diags, made.report, model, files, versions
            )
            if library is not None:
                found["library"] = library.facts(plan, more_libraries)
            (work / "report.json").write_text(json.dumps(found))
            (work / "inputs.json").write_text(json.dumps(programs.inputs(work, graph)))
        entry = cache.lookup("programs", name)
        assert entry is not None, "a cache entry vanished right after it was stored"
    report = json.loads((entry / "report.json").read_text())
    return Product(
        program=entry / "program",
        report=report,
        cached=cached,
        warnings=tuple(report["warnings"]) if cached else (),
        made_of=tuple(report["made_of"]),
    )


def element_directories(options: CompileOptions, diags: Diagnostics) -> tuple[Path, ...]:
    """Return the directories of element headers that are not pmill's own, those that win first."""
    from pmill.elements import ElementLibrary

    own = runtime_dir() / "elements"
    library = ElementLibrary.load(options.include, diags)
    diags.stop_if_errors()
    return tuple(path for path in library.directories if path != own)


def _prepared(runtime: Future[list[Path]]) -> list[Path]:
    from pmill.toolchain import CompilerError

    try:
        return runtime.result()
    except CompilerError as error:
        raise fail(
            "PM0708",
            f"pmill's runtime does not compile:\n{error.messages.strip()}",
            hint="is this the DPDK that pmill was tested with? see the README",
        ) from None


def check_options(options: CompileOptions, pipeline: Sequence[Pass] | None = None) -> None:
    """Refuse options that name what does not exist."""
    if not options.disabled:
        return
    from pmill import passes

    known = [p.name for p in (passes.DEFAULT if pipeline is None else pipeline)]
    known += list(LLVM_PASSES)
    for name in sorted(options.disabled):
        if name not in known:
            raise fail(
                "PM0601",
                f"there is no pass '{name}'",
                hint=did_you_mean(name, known) or f"passes: {', '.join(known)}",
            )


# Named here so that listing passes needs no llvmlite; tests check it against pmill.llvm.
LLVM_PASSES = {
    "internalize": "Give every function but the program's entry internal linkage.",
    "noalias": "Say which memory accesses never meet.",
    "field_access": "Count how often fields of descriptors and parked packets are used.",
    "contracts": "Check what the per-packet code must not do.",
}


def _print(graph: PipelineGraph) -> bytes:
    from pmill.graph import print_graph

    return print_graph(graph).encode()


def _after(reports: list[PassReport], name: str) -> PipelineGraph:
    names = [r.name for r in reports]
    if name not in names:
        raise fail(
            "PM0601",
            f"there is no graph pass '{name}'",
            hint=did_you_mean(name, names) or f"graph passes: {', '.join(names)}",
        )
    return reports[names.index(name)].graph
