"""Runs a compiled program on captures or other devices until it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Literal

from pmill.diagnostics import Diagnostics, fail
from pmill.run.devices import plan_devices

Stats = Literal["text", "json"]


def run_command(
    program: Path,
    *,
    ports: Sequence[str],
    captures: Sequence[str] = (),
    outputs: Sequence[str] = (),
    duration: float | None = None,
    simtime: float | None = None,
    stats: str = "text",
    options: Sequence[str] = (),
    eal: Sequence[str] = (),
    diags: Diagnostics | None = None,
    drivers: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the command that runs a program.

    `ports` are the ports of its configuration, `drivers` those of numbered ones that it contains;
    `captures` and `outputs` are `[PORT=]FILE`; `duration` is in seconds, and so is `simtime`, at
    which a simulated clock starts; `options` are further ones of the program. Warnings go to
    `diags`. Raises DiagnosticError for captures that cannot be used.
    """
    plan = plan_devices(ports, captures, outputs, eal, diags or Diagnostics(), drivers)
    command = [str(program.resolve()), f"--stats={stats}", *options]
    if duration is not None:
        command += ["--duration", f"{duration:g}"]
    if simtime is not None:
        command.append(f"--simtime={simtime!r}")
    for port, packets in plan.expect.items():
        command += ["--expect", f"{port}={packets}"]
    if plan.eal:
        command += ["--", *plan.eal]
    return command


def run_program(
    program: Path,
    *,
    ports: Sequence[str],
    captures: Sequence[str] = (),
    outputs: Sequence[str] = (),
    duration: float | None = None,
    simtime: float | None = None,
    stats: str = "text",
    options: Sequence[str] = (),
    eal: Sequence[str] = (),
    drivers: Mapping[str, str] | None = None,
) -> int:
    """Run a program to its end, passing signals on; return its exit code."""
    diags = Diagnostics()
    command = run_command(
        program,
        ports=ports,
        captures=captures,
        outputs=outputs,
        duration=duration,
        simtime=simtime,
        stats=stats,
        options=options,
        eal=eal,
        diags=diags,
        drivers=drivers,
    )
    for warning in diags:
        print(warning, file=sys.stderr)
    return execute(command)


def execute(command: Sequence[str]) -> int:
    """Run a command to its end, passing signals on; return its exit code."""
    sys.stdout.flush()
    try:
        child = subprocess.Popen(command)
    except OSError as error:
        raise fail(
            "PM0829",
            f"cannot run '{command[0]}': {error.strerror}",
            hint="a file system mounted noexec cannot hold programs; set PMILL_CACHE",
        ) from None

    def pass_on(number: int, _: FrameType | None) -> None:
        child.send_signal(number)

    before = {s: signal.signal(s, pass_on) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if code < 0:
        raise fail(
            "PM0830",
            f"the program was ended by {signal.Signals(-code).name}",
            hint="did the machine run out of memory?"
            if -code == signal.SIGKILL
            else "a crash is a fault of pmill: compile with --sanitize address,undefined to see it",
        )
    return code
