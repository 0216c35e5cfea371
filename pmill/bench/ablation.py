"""What each pass is worth: instructions and cycles a packet with it alone, and with all but it.

Two configurations are taken apart: the router of the examples, and a firewall of a hundred rules.
Programs with the same code are measured once. What costs a packet nothing, whatever is done with
it, is the floor: a loop that only receives and sends. Above it lies the work, and a pass is worth
what it takes from that.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pmill.bench import ablation_report
from pmill.bench.comparison import Comparison, interleave
from pmill.bench.contestants import (
    EXAMPLES,
    SPIN_CYCLES,
    Contestant,
    Program,
    build_limits,
    by_hand,
    with_neighbours,
)
from pmill.bench.firewall import firewall
from pmill.bench.instructions import instructions
from pmill.bench.measure import clock_hz, measure
from pmill.bench.settings import Devices, Memory, Settings
from pmill.bench.targets import (
    FLOOR_TWO,
    ROUTER_BY_HAND,
    ROUTER_OFF,
    ROUTER_VIRTUAL,
    VIRTUAL_CONTROL,
)
from pmill.bench.trace import router_devices
from pmill.diagnostics import Source
from pmill.options import CompileOptions
from pmill.progress import steps
from pmill.verify.building import Builder
from pmill.verify.variants import Passes, PassList, Variant

OFF: Final = "no pass"
_CLOCK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A configuration that is taken apart.

    `programs` has by variant the name of the contestant, which several with the same code share;
    `passes` are the names of all passes.
    """

    name: str
    passes: tuple[str, ...]
    programs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """All that was measured.

    `instructions` a packet by contestant; `idle` are passes that change the code of no example.
    """

    subjects: tuple[Subject, ...]
    instructions: Mapping[str, float]
    cycles: Comparison
    idle: tuple[str, ...]


def run(settings: Settings, memory: Memory) -> int:
    """Print the tables and the checks; 1 when a check fails."""
    with tempfile.TemporaryDirectory(prefix="pmill-ablation-") as name:
        found = _measured(settings, memory, Path(name))
    print(ablation_report.text(found))
    return 0 if all(check.passed for check in ablation_report.checks(found)) else 1


def _measured(settings: Settings, memory: Memory, folder: Path) -> Ablation:
    show = steps()
    show("building")
    build_limits(settings)
    devices = router_devices(folder)
    contestants: dict[str, Program] = {
        program.name: program
        for program in (
            by_hand(FLOOR_TWO, "floor", 2, settings),
            by_hand(ROUTER_BY_HAND, "router", 2, settings),
            by_hand(ROUTER_VIRTUAL, "router_virtual", 2, settings),
            by_hand(VIRTUAL_CONTROL, "router_virtual", 2, settings, spin=SPIN_CYCLES),
        )
    }
    passes = PassList(options=CompileOptions(march=settings.march), pipeline=None)
    static = _builder("router-static.click", passes)
    off = _program(static, frozenset(), settings, ROUTER_OFF)
    contestants[off.name] = off
    subjects = []
    for builder, has_neighbours in (
        (_builder("router.click", passes), True),
        (Builder(source=Source("firewall-100.click", firewall()), passes=passes), False),
    ):
        show(f"compiling {builder.source.name}")
        subject, programs = _taken_apart(builder, settings)
        subjects.append(subject)
        for program in programs:
            fed = with_neighbours(program) if has_neighbours else program
            contestants[fed.name] = fed
    counts: dict[str, float] = {}
    for program in contestants.values():
        if program.name != VIRTUAL_CONTROL:  # its instructions depend on the clock
            show(f"counting: {program.name}")
            counts[program.name] = instructions(program, settings, devices, folder)
    return Ablation(
        subjects=tuple(subjects),
        instructions=counts,
        cycles=_cycles(list(contestants.values()), settings, memory, devices),
        idle=_idle(passes, subjects),
    )


def _builder(example: str, passes: PassList) -> Builder:
    text = (EXAMPLES / example).read_text()
    return Builder(source=Source(f"examples/{example}", text), passes=passes)


def _taken_apart(builder: Builder, settings: Settings) -> tuple[Subject, list[Program]]:
    """Compile all variants of a configuration; those with the same code once."""
    variants = (Variant(label=OFF, passes=frozenset()), *builder.passes.variants(each=True))
    title = Path(builder.source.name).name
    names: dict[str, str] = {}
    programs: list[Program] = []
    by_variant: dict[str, str] = {}
    for variant in variants:
        code = builder.code(variant.passes)
        if code.key not in names:
            names[code.key] = f"{title}, {variant.label}"
            programs.append(_program(builder, variant.passes, settings, names[code.key]))
        by_variant[variant.label] = names[code.key]
    subject = Subject(name=title, passes=builder.passes.names, programs=by_variant)
    return subject, programs


def _program(builder: Builder, passes: Passes, settings: Settings, name: str) -> Program:
    path = builder.program(builder.code(passes))
    options = ("--stats=json", "--buffers", str(settings.mbufs))
    return Program(name=name, ports=2, path=path, options=options)


def _cycles(
    contestants: Sequence[Contestant], settings: Settings, memory: Memory, devices: Devices
) -> Comparison:
    floor = next(c for c in contestants if isinstance(c, Program))
    tsc_hz = clock_hz(floor, replace(settings, seconds=_CLOCK_SECONDS), memory, devices)
    return interleave(
        contestants,
        settings.rounds,
        memory,
        lambda contestant: measure(contestant, settings, memory, devices, tsc_hz),
        steps(),
    )


def _idle(passes: PassList, subjects: Sequence[Subject]) -> tuple[str, ...]:
    """The passes whose absence changes the code of nothing that was measured, nor of an example."""
    idle = [
        name
        for name in passes.names
        if all(s.programs[f"without {name}"] == s.programs["all passes"] for s in subjects)
    ]
    for path in sorted(EXAMPLES.glob("*.click")):
        builder = _builder(path.name, passes)
        whole = builder.code(passes.all).key
        idle = [n for n in idle if builder.code(passes.closed(passes.all - {n})).key == whole]
    return tuple(idle)
