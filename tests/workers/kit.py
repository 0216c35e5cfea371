"""Programs with several workers: built, run on captures or on net_pmill, and what they counted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions

# Workers beside the main lcore, which sleeps.
LCORES: Mapping[int, str] = {1: "0@0,1@1", 2: "0@0,1@0,2@1", 3: "0@0,1@0,2@1,3@0"}
EAL = ("--no-huge", "--no-pci", "--no-telemetry", "-m", "512")


@dataclass(frozen=True)
class Counts:
    """What a program said at its end: `elements["c"]["count"]`, and so on."""

    stats: Mapping[str, object]
    printed: str  # before the statistics
    stderr: str
    returncode: int

    @property
    def elements(self) -> dict[str, dict[str, int]]:
        found = self.stats["elements"]
        assert isinstance(found, dict)
        return {name: element["counters"] for name, element in found.items()}

    @property
    def workers(self) -> list[int]:
        """Packets that each worker received or made."""
        found = self.stats["workers"]
        assert isinstance(found, list)
        return [worker["packets"] for worker in found]

    @property
    def ports(self) -> list[dict[str, int]]:
        found = self.stats["ports"]
        assert isinstance(found, list)
        return found


def build(
    text: str | Path,
    *,
    level: int = 3,
    sanitize: tuple[str, ...] = (),
    include: tuple[Path, ...] = (),
    keep: tuple[str, ...] = (),
    variables: Mapping[str, str] | None = None,
) -> Path:
    """Compile a configuration, given as text or as a file."""
    source = Source("workers.click", text if isinstance(text, str) else text.read_text())
    options = CompileOptions(
        level=level,
        sanitize=sanitize,
        include=include,
        keep=frozenset(keep),
        variables=dict(variables or {}),
    )
    program = compile_config(source, options, Diagnostics()).program
    assert program is not None, "a compilation to exe makes a program"
    return program


def command(
    program: Path, *options: str, workers: int = 2, eal: Sequence[str] = ()
) -> tuple[list[str], dict[str, str]]:
    """Return the command line of a program, and its environment."""
    words = [str(program), "--stats=json", *options, "--", "--lcores", LCORES[workers], *EAL, *eal]
    symbolizer = shutil.which("llvm-symbolizer-19") or shutil.which("llvm-symbolizer")
    said = f"external_symbolizer_path={symbolizer}" if symbolizer else ""
    return words, {**os.environ, "TSAN_OPTIONS": said}


def run(
    program: Path,
    *options: str,
    workers: int = 2,
    eal: Sequence[str] = (),
    folder: Path | None = None,
    timeout: float = 120,
) -> Counts:
    """Run a program to its end."""
    words, environment = command(program, *options, workers=workers, eal=eal)
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )
    return counts_of(done.stdout, done.stderr, done.returncode)


def counts_of(stdout: str, stderr: str, returncode: int) -> Counts:
    """Return what a program said, which ends with its statistics unless it failed."""
    begin = 0 if stdout.startswith("{") else stdout.find("\n{") + 1
    there = stdout.startswith("{", begin)
    stats = json.loads(stdout[begin:]) if there else {}
    return Counts(stats, stdout[:begin] if there else stdout, stderr, returncode)


def races(stderr: str) -> str:
    """Return the first report of ThreadSanitizer, and the summaries of all."""
    if "ThreadSanitizer" not in stderr:
        return ""
    first = stderr[stderr.index("ThreadSanitizer") :].split("==================")[0]
    summaries = [line for line in stderr.splitlines() if line.startswith("SUMMARY")]
    return "\n".join([first[:6000], *summaries])
