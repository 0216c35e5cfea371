"""Compares the metadata models: copying, overlaying and xchange, on the software NIC.

The forwarder and the static router of examples/ run in each model on the same device, one after the
other, round by round. The device has no thread of its own here (stepped): what it does is done by
the processor that runs the program, as much for each model, and is part of the cycles; so a ratio
says less than it would of the program alone. Where there is another processor, the device is put
there as well, on rings of one size: what counts then are the program's cycles in rounds that had
packets, and how large its bursts are is up to the device. Frames are described before the first is
received.
Data references are counted by cachegrind, as the difference of two runs, the device's included.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.bench.contestants import EXAMPLES
from pmill.bench.measure import measure_command, statistics_of
from pmill.bench.settings import Settings
from pmill.bench.trace import write_flows
from pmill.diagnostics import fail
from pmill.options import METADATA, Metadata
from pmill.progress import steps

# Bytes of a frame without its checksum, and descriptors of a queue.
_FRAMES: Final = (64, 512, 1514)
_RINGS: Final = (256, 1024, 4096)
_TARGET: Final = ("forwarder", 64, 1024)
_LEAST_GAIN: Final = 1.25
_FEW: Final = 32 * 256
_MANY: Final = 32 * 1024
_FLOWS: Final = 1024
_TOTALS: Final = re.compile(r"^events: ([^\n]*)$.*^summary: ([^\n]*)$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """An example with frames of a size, on rings of a size; `threaded`: beside the device."""

    example: str
    ports: int
    frame: int
    ring: int
    threaded: bool = False

    def buffers(self, least: int) -> int:
        """How many buffers fill all rings, and leave as many to work with."""
        return max(least, 4 * self.ports * self.ring - 1)

    @property
    def title(self) -> str:
        beside = ", device beside" if self.threaded else ""
        return f"{self.example}, {self.frame} bytes, {self.ring} descriptors{beside}"


def run(settings: Settings, folder: Path) -> int:
    """Print the table and the references; 1 when xchange gains less than it must."""
    show = steps()
    show("building")
    programs = {
        (name, model): _compiled(name, ports, model, settings, folder)
        for name, ports in (("forwarder", 1), ("router-static", 2))
        for model in METADATA
    }
    show("")
    print(f"{'cycles a packet':52} {'copying':>9} {'overlaying':>11} {'xchange':>9}  gain")
    good = True
    for case in _cases():
        cycles = _measured(case, programs, settings, folder)
        gains = [a / b for a, b in zip(cycles["copying"], cycles["xchange"], strict=True)]
        gain = statistics.median(gains)
        shown = " ".join(
            f"{statistics.median(cycles[model]):{width}.1f}"
            for model, width in zip(METADATA, (9, 11, 9), strict=True)
        )
        spread = f"{gain:.2f} [{min(gains):.2f}-{max(gains):.2f}]"
        print(f"{case.title:52} {shown}  {spread}", flush=True)
        if (case.example, case.frame, case.ring) == _TARGET and not case.threaded:
            good = gain >= _LEAST_GAIN and _between(cycles)
            print(
                f"  {'pass' if good else 'FAIL'}  the target: xchange at least {_LEAST_GAIN} times "
                "as fast as copying, overlaying between them or equal to the better"
            )
    return 0 if _count(programs, settings, folder) and good else 1


def _between(cycles: Mapping[Metadata, Sequence[float]]) -> bool:
    """Whether the median of overlaying lies between those of the others."""
    copying, overlaying, xchange = (statistics.median(cycles[m]) for m in METADATA)
    return min(copying, xchange) <= overlaying <= max(copying, xchange)


def _cases() -> Iterator[_Case]:
    for name, ports in (("forwarder", 1), ("router-static", 2)):
        for frame in _FRAMES:
            yield _Case(example=name, ports=ports, frame=frame, ring=1024)
        for ring in _RINGS:
            if ring != 1024:
                yield _Case(example=name, ports=ports, frame=_FRAMES[0], ring=ring)
        if len(os.sched_getaffinity(0)) > 1:
            yield _Case(example=name, ports=ports, frame=_FRAMES[0], ring=1024, threaded=True)


Programs = Mapping[tuple[str, Metadata], Path]


def _compiled(name: str, ports: int, model: Metadata, settings: Settings, folder: Path) -> Path:
    program = folder / f"{name}-{model}"
    command = [sys.executable, "-m", "pmill", "compile", str(EXAMPLES / f"{name}.click")]
    command += [f"--metadata={model}", "--march", settings.march, "-o", str(program)]
    command += [f"--port={port}=net_pmill" for port in range(ports)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail("PM0902", f"cannot build {name} with {model}:\n{done.stderr.rstrip()}")
    return program


def _measured(
    case: _Case, programs: Programs, settings: Settings, folder: Path
) -> dict[Metadata, list[float]]:
    """Return the cycles a packet of each model, round by round."""
    show = steps()
    cycles: dict[Metadata, list[float]] = {model: [] for model in METADATA}
    for number in range(settings.rounds):
        show(f"{case.title}, round {number + 1} of {settings.rounds}")
        turns = METADATA if number % 2 == 0 else tuple(reversed(METADATA))
        for model in turns:
            command = [str(programs[case.example, model]), "--stats=json"]
            command += [
                f"--duration={settings.seconds}",
                f"--buffers={case.buffers(settings.mbufs)}",
                "--",
                *_devices(case, settings, folder),
            ]
            cycles[model].append(measure_command(model, command, settings).cycles)
    show("")
    return cycles


def _devices(
    case: _Case, settings: Settings, folder: Path, packets: int | None = None
) -> list[str]:
    """Return EAL's words: port 0 repeats a trace, or receives so many packets; port 1 nothing."""
    trace = folder / f"flows-{case.frame}-{packets or _FLOWS}.pcap"
    if not trace.exists():
        write_flows(trace, packets or _FLOWS, size=case.frame)
    common = f"stepped={int(not case.threaded)},preparsed=1,ring={case.ring}"
    loop = 1 if packets is None else 0
    words = ["--vdev", f"net_pmill0,rx_pcap={trace},loop={loop},{common}"]
    words += ["--vdev", f"net_pmill1,{common}"] if case.ports == 2 else []
    return [*words, "-l", str(settings.lcore)]


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail("PM0903", f"{command[0]} failed:\n{done.stderr.rstrip()}")
    return done.stdout


