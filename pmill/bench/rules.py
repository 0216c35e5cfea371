"""Measures what rules cost: cycles a packet and seconds to compile, for 10 to 10,000 of them.

A program that filters by rules (pmill/bench/rulesets.py) and sends back what passes, with packets
about its own rules. The criterion is a ratio: a thousand rules may take three times as long as ten.
The control is the same thousand rules as a program of steps, which must take longer than that.

Last, packets that only the last of a thousand rules is about: a program that was compiled with a
profile of them must forward them faster than one that was not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.bench.comparison import Comparison, Spread, interleave
from pmill.bench.contestants import Program
from pmill.bench.measure import measure
from pmill.bench.rulesets import SEEDS, Rule, configuration, last_traffic, rules, traffic
from pmill.bench.settings import Devices, Settings
from pmill.bench.trace import write_empty, write_frames
from pmill.diagnostics import fail
from pmill.progress import steps

SIZES: Final = (10, 100, 1_000, 10_000)
_LIMIT: Final = 3.0  # of a thousand rules to ten
_SECONDS: Final = 60.0  # to compile ten thousand
_MEGABYTES: Final = 2048
_PACKETS: Final = 1024
_CONTROL: Final = "acl, 1000, as steps"
_LAST: Final = "acl, 1000, the last"
_PROFILED: Final = "acl, 1000, profiled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A compiled program, its traffic, and what compiling it took."""

    program: Program
    devices: Devices
    seconds: float
    megabytes: float


def run(settings: Settings, folder: Path) -> int:
    """Print the table and the checks; 1 when one fails."""
    show = steps()
    built = _all_built(settings, folder, show)
    comparison = interleave(
        [each.program for each in built.values()],
        settings.rounds,
        "no-huge",
        lambda program: measure(program, settings, "no-huge", built[program.name].devices, 1.0),
        show,
    )
    show("")
    _print_table(comparison, built)
    return 0 if all([*_ratios(comparison), _profile(comparison), _compile_time(built)]) else 1


def _all_built(settings: Settings, folder: Path, show: Callable[[str], None]) -> dict[str, Built]:
    """Compile all programs, each with its traffic."""
    some = rules("acl", 1)
    _build(_name("acl", 1), some, traffic(some, 1), settings, folder)  # what is compiled only once
    built: dict[str, Built] = {}
    for kind in SEEDS:
        for size in SIZES:
            show(f"compiling {kind}, {size} rules")
            name, found = _name(kind, size), rules(kind, size)
            built[name] = _build(name, found, traffic(found, _PACKETS), settings, folder)
    show("compiling the control, and with a profile")
    found = rules("acl", 1_000)
    packets, last = traffic(found, _PACKETS), last_traffic(found, _PACKETS)
    steps_only = ("--disable-pass", "choose_matcher")
    built[_CONTROL] = _build(_CONTROL, found, packets, settings, folder, *steps_only)
    built[_LAST] = _build(_LAST, found, last, settings, folder)
    profile = ("--profile", str(built[_LAST].devices.flows))
    built[_PROFILED] = _build(_PROFILED, found, last, settings, folder, *profile)
    return built


def _name(kind: str, size: int) -> str:
    return f"{kind}, {size}"


def _build(
    name: str,
    found: Sequence[Rule],
    frames: Sequence[bytes],
    settings: Settings,
    folder: Path,
    *options: str,
) -> Built:
    """Compile a program for a rule set in a cache of its own, and write its traffic."""
    stem = folder / name.replace(", ", "-").replace(" ", "-")
    config, capture, empty = (stem.with_suffix(f".{end}") for end in ("click", "pcap", "none"))
    config.write_text(configuration(found))
    write_frames(capture, frames)
    write_empty(empty)
    command = [sys.executable, "-m", "pmill", "compile", str(config), "--march", settings.march]
    seconds, megabytes = _spent([*command, *options, "-o", str(stem)], folder / "cache")
    program = Program(
        name=name,
        ports=1,
        path=stem,
        options=("--stats=json", "--buffers", str(settings.mbufs)),
    )
    devices = Devices(flows=capture, second=empty)
    return Built(program=program, devices=devices, seconds=seconds, megabytes=megabytes)


def _spent(command: list[str], cache: Path) -> tuple[float, float]:
    """Return the seconds that a command takes and the most memory that any of its processes has."""
    environment = os.environ | {"XDG_CACHE_HOME": str(cache), "PMILL_CACHE": str(cache)}
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise fail("PM0905", f"cannot compile generated rules:\n{errors[:2000].rstrip()}")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def _print_table(comparison: Comparison, built: Mapping[str, Built]) -> None:
    print(f"{'rules':22} {'cycles/packet':>24} {'of 10 rules':>18} {'compiling':>10} {'memory':>9}")
    for name, each in built.items():
        least = _name(name.partition(",")[0], SIZES[0])
        print(
            f"{name:22} {_text(comparison.cycles(name)):>24} "
            f"{_text(comparison.ratio(name, least), 2):>18} {each.seconds:8.1f} s "
            f"{each.megabytes:5.0f} MiB"
        )
    share = comparison.least_share()
    if share < 0.97:
        print(f"note: other processes had up to {1 - share:.0%} of the processor")


def _ratios(comparison: Comparison) -> list[bool]:
    """Print what a thousand rules take, as a multiple of ten; return which are good."""
    good = []
    for kind in SEEDS:
        name = _name(kind, 1_000)
        value = comparison.ratio(name, _name(kind, 10))
        good.append(value.median <= _LIMIT)
        print(f"  {_mark(good[-1])}  {name} rules / 10: {_text(value, 2)}, at most {_LIMIT:g}")
    value = comparison.ratio(_CONTROL, _name("acl", 10))
    good.append(value.median > _LIMIT)
    print(f"  {_mark(good[-1])}  {_CONTROL} / 10: {_text(value, 2)}, control: above {_LIMIT:g}")
    return good


def _profile(comparison: Comparison) -> bool:
    """Print what a profile of the last rule's packets buys; return whether it does."""
    value = comparison.ratio(_PROFILED, _LAST)
    print(
        f"  {_mark(value.median < 1)}  the last of 1,000 rules: {_text(value, 2)} with its profile"
    )
    return value.median < 1


def _compile_time(built: Mapping[str, Built]) -> bool:
    largest = [built[_name(kind, SIZES[-1])] for kind in SEEDS]
    seconds, most = max(e.seconds for e in largest), max(e.megabytes for e in largest)
    good = seconds <= _SECONDS and most <= _MEGABYTES
    print(
        f"  {_mark(good)}  compiling {SIZES[-1]} rules: {seconds:.1f} s, at most {_SECONDS:g}; "
        f"{most:.0f} MiB, at most {_MEGABYTES}"
    )
    return good


def _mark(good: bool) -> str:
    return "pass" if good else "FAIL"


def _text(value: Spread, digits: int = 1) -> str:
    median, low, high = (f"{v:.{digits}f}" for v in (value.median, value.low, value.high))
    return f"{median} [{low}-{high}]"
