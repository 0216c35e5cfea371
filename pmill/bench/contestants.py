"""Who is measured: each contestant is a program, the devices it gets, and how it is asked.

`Program` counts its own packets and cycles and prints them as JSON; `Testpmd` is steered by its
prompt and its counters are read twice.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pmill.bench.settings import Devices, Memory, Settings, memory_arguments
from pmill.diagnostics import fail
from pmill.run.traffic import neighbours

_CHECKOUT: Final = Path(__file__).resolve().parents[2]
LIMITS: Final = _CHECKOUT / "bench" / "limits"
EXAMPLES: Final = _CHECKOUT / "examples"

SPIN_CYCLES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that stops after `--duration` and prints its own cycles a packet."""

    name: str
    ports: Literal[1, 2]
    path: Path
    options: tuple[str, ...]

    def command(self, settings: Settings, memory: Memory, devices: Devices) -> list[str]:
        """Return the words that run it."""
        return [
            str(self.path),
            *self.options,
            "--duration",
            str(settings.seconds),
            "--",
            *memory_arguments(memory),
            *devices.arguments(self.ports),
            "-l",
            str(settings.lcore),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Testpmd:
    """DPDK's own forwarder, on one port."""

    name: str = "testpmd macswap"
    ports: Literal[1, 2] = 1
    path: Path = Path("dpdk-testpmd")
    mode: str = "macswap"

    def command(self, settings: Settings, memory: Memory, devices: Devices) -> list[str]:
        """Return the words that run it; its idle main thread shares the lcore's processor."""
        return [
            str(self.path),
            *memory_arguments(memory),
            *devices.arguments(self.ports),
            "--lcores",
            f"(0,1)@{settings.lcore}",
            "--",
            "--interactive",
            f"--forward-mode={self.mode}",
            "--no-mlockall",
            "--no-lsc-interrupt",
            "--nb-cores=1",
            f"--total-num-mbufs={settings.mbufs}",
            f"--mbuf-size={settings.mbuf_size}",
            f"--rxd={settings.descriptors}",
            f"--txd={settings.descriptors}",
            f"--burst={settings.burst}",
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickPeer:
    """Another program with Click's command line; `words` are the configuration and variables."""

    name: str
    ports: Literal[1, 2]
    path: Path
    words: tuple[str, ...]

    def command(self, settings: Settings, memory: Memory, devices: Devices) -> list[str]:
        """Return the words that run it, but for those that open its control socket."""
        eal = [*memory_arguments(memory), *devices.arguments(self.ports)]
        return [str(self.path), "--dpdk", *eal, "-l", str(settings.lcore), "--", *self.words]


Contestant = Program | Testpmd | ClickPeer


def build_limits(settings: Settings) -> None:
    """Compile the hand-written programs; PM0902 when that fails."""
    if not LIMITS.is_dir():
        raise fail("PM0902", "pmill bench needs a source checkout: bench/limits is missing")
    command = ["make", "-s", "-C", str(LIMITS), f"MARCH={settings.march}"]
    _build([*command, f"BUILD=build/{settings.march}"], "the programs of bench/limits")


def limits_program(name: str, settings: Settings) -> Path:
    """Return where `build_limits` puts a program."""
    return LIMITS / "build" / settings.march / name


def compile_example(name: str, level: int, settings: Settings, folder: Path) -> Path:
    """Compile an example with pmill; PM0902 when that fails."""
    program = folder / f"{name}-O{level}"
    command = [sys.executable, "-m", "pmill", "compile", str(EXAMPLES / f"{name}.click")]
    command += [f"-O{level}", "--march", settings.march, "-o", str(program)]
    _build(command, f"examples/{name}.click")
    return program


def _build(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail("PM0902", f"cannot build {what}:\n{(done.stderr or done.stdout).rstrip()}")


def by_hand(
    name: str, source: str, ports: Literal[1, 2], settings: Settings, spin: int = 0
) -> Program:
    """Describe a program of bench/limits; `spin` wastes that many cycles on every packet."""
    options = ["--mbufs", str(settings.mbufs), "--mbuf-size", str(settings.mbuf_size)]
    options += ["--descriptors", str(settings.descriptors)]
    if spin:
        options += ["--spin", str(spin)]
    path = limits_program(source, settings)
    return Program(name=name, ports=ports, path=path, options=tuple(options))


def with_neighbours(router: Program) -> Program:
    """Tell examples/router.click the addresses for which it would ask: nobody is there."""
    writes = tuple(
        word
        for ip, ether in neighbours()
        for word in ("--write", f"neighbours.insert {ip} {ether}")
    )
    return replace(router, options=(*router.options, *writes))


def compiled(
    name: str, example: str, ports: Literal[1, 2], level: int, settings: Settings, folder: Path
) -> Program:
    """Compile an example and describe the program."""
    path = compile_example(example, level, settings, folder)
    options = ("--stats=json", "--buffers", str(settings.mbufs))
    return Program(name=name, ports=ports, path=path, options=options)
