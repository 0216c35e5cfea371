"""Measures NAT by the number of flows: work a packet with 1,024 live flows and with a million.

Every program is the same chain of elements around FlowIPManagerIMP and FlowIPNAT. An element in
front makes each packet one of another flow, in an order without a pattern, and takes the time when
all flows are there, for so many packets: a flow begins once, and is used for long. Captures are
short, and net_pcap costs the same everywhere. What counts is the work above a program that makes
the flows and sends them on. How many flows were translated the program says itself.

The control asks for no memory before it is needed, and must be too slow.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from pmill.bench.comparison import Comparison, interleave
from pmill.bench.contestants import Contestant, Program
from pmill.bench.measure import statistics_of
from pmill.bench.sample import Sample
from pmill.bench.settings import Devices, Memory, Settings
from pmill.bench.targets import Check
from pmill.bench.trace import router_devices
from pmill.diagnostics import fail
from pmill.progress import steps

FEW: Final = 1024
MANY: Final = 1 << 20
MOST: Final = 2.5
FLOOR: Final = "no NAT"
CONTROL: Final = f"{MANY:,} flows, waiting for memory"
_ELEMENTS: Final = Path(__file__).resolve().parents[2] / "bench" / "elements"
_PACKETS_A_SECOND: Final = 10_000_000
_PATIENCE: Final = 60.0
_CHAIN: Final = """
FromDPDKDevice(0) -> Strip(14) -> {check} -> f :: SetFlow({flows}, {packets}){nat}
  -> EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:01:00) -> ToDPDKDevice(1);
"""
# One in ten numbers of flows stays free.
_NAT: Final = " -> FlowIPManagerIMP(CAPACITY {capacity}) -> n :: FlowIPNAT(192.0.2.1)"


def run(settings: Settings, folder: Path, memory: Memory = "no-huge") -> int:
    """Print cycles and flows; returns 1 when the limit is missed or the control keeps it."""
    if not _ELEMENTS.is_dir():
        raise fail("PM0902", "pmill bench flows needs a source checkout: bench/elements is missing")
    show = steps()
    devices = router_devices(folder)
    programs = [
        _built(folder, FLOOR, FEW, settings, show),
        _built(folder, title(FEW), FEW, settings, show),
        _built(folder, title(MANY), MANY, settings, show),
        _built(folder, CONTROL, MANY, settings, show, "--disable-pass", "cut_stages"),
    ]
    translated: dict[str, set[int]] = {program.name: set() for program in programs}

    def measured(contestant: Contestant) -> Sample:
        assert isinstance(contestant, Program)
        sample, flows = _measured(contestant, settings, memory, devices)
        translated[contestant.name].add(flows)
        return sample

    comparison = interleave(programs, settings.rounds, memory, measured, show)
    show("")
    for program in programs:
        cycles = comparison.cycles(program.name)
        print(
            f"  {program.name:36}  {cycles.median:.1f} [{cycles.low:.1f}-{cycles.high:.1f}] cycles"
            f" a packet, {_flows(translated[program.name])}"
        )
    found = [*checks(comparison), *_counted(translated)]
    for text, passed in found:
        print(f"  {'pass' if passed else 'FAIL'}  {text}")
    return 0 if all(passed for _, passed in found) else 1


def title(flows: int) -> str:
    """Return what a program is called in tables."""
    return f"{flows:,} flows"


def checks(comparison: Comparison) -> list[tuple[str, bool]]:
    """Return the check of many flows and the control, as lines, and whether they passed."""
    found: list[tuple[str, bool]] = []
    for name, control in ((title(MANY), False), (CONTROL, True)):
        check = Check(
            what=f"work of {name} / {title(FEW)}",
            value=comparison.work_ratio(name, title(FEW), FLOOR),
            most=MOST,
            control=control,
        )
        value = f"{check.value.median:.2f} [{check.value.low:.2f}-{check.value.high:.2f}]"
        limit = f"must be above {check.most}" if control else f"at most {check.most}"
        found.append((f"{check.what}: {value}, {limit}", check.passed))
    return found


def configuration(flows: int, packets: int, *, nat: bool) -> str:
    """Return the program; without NAT nothing is looked at."""
    return _CHAIN.format(
        check="CheckIPHeader(CHECKSUM true)" if nat else "MarkIPHeader",
        flows=flows,
        packets=packets,
        nat=_NAT.format(capacity=flows * 11 // 10) if nat else "",
    )


def _counted(translated: Mapping[str, set[int]]) -> list[tuple[str, bool]]:
    """Return whether every run has translated all of its flows."""
    wanted = {title(FEW): FEW, title(MANY): MANY, CONTROL: MANY}
    return [
        (f"{name}: {_flows(translated[name])}, {flows:,} wanted", translated[name] == {flows})
        for name, flows in wanted.items()
    ]


def _built(
    folder: Path,
    name: str,
    flows: int,
    settings: Settings,
    show: Callable[[str], None],
    *options: str,
) -> Program:
    show(f"compiling: {name}")
    config = folder / f"{''.join(c for c in name if c.isalnum())}.click"
    packets = max(1, round(settings.seconds * _PACKETS_A_SECOND))
    config.write_text(configuration(flows, packets, nat=name != FLOOR))
    path = config.with_suffix("")
    command = [sys.executable, "-m", "pmill", "compile", str(config), "-I", str(_ELEMENTS)]
    command += ["--march", settings.march, "-o", str(path), *options]
    _done(command, f"cannot build {config.name}", "PM0902")
    return Program(
        name=name, ports=2, path=path, options=("--stats=json", "--buffers", str(settings.mbufs))
    )


def _measured(
    program: Program, settings: Settings, memory: Memory, devices: Devices
) -> tuple[Sample, int]:
    """Run a program once; returns its sample, and how many flows it has translated."""
    command = program.command(settings, memory, devices)
    command[command.index("--duration") + 1] = str(_PATIENCE)
    said = statistics_of(program.name, _done(command, f"cannot measure {program.name}", "PM0903"))
    counters = {name: element["counters"] for name, element in said["elements"].items()}
    packets, seconds = counters["f"]["packets"], counters["f"]["nanoseconds"] * 1e-9
    if packets == 0:
        raise fail("PM0903", f"cannot measure {program.name}: it took over {_PATIENCE:.0f} s")
    cycles = seconds * float(said["tsc_hz"]) / packets
    sample = Sample(cycles=cycles, packets=packets, seconds=seconds, share=1.0)
    return sample, counters["n"]["count"] if "n" in counters else 0


def _done(command: Sequence[str], what: str, code: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail(code, f"{what}:\n{done.stderr.rstrip()}")
    return done.stdout


def _flows(counted: set[int]) -> str:
    few, many = min(counted), max(counted)
    number = f"{few:,}" if few == many else f"{few:,} to {many:,}"
    return f"{number} flows translated"
