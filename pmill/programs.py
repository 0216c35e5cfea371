"""What a program in the cache was made from, what is told of it later, and where it goes."""

from __future__ import annotations

import inspect
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmill import cache
from pmill.diagnostics import Diagnostics, Source, facts, fail
from pmill.interfaces import mentioned
from pmill.options import CompileOptions
from pmill.resources import runtime_dir

if TYPE_CHECKING:
    from pmill.graph import PipelineGraph
    from pmill.model import Model
    from pmill.passes import Pass, PassReport
    from pmill.toolchain import Tools

FILES = ("program", "report.json", "inputs.json")
"""What an entry of the cache must have."""


def libraries(source: Source, options: CompileOptions) -> list[tuple[str, bytes]]:
    """The files that a configuration includes, with what they hold."""
    if "library" not in source.text:
        return []
    from pmill.syntax import library_files

    return [(str(p), p.read_bytes()) for p in library_files(source, options.library_path)]


def host(texts: Sequence[str]) -> list[object]:
    """What texts may mean on this machine: interfaces have addresses, users have directories."""
    text = "\n".join(texts)
    return [mentioned(text), os.path.expanduser("~") if "~" in text else ""]


def inputs(work: Path, graph: PipelineGraph) -> dict[str, Any]:
    """The files a program was made of that nobody names beforehand, and their fingerprint.

    They are files that arguments name, and headers that are neither pmill's nor the system's: an
    element header in -I DIR may include others from anywhere.
    """
    listed = work / "program.d"
    words = listed.read_text().replace("\\\n", " ").split()[1:] if listed.exists() else []
    own = str(runtime_dir())
    headers = {w for w in words if not w.startswith((own, "/usr/", str(work)))}
    paths = sorted({*headers, *graph.files})
    return {"paths": paths, "fingerprint": cache.fingerprint(map(Path, paths))}


def made_of(
    source: Source, options: CompileOptions, graph: PipelineGraph, directories: Sequence[Path]
) -> tuple[str, ...]:
    """The files that a program was made of, beside its configuration: see `pmill.building`."""
    from pmill.building import element_headers

    headers = element_headers({e.spec.header for e in graph.elements.values()}, directories)
    named = [path for path, _ in libraries(source, options)]
    return tuple(dict.fromkeys([*named, *map(str, graph.files), *map(str, headers)]))


def versions(tools: Tools) -> dict[str, str]:
    """The versions of what makes a program beside pmill: those of who wants to make it again."""
    from pmill.llvm import llvm_version

    return {
        "clang": ".".join(map(str, tools.clang_version)),
        "llvm": ".".join(map(str, llvm_version())),
        "dpdk": tools.dpdk_version,
    }


def outdated(entry: Path) -> bool:
    """Whether an input of a cached program has changed since."""
    try:
        known = json.loads((entry / "inputs.json").read_text())
        return bool(cache.fingerprint(map(Path, known["paths"])) != known["fingerprint"])
    except (OSError, ValueError, KeyError):
        return True


def option_words(options: CompileOptions) -> list[str]:
    """Write options so that equal ones are written equally, whatever the order of a set is."""
    return [
        f"-O{options.level}",
        *(f"--disable-pass={name}" for name in sorted(options.disabled)),
        f"--march={options.march}",
        f"--sanitize={','.join(options.sanitize)}",
        f"--metadata={options.metadata}",
        *(f"--port={port}={driver}" for port, driver in sorted(options.ports.items())),
        *(f"{name}={value}" for name, value in sorted(options.variables.items())),
        *(f"--keep={path}" for path in sorted(options.keep)),
        *(f"-I{path}" for path in options.include),
        f"--dialect={options.dialect}",
        f"--profile={options.profile.text() if options.profile else ''}",
        f"--counted={options.counted}",
        f"--library={options.library}",
        "" if options.contracts else "--no-contracts",
    ]


def pipeline_words(pipeline: Sequence[Pass] | None) -> list[object]:
    """Write passes that are not the default ones: what they are, and the files of their code."""
    if pipeline is None:
        return []
    files = {inspect.getfile(type(p)) for p in pipeline}
    return [[repr(p) for p in pipeline], cache.fingerprint(map(Path, files))]


def install(program: Path, target: Path) -> None:
    """Copy a compiled program to where the user wants it."""
    if target.is_dir():
        raise fail(
            "PM0703", f"cannot write '{target}': it is a directory", hint="choose another -o"
        )
    try:
        target.unlink(missing_ok=True)  # a program that runs cannot be overwritten, but replaced
        shutil.copy2(program, target)
    except OSError as error:
        raise fail(
            "PM0703", f"cannot write '{target}': {error.strerror}", hint="choose another -o"
        ) from None


def report(
    graph: PipelineGraph,
    reports: list[PassReport],
    diags: Diagnostics,
    llvm: dict[str, Any],
    model: Model,
    made_of: Sequence[str],
    tools: Mapping[str, str],
) -> dict[str, Any]:
    """Return what is told of a program: see `driver.Product`."""
    from pmill.emit import manifest
    from pmill.graph import device_ports

    return {
        "warnings": [str(d) for d in diags],
        "facts": [facts(d) for d in diags],
        "elements": len(graph.elements),
        "connections": len(graph.connections),
        "passes": [{"name": r.name, "summary": r.summary, "ran": r.ran} for r in reports],
        "llvm": llvm,
        "model": model.facts(),
        "manifest": manifest(graph) | {"tools": dict(tools)},
        "ports": list(device_ports(graph)),
        "made_of": list(made_of),
        "arp_tables": [n for n, e in graph.elements.items() if e.spec.name == "ARPTable"],
    }
