"""Compiled configurations that run beside hosts in network namespaces."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions, Metadata
from tests.net.child import PATIENCE, Child
from tests.net.namespaces import Namespaces

# EAL arguments for one worker and for two, which may share a CPU.
ONE_WORKER = ()
TWO_WORKERS = ("--lcores", "0@0,1@0,2@0")

# A command that runs a program without the rights to use interfaces.
POWERLESS = ("setpriv", "--bounding-set=-net_raw,-net_admin", "--inh-caps=-all")

# Elements for tests only.
EXTRA = Path(__file__).with_name("extra")


@dataclass
class Running:
    """A program; what it counted is there when the block that runs it has ended."""

    child: Child
    counters: dict[str, int] = field(default_factory=dict)
    workers: list[int] = field(default_factory=list)
    stderr: str = ""


def compile_text(
    text: str,
    variables: Mapping[str, str] | None = None,
    level: int = 3,
    include: tuple[Path, ...] = (),
    metadata: Metadata | Literal["auto"] = "auto",
) -> Path:
    """Compile a configuration; DiagnosticError when it is wrong."""
    options = CompileOptions(
        level=level, variables=dict(variables or {}), include=include, metadata=metadata
    )
    program = compile_config(Source("net.click", text), options, Diagnostics()).program
    assert program is not None, "a compilation to exe makes a program"
    return program


@contextmanager
def running(
    net: Namespaces,
    namespace: str,
    program: Path,
    *,
    eal: tuple[str, ...] = ONE_WORKER,
    wait_for: int = 0,
    cwd: Path | None = None,
) -> Iterator[Running]:
    """Run a program in a namespace; after the block it has ended cleanly.

    It is ready when it has told of `wait_for` ports, which DEBUG makes a ToDevice do.
    """
    words = ["--stats=json", *(("--", *eal) if eal else ())]
    run = Running(net.start(namespace, str(program), *words, cwd=cwd))
    run.child.wait_for("port ", wait_for)
    yield run
    run.child.signal(signal.SIGTERM)
    status, run.stderr = run.child.wait(), run.child.stderr
    assert status == 0, run.stderr
    stats = json.loads(run.child.stdout)
    run.workers = [worker["packets"] for worker in stats["workers"]]
    run.counters = {
        f"{name}.{counter}": value
        for name, element in stats["elements"].items()
        for counter, value in element["counters"].items()
    }


def refusal(
    net: Namespaces, namespace: str, program: Path, *options: str, limits: tuple[str, ...] = ()
) -> list[str]:
    """The lines of a program that refuses to start; `limits` is a command that runs it."""
    child = net.start(namespace, *limits, str(program), *options)
    assert child.wait() == 1, child.stderr
    assert child.stdout == ""
    return child.stderr.splitlines()


def wait_until_answered(net: Namespaces, namespace: str, address: str) -> None:
    """Wait until a host answers pings."""
    end = time.monotonic() + PATIENCE
    while net.probe(namespace, "ping", address, 1, 8) != "1":
        assert time.monotonic() < end, f"{address} does not answer {namespace}"


def wait_for_interface(net: Namespaces, namespace: str, name: str, shown: str) -> None:
    """Wait until `ip addr` shows something of an interface."""
    end = time.monotonic() + PATIENCE
    while shown not in net.run(namespace, "ip", "addr", "show", name, check=False):
        assert time.monotonic() < end, f"{name} is not as it should be: {shown}"
        time.sleep(0.05)
