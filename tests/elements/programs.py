"""Whole programs for tests of elements that `run_element` cannot drive: sources and files."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions


@dataclass(frozen=True)
class Run:
    """What a program did: counters as `e.count`, and its messages."""

    counters: Mapping[str, int]
    stdout: bytes
    stderr: str
    returncode: int
    seconds: float


def run_program(
    folder: Path,
    text: str,
    *,
    level: int = 3,
    dialect: str = "fastclick",
    options: tuple[str, ...] = (),
    stdin: bytes = b"",
    file_limit: int | None = None,
    include: tuple[Path, ...] = (),
) -> Run:
    """Compile a configuration and run it in a folder, where its files are.

    `options` are the program's own. With `file_limit`, no file may grow larger: writing fails as on a full disk.
    """

    def limit() -> None:
        if file_limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    chosen = CompileOptions(level=level, variables={}, dialect=dialect, include=include)
    program = compile_config(Source("test.click", text), chosen, Diagnostics()).program
    done = subprocess.run(
        [str(program), "--stats=json", *options],
        cwd=folder,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
        preexec_fn=limit,
    )
    stats = json.loads(done.stdout) if done.stdout.startswith(b"{") else {"elements": {}}
    counters = {
        f"{name}.{counter}": value
        for name, element in stats["elements"].items()
        for counter, value in element["counters"].items()
    }
    stderr = done.stderr.decode(errors="replace")
    return Run(counters, done.stdout, stderr, done.returncode, float(stats.get("seconds", 0)))


def refusal(text: str) -> str:
    """Return the messages with which a configuration is refused before anything is compiled."""
    try:
        compile_config(
            Source("test.click", text),
            CompileOptions(level=0, variables={}),
            Diagnostics(),
            emit="graph",
        )
    except DiagnosticError as error:
        return str(error)
    raise AssertionError("the configuration was accepted")


def warnings(text: str) -> list[str]:
    """Return the warnings about a configuration that is accepted."""
    diags = Diagnostics()
    compile_config(
        Source("test.click", text), CompileOptions(level=0, variables={}), diags, emit="graph"
    )
    return [str(d) for d in diags]
