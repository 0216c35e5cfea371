"""Measures what control costs: packets a second with 200 commands a run, and without any.

A program under full traffic runs with nobody asking, and with a client that reads counters and
tables and writes arguments all the time, in turns: one first in every other round. The ratio of
their throughputs is what the traffic feels of control. On a machine with two processors the second
worker shares its own with the main lcore and with the client, and feels those, too.
"""

from __future__ import annotations

import dataclasses
import os
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pmill.bench.measure import statistics_of
from pmill.bench.settings import Settings
from pmill.diagnostics import Diagnostics, Source, fail
from pmill.driver import compile_config
from pmill.options import CompileOptions
from pmill.progress import steps

COMMANDS: Final = 200
_SECONDS: Final = 2.0
_LIMIT: Final = 0.97
_WAYS: Final = "".join(
    f"src{n} :: InfiniteSource(LIMIT -1, BURST 32, LENGTH 60) -> c{n} :: Counter"
    f" -> q{n} :: Queue(200) -> u{n} :: Unqueue(BURST 32) -> s{n} :: Switch(0) -> Discard;"
    f"s{n}[1] -> Discard;"
    for n in (0, 1)
)
# Of two workers each has a way of its own, or one makes all packets and the other pulls them.
_APART: Final = "StaticThreadSched(src0 0, u0 0, src1 1, u1 1);"
_BETWEEN: Final = "StaticThreadSched(src0 0, u0 1, src1 0, u1 1);"
_CYCLE: Final = (
    "READ c0.count",
    "READ c1.rate",
    "READ q0.length",
    "WRITE s0.switch 1",
    "READ list",
    "WRITE s1.switch 0",
    "WRITE c0.reset",
    "READ q1.capacity",
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Case:
    title: str
    placement: str
    workers: int


_CASES: Final = (
    _Case("1 worker", "", 1),
    _Case("2 workers, a queue each", _APART, 2),
    _Case("2 workers, queues between them", _BETWEEN, 2),
)


def run(settings: Settings, folder: Path) -> int:
    """Print the ratio for one and for two workers; 1 when control costs more than 3 %."""
    good = [_measure(case, settings, folder) >= _LIMIT for case in _CASES]
    return 0 if all(good) else 1


def _measure(case: _Case, settings: Settings, folder: Path) -> float:
    """Print and return what part of the throughput is left with commands."""
    options = CompileOptions(march=settings.march, keep=frozenset(("s0.switch", "s1.switch")))
    source = Source("control.click", _WAYS + case.placement)
    program = compile_config(source, options, Diagnostics()).program
    assert program is not None, "a compilation to exe makes a program"
    cpus = sorted(os.sched_getaffinity(0))
    lcores = f"0@{cpus[-1]}" if case.workers == 1 else f"0@{cpus[0]},1@{cpus[0]},2@{cpus[-1]}"
    show = steps()
    alone: list[float] = []
    asked: list[float] = []
    for number in range(settings.rounds):
        show(f"{case.title}, round {number + 1} of {settings.rounds}")
        turns = [(alone, 0), (asked, COMMANDS)]
        for results, commands in turns if number % 2 == 0 else reversed(turns):
            results.append(_throughput(program, folder, lcores, commands=commands))
    show("")
    ratios = [b / a for a, b in zip(alone, asked, strict=True)]
    ratio = statistics.median(ratios)
    print(
        f"{case.title}: {statistics.median(alone) / 1e6:.2f} M packets/s without control,"
        f" {statistics.median(asked) / 1e6:.2f} M with {COMMANDS} commands in {_SECONDS:g} s:"
        f" {ratio:.3f} [{min(ratios):.3f}-{max(ratios):.3f}], at least {_LIMIT}",
        flush=True,
    )
    return ratio


def _throughput(program: Path, folder: Path, lcores: str, *, commands: int) -> float:
    """Run once; return packets a second."""
    path = folder / "control"
    command = [str(program), "--stats=json", f"--duration={_SECONDS}"]
    command += ["--control", str(path)] if commands else []
    command += ["--", "--lcores", lcores, "--no-huge", "--no-shconf", "--no-pci", "-m", "64"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if commands:
        _ask(path, commands)
    output, _ = process.communicate(timeout=60)
    result = statistics_of("control", output)
    return int(result["packets"]) / float(result["seconds"])


def _ask(path: Path, commands: int) -> None:
    """Send commands, evenly spread over the run, and check that each is answered well."""
    with _connect(path) as client, client.makefile("rwb") as stream:
        stream.readline()
        begin = time.monotonic()
        for number, command in zip(range(commands), _forever(), strict=False):
            pause = begin + number * 0.9 * _SECONDS / commands - time.monotonic()
            time.sleep(max(0.0, pause))
            stream.write(f"{command}\r\n".encode())
            stream.flush()
            answer = stream.readline().decode()
            if not answer.startswith("200 "):
                raise fail("PM0906", f"'{command}' was answered '{answer.strip()}'")
            if command.startswith("READ"):
                stream.read(int(stream.readline().split()[1]))


def _forever() -> Iterator[str]:
    while True:
        yield from _CYCLE


def _connect(path: Path) -> socket.socket:
    deadline = time.monotonic() + 20
    while True:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(str(path))
        except OSError as error:
            client.close()
            if time.monotonic() > deadline:
                raise fail("PM0906", f"nobody serves control: {error.strerror}") from None
            time.sleep(0.005)
        else:
            return client
