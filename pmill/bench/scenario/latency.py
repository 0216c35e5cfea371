"""How long packets stay in a program when all get the same number of packets a second.

The software NIC writes the time into the frames that it receives and reads it when they are
transmitted: see `runtime/nic/latency.hh`. Its thread is a second processor's, if there is one.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.bench.contestants import Program, Testpmd
from pmill.bench.sample import failure
from pmill.bench.settings import Devices, Settings, memory_arguments
from pmill.nic import plugin
from pmill.traffic.pcap import read_pcap

PERCENTILES: Final = (1.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99)
# Packets a second: less than the slowest program takes on a machine of ten years ago.
RATE: Final = 500_000
_SECONDS: Final = 1.0
_LEAST_PACKETS: Final = 20_000  # of which one in a thousand are still some
_START_SECONDS: Final = 1.0  # of testpmd
_TIMEOUT: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How many packets came back, and nanoseconds that they were under way, by percentile."""

    packets: int
    ns: Mapping[float, float]


def latencies(
    contestant: Program | Testpmd, settings: Settings, devices: Devices, folder: Path
) -> Latency:
    """Return how long packets were under way; PM0903 when the program cannot be measured.

    Packets that the program lost have no time: who loses some looks faster than it is, which the
    number of those that came back tells.
    """
    files = [folder / f"latency-{port}" for port in range(contestant.ports)]
    words = ["--vdev", f"net_pmill0,rx_pcap={devices.flows},loop=1,preparsed=1,stamp=1"]
    words[1] += f",rate={RATE},latency={files[0]}"
    if contestant.ports == 2:
        replies = f",rx_pcap={devices.second}" if read_pcap(devices.second) else ""
        words += ["--vdev", f"net_pmill1,latency={files[1]}{replies}"]
    other = min(os.sched_getaffinity(0) - {settings.lcore}, default=settings.lcore)
    eal = [*memory_arguments("no-huge"), "-d", str(plugin()), *words]
    match contestant:
        case Program():
            command = [str(contestant.path), *contestant.options, "--duration", str(_SECONDS)]
            command += ["--", *eal, "--lcores", f"0@{settings.lcore}"]
            _done(contestant.name, _on(other, settings, command), None)
        case Testpmd():
            command = ["dpdk-testpmd", *eal, "--lcores", f"0@{other},1@{settings.lcore}", "--"]
            command += ["--interactive", f"--forward-mode={contestant.mode}", "--no-mlockall"]
            command += [f"--total-num-mbufs={settings.mbufs}", f"--burst={settings.burst}"]
            _done(contestant.name, _on(other, settings, command), "start\n")
    counts: dict[float, int] = {}
    for file in files:
        for line in file.read_text().splitlines():
            ns, number = line.split()
            counts[float(ns)] = counts.get(float(ns), 0) + int(number)
    return percentiles(contestant.name, counts)


def percentiles(name: str, counts: Mapping[float, int]) -> Latency:
    """Return the percentiles of nanoseconds that were counted; PM0903 of too few packets."""
    total = sum(counts.values())
    if total < _LEAST_PACKETS:
        raise failure(name, f"only {total} packets came back in time")
    found: dict[float, float] = {}
    seen, wanted = 0, list(PERCENTILES)
    for ns in sorted(counts):
        seen += counts[ns]
        while wanted and seen * 100 >= wanted[0] * total:
            found[wanted.pop(0)] = ns
    return Latency(packets=total, ns=found)


def _on(other: int, settings: Settings, command: list[str]) -> list[str]:
    """Start a program so that EAL's own threads may use the other processor."""
    return ["taskset", "-c", f"{other},{settings.lcore}", *command]


def _done(name: str, command: list[str], prompt: str | None) -> None:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        if prompt is not None:
            assert process.stdin is not None
            process.stdin.write(prompt)
            process.stdin.flush()
            time.sleep(_SECONDS + _START_SECONDS)
            said, _ = process.communicate("stop\nquit\n", timeout=_TIMEOUT)
        else:
            said, _ = process.communicate(timeout=_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise failure(name, "it did not stop in time") from None
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        tail = "\n".join(said.splitlines()[-8:])
        raise failure(name, f"it exited with {process.returncode}:\n{tail}")