# --- data references ------------------------------------------------------------------------------


def _count(programs: Programs, settings: Settings, folder: Path) -> bool:
    """Print data references a packet; whether each model needs fewer than the one before.

    What the device does for a packet is among them, from reading its capture on: the same for all.
    """
    if shutil.which("valgrind") is None:
        raise fail("PM0904", "valgrind is not installed", hint="apt-get install valgrind")
    good = True
    print(f"\n{'data references a packet':42} {'copying':>9} {'overlaying':>11} {'xchange':>9}")
    for name, ports in (("forwarder", 1), ("router-static", 2)):
        case = _Case(example=name, ports=ports, frame=_FRAMES[0], ring=1024)
        counts = [_references(programs[name, m], case, settings, folder) for m in METADATA]
        print(f"{case.title:42} {counts[0]:9.2f} {counts[1]:11.2f} {counts[2]:9.2f}")
        good = good and counts[0] > counts[1] > counts[2]
    return good


def _references(program: Path, case: _Case, settings: Settings, folder: Path) -> float:
    few, many = (_cachegrind(program, case, packets, settings, folder) for packets in (_FEW, _MANY))
    return (many[1] - few[1]) / (many[0] - few[0])


def _cachegrind(
    program: Path, case: _Case, packets: int, settings: Settings, folder: Path
) -> tuple[int, int]:
    """Receive so many packets; return how many really were, and references."""
    output = folder / "cachegrind.out"
    stripped = folder / "stripped"
    _output(["strip", "--strip-debug", "-o", str(stripped), str(program)])
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=yes"]
    command += [f"--cachegrind-out-file={output}", str(stripped), "--stats=json"]
    command += ["--expect", f"0={packets}", "--"]
    command += _devices(case, settings, folder, packets)
    report = statistics_of(program.name, _output(command))
    found = _TOTALS.search(output.read_text())
    if found is None:
        raise fail("PM0904", f"cachegrind counted nothing of {program.name}")
    counts = dict(zip(found[1].split(), map(int, found[2].split()), strict=True))
    return int(report["packets"]), counts["Dr"] + counts["Dw"]
