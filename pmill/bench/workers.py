"""Measures what a second worker is worth: packets a second of two, and of one.

Both run the same program, which computes much for every packet, on a device that is memory and has
no thread of its own: with two processors, both are the workers'. Each worker has a queue, so that
nothing is shared but the processors' caches and the memory. They run in turns, one first in every
other round. What others take of the processors is taken out: the kernel says how long each worker
ran. As a control, the device is placed on one worker, so that the second has nothing to do:
a measurement that does not see that could see nothing.
"""

from __future__ import annotations

import dataclasses
import os
import re
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pmill.bench.measure import statistics_of
from pmill.bench.settings import Settings, memory_arguments
from pmill.bench.trace import write_flows
from pmill.diagnostics import Diagnostics, Source, fail
from pmill.driver import compile_config
from pmill.options import CompileOptions
from pmill.progress import steps

LEAST: Final = 1.7
MOST_ALONE: Final = 1.3
_SECONDS: Final = 1.0
_QUEUES: Final = 2
_WORKER: Final = re.compile(r"worker-(\d+)")
_PAUSE: Final = 0.01
_FEWEST: Final = 5  # samples of a run
_BEGINNING: Final = 20_000_000  # ns: a thread that ran for longer than this has been launched
# Headers and checksums, four times over, as much as there is room for in front of a packet.
_COMPUTES: Final = (
    "in :: FromDPDKDevice(0) -> Strip(14) -> CheckIPHeader"
    + " -> UDPIPEncap(10.0.0.1, 1000, 10.0.0.2, 2000) -> CheckIPHeader -> DecIPTTL" * 4
    + " -> Counter -> Discard;"
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Case:
    title: str
    text: str


_CASES: Final = (
    _Case("a queue for each worker", _COMPUTES),
    _Case("control, the device on one worker", _COMPUTES + "StaticThreadSched(in 0);"),
)


def run(settings: Settings, folder: Path) -> int:
    """Print what part of two single workers two together do; 1 when it is too little."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < _QUEUES:
        raise fail("PM0871", "two workers need two processors", hint="run it where there are two")
    flows = folder / "flows.pcap"
    write_flows(flows)
    gained, control = (_measure(case, settings, flows, cpus) for case in _CASES)
    if control > MOST_ALONE:
        print(f"the control gained {control:.2f}, more than {MOST_ALONE}: nothing was measured")
    return 0 if gained >= LEAST and control <= MOST_ALONE else 1


def _measure(case: _Case, settings: Settings, flows: Path, cpus: list[int]) -> float:
    """Print and return how many times as much two workers do as one."""
    options = CompileOptions(march=settings.march)
    program = compile_config(Source("workers.click", case.text), options, Diagnostics()).program
    assert program is not None, "a compilation to exe makes a program"
    lcores = {1: f"0@{cpus[0]},1@{cpus[-1]}", 2: f"0@{cpus[0]},1@{cpus[0]},2@{cpus[-1]}"}
    seconds = min(_SECONDS, 5 * settings.seconds)
    rates: dict[int, list[float]] = {1: [], 2: []}
    show = steps()
    for number in range(settings.rounds):
        show(f"{case.title}, round {number + 1} of {settings.rounds}")
        for workers in (1, 2) if number % 2 == 0 else (2, 1):
            rates[workers].append(_throughput(program, flows, lcores[workers], seconds))
    show("")
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    ratio = statistics.median(ratios)
    print(
        f"{case.title}: {statistics.median(rates[1]) / 1e6:.2f} M packets/s with 1 worker,"
        f" {statistics.median(rates[2]) / 1e6:.2f} M with 2:"
        f" {ratio:.2f} [{min(ratios):.2f}-{max(ratios):.2f}],"
        f" {f'at least {LEAST}' if case is _CASES[0] else f'at most {MOST_ALONE}'}",
        flush=True,
    )
    return ratio


def _throughput(program: Path, flows: Path, lcores: str, seconds: float) -> float:
    """Run once; return packets a second, as if every worker had had its processor all the time."""
    queues = ",".join([f"rx_pcap={flows}"] * _QUEUES)
    device = f"net_pcap0,{queues},infinite_rx=1"
    eal = ["--lcores", lcores, *memory_arguments("no-huge"), "--vdev", device]
    command = [str(program), "--stats=json", f"--duration={seconds}", "--", *eal]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        shares = _shares(process)
        output, _ = process.communicate(timeout=60)
    if process.returncode != 0:
        raise fail("PM0871", "a program failed; its message is above")
    result = statistics_of("workers", output)
    if len(shares) != len(result["workers"]):
        raise fail("PM0871", "the kernel does not say how long the workers ran")
    packets = sum(w["packets"] / shares[w["lcore"]] for w in result["workers"])
    return float(packets) / float(result["seconds"])


def _shares(process: subprocess.Popen[str]) -> dict[int, float]:
    """Return the part of the time that each lcore had its processor, while it worked."""
    samples: dict[int, list[tuple[float, int]]] = {}
    while process.poll() is None:
        for lcore, ran in _run_times(process.pid):
            if ran > _BEGINNING:  # it has been launched
                samples.setdefault(lcore, []).append((time.monotonic(), ran))
        time.sleep(_PAUSE)
    return {
        lcore: (seen[-1][1] - seen[0][1]) / 1e9 / (seen[-1][0] - seen[0][0])
        for lcore, seen in samples.items()
        if len(seen) >= _FEWEST
    }


def _run_times(pid: int) -> Iterator[tuple[int, int]]:
    """Yield the lcores of a program's workers, and how long each ran, in ns."""
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            name = _WORKER.search((thread / "comm").read_text())
            if name:
                yield int(name[1]), int((thread / "schedstat").read_text().split()[0])
    except OSError:  # it has just ended
        return
