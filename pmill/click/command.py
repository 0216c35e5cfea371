"""`pmill click`: Click's driver. It compiles a configuration and becomes the program.

What is printed and the exit status are then the program's. It ends as Click does: when something
stops it, not when its sources are exhausted.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pmill import driver
from pmill.click.messages import EMPTY, error_lines, warning_lines
from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.options import CompileOptions, Dialect
from pmill.tools.output import write_output
from pmill.tools.source import SOURCE_OPTIONS
from pmill.tools.start import (
    ELEMENT_OPTIONS,
    Command,
    compile_options,
    complain,
    refuse,
    start,
)
from pmill.tools.words import Option, Words, WrongWords

_OPTIONS: Final = (
    *SOURCE_OPTIONS,
    Option(name="threads", short="j", takes="value", metavar="N", help="use N workers (1)"),
    Option(
        name="handler",
        short="h",
        takes="value",
        metavar="ELEMENT.HANDLER",
        help="print a read handler's value at the end",
    ),
    Option(
        name="exit-handler",
        short="x",
        takes="value",
        metavar="ELEMENT.HANDLER",
        help="a read handler's value is the exit status",
    ),
    Option(
        name="output",
        short="o",
        takes="value",
        metavar="FILE",
        help="write the flat configuration to FILE",
    ),
    Option(name="quit", short="q", help="initialize and do not run"),
    Option(name="time", short="t", help="print how long it took"),
    Option(name="no-warnings", short="w", help="print no warnings"),
    Option(name="warnings", help="print warnings (this is usual)"),
    Option(name="port", short="p", takes="value", metavar="PORT", help="listen for commands"),
    Option(name="unix-socket", short="u", takes="value", metavar="FILE", help="likewise, on FILE"),
    Option(name="socket", takes="value", metavar="FD", help="not supported"),
    Option(name="allow-reconfigure", short="R", help="not supported"),
    Option(name="simtime", takes="optional", metavar="T", help="simulate time, from T seconds on"),
    Option(
        name="simtick", takes="value", metavar="NS", help="nanoseconds a look at the clock takes"
    ),
    Option(name="affinity", takes="optional", metavar="N", help="accepted: workers stay on CPUs"),
    Option(name="no-affinity", help="accepted"),
    *ELEMENT_OPTIONS,
    Option(name="no-contracts", help="let per-packet code do what takes unknown time"),
)
_COMMAND: Final = Command(
    name="click",
    for_click=True,
    options=_OPTIONS,
    about="""\
Compile a Click configuration, unless it is in the cache, and run it. Words between --dpdk and --
are arguments for DPDK's EAL. NAME=VALUE words set variables of the configuration.""",
)
_REFUSED: Final = {
    "allow-reconfigure": "-R: a compiled configuration cannot be replaced while it runs",
    "socket": "--socket: a program opens its control sockets itself; use --port or --unix-socket",
}


def main(argv: Sequence[str]) -> int:
    """Do what Click's driver does with a command line; returns only if there is no program."""
    started = start(_COMMAND, argv)
    if isinstance(started, int):
        return started
    words, source = started
    try:
        refused = next((text for name, text in _REFUSED.items() if words.has(name)), None)
        if refused is not None:
            raise WrongWords(refused)
        return _run(source, _compile_options(words), words, _workers(words))
    except WrongWords as error:
        return refuse(_COMMAND, error)


def _run(source: Source, options: CompileOptions, words: Words, workers: int) -> int:
    begin = time.monotonic()
    try:
        product = driver.compile_config(source, options, Diagnostics())
        if words.has("output"):
            _write_flat(words.last("output", "-") or "-", source, options)
    except DiagnosticError as error:
        return _refused(source, error, words)
    assert product.program is not None, "a compilation to exe makes a program"
    assert product.report is not None, "a program has a report"
    if not words.has("no-warnings"):
        complain(warning_lines(product.report["facts"]))
    command = _program_command(product.program, product.report["ports"], words, workers)
    if not words.has("time"):
        return _become(command)
    from pmill.run.execute import execute

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    status = execute(command)
    print(_times(before, resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begin))
    return status


def _refused(source: Source, error: DiagnosticError, words: Words) -> int:
    """Say why there is no program. That a configuration is empty is no error."""
    errors = [d for d in error.diagnostics if d.severity == "error"]
    if [d.code for d in errors] == [EMPTY]:
        if not words.has("no-warnings"):
            complain([f"warning: {source.name}: configuration has no elements, exiting"])
        return 0
    complain(error_lines(errors))
    return 1


def _become(command: list[str]) -> int:
    sys.stdout.flush()
    try:
        os.execv(command[0], command)
    except OSError as error:
        complain([f"click: cannot run '{command[0]}': {error.strerror}"])
        return 1


def _compile_options(words: Words) -> CompileOptions:
    chosen = words.last("dialect", os.environ.get("PMILL_DIALECT") or "fastclick")
    dialects: dict[str | None, Dialect] = {"fastclick": "fastclick", "click": "click"}
    if chosen not in dialects:
        raise WrongWords(f"there is no dialect '{chosen}'; there are fastclick and click")
    # Whoever asks Click for its elements sees all of them, those that do nothing, too.
    disabled = frozenset({"bypass_nulls", "remove_unreachable"})
    options = compile_options(words, dialects[chosen])
    return replace(options, disabled=disabled, contracts=not words.has("no-contracts"))


def _workers(words: Words) -> int:
    text = words.last("threads", "1") or ""
    if not text.isdecimal() or not 0 < int(text) <= 1024:
        raise WrongWords(f"'--threads' expects a positive integer, not '{text}'")
    return int(text)


def _write_flat(name: str, source: Source, options: CompileOptions) -> None:
    from pmill.syntax import flat_text

    write_output(name, flat_text(driver.flat_config(source, options, Diagnostics())[0]))


def _program_command(program: Path, ports: Sequence[str], words: Words, workers: int) -> list[str]:
    from pmill.run.execute import run_command

    options = ["--check" if words.has("quit") else "--forever"]
    for name, value in words.options:
        match name:
            case "handler":
                options += ["-h", value or ""]
            case "exit-handler":
                options += ["-x", value or ""]
            case "port" | "unix-socket":
                options += ["--control", value or ""]
            case "simtime":
                options.append("--simtime" if value is None else f"--simtime={value}")
            case "simtick":
                options += ["--simtick", value or ""]
    lcores = [] if words.has("simtime") else _lcores(workers)
    if words.eal is None:
        return run_command(program, ports=ports, stats="none", options=options, eal=lcores)
    eal = words.eal if any(w.startswith(_LCORES) for w in words.eal) else [*lcores, *words.eal]
    return [str(program), "--stats=none", *options, "--", *eal]


# What among EAL's arguments chooses CPUs.
_LCORES: Final = ("-l", "-c", "--lcores")


def _lcores(workers: int) -> list[str]:
    """Return EAL arguments for several workers: they share the CPUs if there are too few.

    DPDK's main lcore looks after the others then, and packets are the business of the rest.
    """
    if workers == 1:
        return []
    cpus = sorted(os.sched_getaffinity(0))
    placed = [f"{n}@{cpus[max(n - 1, 0) % len(cpus)]}" for n in range(workers + 1)]
    return ["--lcores", ",".join(placed)]


def _times(before: resource.struct_rusage, after: resource.struct_rusage, real: float) -> str:
    """Return user, system and real time as Click prints them: `0.004u 0.012s 0:01.05`."""
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    minutes, seconds = divmod(real, 60)
    return f"{user:.3f}u {system:.3f}s {int(minutes)}:{seconds:05.2f}"
