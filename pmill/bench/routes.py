"""Measures routing tables: cycles a packet, and seconds to compile and to start, by their size.

Every program is the same chain of elements around a lookup. The element in front of it sets the
destination: of the same 1024 addresses in turn, or of random ones; so captures are short, and
net_pcap costs the same everywhere. What counts is the ratio to a table of a single route in the
same round.

The control goes through a list of 1000 routes for every packet, and must be too slow.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.bench.comparison import Comparison, Spread, interleave
from pmill.bench.contestants import Program
from pmill.bench.measure import measure
from pmill.bench.route_table import Prefix, prefixes, write_destinations, write_table
from pmill.bench.settings import Devices, Memory, Settings
from pmill.bench.targets import Check
from pmill.bench.trace import router_devices
from pmill.diagnostics import fail
from pmill.progress import steps

SIZES: Final = (1, 1_000, 100_000, 900_000)
MOST: Final = {"listed": 1.25, "random": 3.0}
_CONTROL: Final = "list of 1,000"
_SECONDS: Final = 60.0
_OUTPUTS: Final = 2
_ELEMENTS: Final = Path(__file__).resolve().parents[2] / "bench" / "elements"
_CHAIN: Final = """
FromDPDKDevice(0) -> Strip(14) -> CheckIPHeader(CHECKSUM true) -> {destination}r :: {table};
out :: ToDPDKDevice(1);
r[0] -> DecIPTTL -> EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:01:00) -> out;
"""
_SECOND: Final = (
    "r[1] -> DecIPTTL -> EtherEncap(0x0800, 02:00:00:00:00:02, 02:00:00:00:01:01) -> out;\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds of a table: to compile a program with it, and from its start to the first packet."""

    compile: float
    load: float


def run(settings: Settings, folder: Path, memory: Memory = "no-huge") -> int:
    """Print cycles and times; returns 1 when a limit is missed or the control keeps it."""
    if not _ELEMENTS.is_dir():
        raise fail(
            "PM0902", "pmill bench routes needs a source checkout: bench/elements is missing"
        )
    show = steps()
    devices = router_devices(folder)
    show("making routing tables")
    make_tables(folder, SIZES)
    good = True
    programs: list[Program] = []
    for size in SIZES:
        show(f"compiling with {size:,} routes")
        built = {d: _built(folder, size, d, "StaticIPLookup", settings) for d in MOST}
        programs += built.values()
        times = _times(folder, size, built["listed"], settings, memory, devices)
        good = _print_times(size, times, show) and good
    programs.append(_built(folder, 1000, "listed", "ListIPLookup", settings, name=_CONTROL))
    comparison = interleave(
        programs,
        settings.rounds,
        memory,
        lambda program: measure(program, settings, memory, devices, 0.0),
        show,
    )
    show("")
    for program in programs:
        cycles = comparison.cycles(program.name)
        print(f"  {program.name:20}  {_text(cycles, 1)} cycles a packet")
    for check in checks(comparison):
        mark = "pass" if check.passed else "FAIL"
        limit = f"must be above {check.most}" if check.control else f"at most {check.most}"
        print(f"  {mark}  {check.what}: {_text(check.value, 2)}, {limit}")
        good = good and check.passed
    return 0 if good else 1


def title(size: int, destinations: str) -> str:
    """Return what a program is called in tables."""
    return f"{size:,}, {destinations}"


def checks(comparison: Comparison) -> list[Check]:
    """Return the checks of the largest table, and the control."""
    found = [
        Check(
            what=f"{title(SIZES[-1], d)} / {title(1, d)}",
            value=comparison.ratio(title(SIZES[-1], d), title(1, d)),
            most=most,
        )
        for d, most in MOST.items()
    ]
    reference = title(1, "listed")
    control = comparison.ratio(_CONTROL, reference)
    return [
        *found,
        Check(what=f"{_CONTROL} / {reference}", value=control, most=MOST["listed"], control=True),
    ]


def make_tables(folder: Path, sizes: tuple[int, ...]) -> None:
    """Write `routes-SIZE.txt` for each size; a table contains the smaller ones.

    `addresses-SIZE.bin` are destinations in it; a single route has those of the largest table.
    """
    table: list[Prefix] = prefixes(max(sizes))
    for size in sizes:
        write_table(folder / f"routes-{size}.txt", table[: size - 1], _OUTPUTS)
        used = table if size == 1 else table[:size]
        write_destinations(folder / f"addresses-{size}.bin", used)


def configuration(size: int, destinations: str | None, element: str) -> str:
    """Return the program; without destinations, packets keep theirs."""
    destination = ""
    if destinations is not None:
        random = "true" if destinations == "random" else "false"
        destination = f"SetDestination(addresses-{size}.bin, RANDOM {random}) -> "
    text = _CHAIN.format(destination=destination, table=f"{element}(FILE routes-{size}.txt)")
    return text if size == 1 else text + _SECOND


def _built(
    folder: Path, size: int, destinations: str, element: str, settings: Settings, name: str = ""
) -> Program:
    config = folder / f"{element}-{size}-{destinations}.click"
    config.write_text(configuration(size, destinations, element))
    _compile(config, settings)
    options = ("--stats=json", "--buffers", str(settings.mbufs))
    path = config.with_suffix("")
    return Program(name=name or title(size, destinations), ports=2, path=path, options=options)


def _compile(config: Path, settings: Settings) -> float:
    """Compile a configuration; return the seconds that took, as a user sees it."""
    command = [sys.executable, "-m", "pmill", "compile", str(config), "-I", str(_ELEMENTS)]
    command += ["--march", settings.march, "-o", str(config.with_suffix(""))]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail("PM0902", f"cannot build {config.name}:\n{done.stderr.rstrip()}")
    return time.monotonic() - start


def _times(
    folder: Path,
    size: int,
    program: Program,
    settings: Settings,
    memory: Memory,
    devices: Devices,
) -> Times:
    """Compile a program that is in no cache, as its folder is new; start one that ends at once."""
    config = folder / f"times-{size}.click"
    config.write_text(configuration(size, None, "StaticIPLookup"))
    seconds = _compile(config, settings)
    command = program.command(settings, memory, devices)
    command[command.index("--duration") + 1] = "0.001"
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail("PM0903", f"cannot start {program.name}:\n{done.stderr.rstrip()}")
    return Times(compile=seconds, load=time.monotonic() - start)


def _print_times(size: int, times: Times, show: Callable[[str], None]) -> bool:
    good = max(times.compile, times.load) < _SECONDS
    show("")
    print(
        f"  {'pass' if good else 'FAIL'}  {size:,} routes: compiled in {times.compile:.1f} s,"
        f" started and ended in {times.load:.2f} s, under {_SECONDS:.0f} s",
        flush=True,
    )
    return good


def _text(value: Spread, digits: int) -> str:
    return f"{value.median:.{digits}f} [{value.low:.{digits}f}-{value.high:.{digits}f}]"
