"""Counts instructions a packet with callgrind.

A program is run twice and stops after different numbers of packets; what the second run takes
more, over the packets it has more, is the cost of a packet: starting and stopping cancel out.
Unlike time this repeats to a few parts in 10^5 on any machine, however busy. Instructions of
DPDK's drivers are part of it; they are the same for all, and the floor shows how many they are.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.bench.contestants import (
    Program,
    build_limits,
    by_hand,
    compiled,
)
from pmill.bench.measure import statistics_of
from pmill.bench.settings import Devices, Settings, memory_arguments
from pmill.bench.targets import (
    FLOOR_ONE,
    FLOOR_TWO,
    FORWARDER,
    FORWARDER_BY_HAND,
    FORWARDER_OFF,
    ROUTER,
    ROUTER_BY_HAND,
    ROUTER_OFF,
    floor_of,
)
from pmill.bench.trace import router_devices
from pmill.diagnostics import fail
from pmill.progress import steps

# Far enough apart to drown the noise of starting up.
_FEW: Final = 32 * 256
_MANY: Final = 32 * 2048
_TIMEOUT_SECONDS: Final = 300
_TOTALS: Final = re.compile(
    r"^events: ([^\n]*)$.*^(?:summary|totals): ([^\n]*)$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    packets: int
    events: Mapping[str, int]


def run(settings: Settings, folder: Path, *, limits_only: bool = False) -> int:
    """Print the instructions a packet of all programs but testpmd, which cannot stop by itself."""
    show = steps()
    show("building")
    build_limits(settings)
    # The same endless trace for both runs: a program may read its captures when it starts.
    devices = router_devices(folder)
    counts: dict[str, float] = {}
    for program in _programs(settings, folder, limits_only=limits_only):
        show(f"counting: {program.name}")
        counts[program.name] = instructions(program, settings, devices, folder)
    show("")
    width = max(len(name) for name in counts)
    print(f"  {'':{width}}   instructions/packet   above the floor")
    for name, count in counts.items():
        above = count - counts[floor_of(name)]
        print(f"  {name:{width}}   {count:19.2f}   {above:15.2f}")
    return 0


def instructions(program: Program, settings: Settings, devices: Devices, folder: Path) -> float:
    """Return the instructions a packet of one program; PM0904 when callgrind cannot run it."""
    return events(program, settings, devices, folder, ["--tool=callgrind"])["Ir"]


def cache_events(
    program: Program, settings: Settings, devices: Devices, folder: Path
) -> dict[str, float]:
    """Return what cachegrind's model of the caches counts a packet, by its names of events.

    `Ir` are instructions, `Dr` and `Dw` data references; with 1 or L, misses of the first and the
    last level.
    """
    return events(program, settings, devices, folder, ["--tool=cachegrind", "--cache-sim=yes"])


def events(
    program: Program, settings: Settings, devices: Devices, folder: Path, tool: Sequence[str]
) -> dict[str, float]:
    """Return what a tool of valgrind's counts a packet; PM0904 when it cannot run the program."""
    few = _counted(program, settings, devices, _FEW, folder, tool)
    # On a busy machine a program may run on for long before it notices that it has enough.
    for times in (1, 4, 16):
        packets = times * max(_MANY, 4 * few.packets)
        many = _counted(program, settings, devices, packets, folder, tool)
        if many.packets > few.packets:
            more = many.packets - few.packets
            return {name: (n - few.events[name]) / more for name, n in many.events.items()}
    raise fail("PM0904", f"{program.name} cannot be counted", hint="try again on an idle machine")


def _programs(settings: Settings, folder: Path, *, limits_only: bool) -> list[Program]:
    programs = [
        by_hand(FLOOR_ONE, "floor", 1, settings),
        by_hand(FLOOR_TWO, "floor", 2, settings),
        by_hand(FORWARDER_BY_HAND, "forwarder", 1, settings),
        by_hand(ROUTER_BY_HAND, "router", 2, settings),
    ]
    if not limits_only:
        programs += [
            compiled(FORWARDER, "forwarder", 1, 3, settings, folder),
            compiled(ROUTER, "router-static", 2, 3, settings, folder),
            compiled(FORWARDER_OFF, "forwarder", 1, 0, settings, folder),
            compiled(ROUTER_OFF, "router-static", 2, 0, settings, folder),
        ]
    return programs


def _counted(
    program: Program,
    settings: Settings,
    devices: Devices,
    packets: int,
    folder: Path,
    tool: Sequence[str],
) -> _Run:
    """Run a program under valgrind until it has received at least `packets` packets."""
    if shutil.which("valgrind") is None:
        raise fail("PM0904", "valgrind is not installed", hint="apt-get install valgrind")
    output = folder / "valgrind.out"
    stripped = _without_debug_info(program.path, folder)
    # The programs of bench/limits count packets of all ports, ours those of each.
    expect = str(packets) if "--stats=json" not in program.options else f"0={packets}"
    name = tool[0].partition("=")[2]
    command = ["valgrind", *tool, f"--{name}-out-file={output}"]
    command += [str(stripped), *program.options, "--expect", expect, "--"]
    command += [*memory_arguments("no-huge"), *devices.arguments(program.ports)]
    command += ["-l", str(settings.lcore)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise fail("PM0904", f"{program.name} did not end under {name}") from None
    found = _TOTALS.search(output.read_text()) if done.returncode == 0 else None
    if found is None:
        tail = "\n".join(done.stderr.splitlines()[-8:])
        raise fail("PM0904", f"{program.name} failed under {name}:\n{tail}")
    received = int(statistics_of(program.name, done.stdout)["packets"])
    counts = zip(found[1].split(), map(int, found[2].split()), strict=False)
    return _Run(packets=received, events=dict(counts))


def _without_debug_info(program: Path, folder: Path) -> Path:
    """A copy without debugging information, which older valgrinds cannot read when it is new."""
    copy = folder / f"{program.name}.stripped"
    command = ["strip", "--strip-debug", "-o", str(copy), str(program)]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise fail("PM0904", f"cannot strip {program}", hint="apt-get install binutils") from None
    return copy
