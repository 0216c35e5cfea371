"""Runs a scenario: builds, measures round by round, counts, and keeps it all."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pmill.bench.comparison import Comparison, interleave
from pmill.bench.contestants import ClickPeer, Contestant, Program, build_limits, by_hand
from pmill.bench.instructions import cache_events, instructions
from pmill.bench.measure import clock_hz, measure
from pmill.bench.sample import failure
from pmill.bench.scenario import frames
from pmill.bench.scenario.building import build, compile_seconds, described, tools_of
from pmill.bench.scenario.latency import Latency, latencies
from pmill.bench.scenario.machine import machine
from pmill.bench.scenario.model import Compiled, Scenario, Traffic
from pmill.bench.scenario.results import Counts, Result
from pmill.bench.settings import Devices, Memory, Settings
from pmill.diagnostics import fail
from pmill.progress import steps

_CLOCK_SECONDS: Final = 0.1
# Of fewer packets than this a median of rounds says nothing.
LEAST_PACKETS: Final = 20_000
LEAST_ROUNDS: Final = 9


def measure_all(
    scenario: Scenario,
    settings: Settings,
    memories: Sequence[Memory],
    *,
    only: Sequence[str] | None = None,
) -> list[Result]:
    """Measure a scenario; one result for each value of its sweep, or one.

    `only`: measure these things and leave out what else it asks for. PM0903 when too few packets
    were forwarded to tell anything.
    """
    measures = tuple(m for m in scenario.measures if only is None or m in only)
    settings = replace(settings, rounds=settings.rounds * scenario.times)
    left = _Left(_runs(scenario, settings, memories, measures))
    results = []
    with tempfile.TemporaryDirectory(prefix="pmill-scenario-") as name:
        folder = Path(name)
        contestants = build(scenario, settings, folder, left.say)
        build_limits(settings)
        for at, traffic in _traffics(scenario):
            devices, mean = frames.write(traffic, folder)
            results.append(
                Result(
                    scenario=scenario,
                    at=at,
                    tsc_hz=_clock(settings, devices),
                    frame_bytes=mean,
                    made={a.name: described(a, settings) for a in scenario.alternatives},
                    cycles=[
                        _cycles(contestants, settings, memory, devices, left)
                        for memory in memories
                        if "cycles" in measures
                    ],
                    counts=_counts(scenario, contestants, settings, devices, folder, measures, left)
                    if at is None
                    else {},
                    machine=machine(settings, tools_of(contestants.values()), _files(scenario)),
                )
            )
    left.end()
    return results


def _traffics(scenario: Scenario) -> Iterator[tuple[int | None, Traffic]]:
    sweep = scenario.sweep
    if sweep is None:
        yield None, scenario.traffic
        return
    for value in sweep.values:
        match sweep.over:
            case "size":
                yield value, replace(scenario.traffic, size=str(value))
            case "flows":
                yield value, replace(scenario.traffic, flows=value)


def _cycles(
    contestants: Mapping[str, Contestant],
    settings: Settings,
    memory: Memory,
    devices: Devices,
    left: _Left,
) -> Comparison:
    hz = _clock(settings, devices)
    comparison = interleave(
        list(contestants.values()),
        settings.rounds,
        memory,
        lambda contestant: measure(contestant, settings, memory, devices, hz),
        left.step,
    )
    for name, samples in comparison.samples.items():
        if (packets := min(s.packets for s in samples)) < LEAST_PACKETS:
            raise failure(name, f"a run forwarded {packets} packets, too few to tell anything")
    return comparison


def _clock(settings: Settings, devices: Devices) -> float:
    floor = by_hand("floor", "floor", 1, settings)
    return clock_hz(floor, replace(settings, seconds=_CLOCK_SECONDS), "no-huge", devices)


def _counts(
    scenario: Scenario,
    contestants: Mapping[str, Contestant],
    settings: Settings,
    devices: Devices,
    folder: Path,
    measures: Sequence[str],
    left: _Left,
) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for name, contestant in contestants.items():
        events: Mapping[str, float] = {}
        size = seconds = None
        latency: Latency | None = None
        alternative = scenario.alternative(name)
        if isinstance(contestant, Program):
            if "caches" in measures:
                left.step(f"counting references to memory: {name}")
                events = cache_events(contestant, settings, devices, folder)
            elif "instructions" in measures:
                left.step(f"counting instructions: {name}")
                events = {"Ir": instructions(contestant, settings, devices, folder)}
            if "size" in measures:
                size = code_bytes(contestant.path)
        if "compile" in measures and isinstance(alternative, Compiled):
            left.step(f"compiling: {name}")
            seconds = compile_seconds(alternative, settings, folder, 3)
        if "latency" in measures and not isinstance(contestant, ClickPeer):
            left.step(f"latency: {name}")
            latency = latencies(contestant, settings, devices, folder)
        found[name] = Counts(
            events=events, code_bytes=size, compile_seconds=seconds, latency=latency
        )
    return found


def code_bytes(program: Path) -> int:
    """Return the bytes of a program's machine code and constants."""
    if shutil.which("size") is None:
        raise fail("PM0904", "size is not installed", hint="apt-get install binutils")
    done = subprocess.run(["size", str(program)], capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[1].split()[0])


def _files(scenario: Scenario) -> list[Path]:
    return [
        scenario.path,
        *(a.config for a in scenario.alternatives if isinstance(a, Compiled)),
    ]


def _runs(
    scenario: Scenario, settings: Settings, memories: Sequence[Memory], measures: Sequence[str]
) -> int:
    alternatives = len(scenario.alternatives)
    values = len(scenario.sweep.values) if scenario.sweep else 1
    runs = values * alternatives * settings.rounds * len(memories) * ("cycles" in measures)
    return runs + alternatives * len({*measures} - {"cycles", "size"})


class _Left:
    """Says what is done, and how long the rest will take."""

    def __init__(self, steps_in_all: int) -> None:
        self._show: Callable[[str], None] = steps()
        self._all, self._done, self._start = steps_in_all, 0, time.monotonic()

    def say(self, what: str) -> None:
        """Show a step whose length nobody knows."""
        self._show(what)
        self._start = time.monotonic()

    def step(self, what: str) -> None:
        """Show one of the steps that were counted."""
        rest = ""
        if self._done:
            each = (time.monotonic() - self._start) / self._done
            seconds = round(each * (self._all - self._done))
            rest = f", {seconds // 60}:{seconds % 60:02} left"
        self._done += 1
        bar = "#" * round(20 * min(1, self._done / max(1, self._all)))
        self._show(f"[{bar:20}]{rest}  {what}")

    def end(self) -> None:
        """Show nothing any more."""
        self._show("")
