"""`pmill bench`: reads its arguments and runs one of the measurements."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pmill.bench import hugepages, targets
from pmill.bench.comparison import Comparison, interleave
from pmill.bench.contestants import (
    SPIN_CYCLES,
    Contestant,
    Program,
    Testpmd,
    build_limits,
    by_hand,
    compiled,
    with_neighbours,
)
from pmill.bench.measure import clock_hz, measure
from pmill.bench.report import table, write_json
from pmill.bench.scenario import command as scenarios
from pmill.bench.scenario.running import LEAST_ROUNDS
from pmill.bench.settings import HUGEPAGES, Devices, Memory, Settings
from pmill.bench.trace import router_devices
from pmill.diagnostics import fail
from pmill.progress import steps

_MEASUREMENTS: Final = (
    "cycles",
    "instructions",
    "compile-time",
    "front-end",
    "control",
    "workers",
    "metadata",
    "flows",
    "routes",
    "rules",
)
_QUICK_ROUNDS: Final = 3
_QUICK_SECONDS: Final = 0.1


def run(args: Sequence[str]) -> int:
    """Measure what the arguments ask for."""
    arguments = _parser().parse_args(args)
    settings = _settings(arguments)
    if arguments.ablation:
        scenarios.refuse_options("--ablation", arguments)
        from pmill.bench.ablation import run as ablation

        return ablation(settings, arguments.memory or "no-huge")
    what = arguments.what[0] if arguments.what else "cycles"
    if what not in (*_MEASUREMENTS, "paper") or len(arguments.what) > 1:
        _only_scenarios(arguments.what)
        with hugepages.reserved(arguments.reserve_hugepages):
            memories = _memories(arguments.memory)
            return scenarios.run(arguments.what, arguments, settings, memories)
    scenarios.refuse_options(what, arguments)
    with tempfile.TemporaryDirectory(prefix="pmill-bench-") as name:
        folder = Path(name)
        match what:
            case "paper":
                from pmill.bench.scenario.paper import run as paper

                with hugepages.reserved(arguments.reserve_hugepages):
                    if arguments.rounds is None and not arguments.quick:
                        settings = replace(settings, rounds=LEAST_ROUNDS)  # there is much to do
                    memories, peers = _memories(arguments.memory), scenarios.peers(arguments.peer)
                    return paper(settings, memories, peers, quick=arguments.quick)
            case "instructions":
                from pmill.bench.instructions import run as count

                return count(settings, folder, limits_only=arguments.limits_only)
            case "compile-time":
                from pmill.bench.compile_time import run as compile_time

                return compile_time(settings.rounds, folder)
            case "front-end":
                from pmill.bench.front_end import run as front_end

                return front_end(settings.rounds, folder)
            case "rules":
                from pmill.bench.rules import run as rules

                return rules(settings, folder)
            case "control":
                from pmill.bench.control import run as control

                return control(settings, folder)
            case "workers":
                from pmill.bench.workers import run as workers

                return workers(settings, folder)
            case "metadata":
                from pmill.bench.metadata import run as metadata

                return metadata(settings, folder)
            case "routes":
                from pmill.bench.routes import run as routes

                return routes(settings, folder, arguments.memory or "no-huge")
            case "flows":
                from pmill.bench.flows import run as flows

                return flows(settings, folder, arguments.memory or "no-huge")
            case _:
                return _compare(arguments, settings, folder)


def _only_scenarios(names: Sequence[str]) -> None:
    """Say that a measurement stands alone; PM0907."""
    for name in names:
        if name in (*_MEASUREMENTS, "paper"):
            raise fail("PM0907", f"'{name}' is no scenario, and is measured alone")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pmill bench",
        description="Measure the examples against testpmd, the I/O floor and programs by hand.",
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help=f"one of {', '.join(_MEASUREMENTS)}: cycles a packet (the default), instructions a "
        "packet, seconds to compile, seconds to check large configurations, what the control "
        "protocol costs, what a second worker is worth, the metadata models, or flows, routing "
        "tables and rules by their number; `paper`: all that the PacketMill paper measured, into "
        "bench-results/; or scenarios: names in bench/, or TOML files",
    )
    parser.add_argument(
        "--ablation",
        action="store_true",
        help="what each pass is worth: each alone, and all but each",
    )
    parser.add_argument("--rounds", type=_at_least_one, help="rounds of all contestants (21)")
    parser.add_argument("--seconds", type=float, help="length of one measurement (0.2)")
    parser.add_argument("--quick", action="store_true", help="3 short rounds: is all in place?")
    parser.add_argument("--lcore", type=int, help="processor to measure on (the last)")
    parser.add_argument("--mbufs", type=_at_least_one, help="buffers of every pool (8192)")
    parser.add_argument("--march", help="instruction set (x86-64-v3)")
    parser.add_argument(
        "--limits-only", action="store_true", help="leave out the programs that pmill compiles"
    )
    parser.add_argument(
        "--memory", choices=("no-huge", "huge"), help="one memory mode only (all there are)"
    )
    parser.add_argument(
        "--reserve-hugepages",
        type=int,
        nargs="?",
        const=HUGEPAGES,
        default=0,
        metavar="N",
        help=f"reserve N hugepages of 2 MiB ({HUGEPAGES}) and return them afterwards",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all samples")
    scenarios.add_arguments(parser)
    return parser


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _settings(arguments: argparse.Namespace) -> Settings:
    lcore = arguments.lcore
    settings = Settings(lcore=max(os.sched_getaffinity(0)) if lcore is None else lcore)
    if arguments.quick:
        settings = replace(settings, rounds=_QUICK_ROUNDS, seconds=_QUICK_SECONDS, warm_up=0.05)
    given = {
        name: value
        for name in ("rounds", "seconds", "mbufs", "march")
        if (value := getattr(arguments, name)) is not None
    }
    return replace(settings, **given)


def _compare(arguments: argparse.Namespace, settings: Settings, folder: Path) -> int:
    show = steps()
    devices = router_devices(folder)
    show("building")
    contestants = _contestants(settings, folder, limits_only=arguments.limits_only)
    comparisons = []
    with hugepages.reserved(arguments.reserve_hugepages):
        for memory in _memories(arguments.memory):
            comparisons.append(_compare_in(memory, contestants, settings, devices))
            show("")
            print(table(comparisons[-1]), end="\n\n", flush=True)
    if arguments.json is not None:
        write_json(arguments.json, settings, comparisons)
    return 0 if all(c.passed for each in comparisons for c in targets.check(each)) else 1


def _compare_in(
    memory: Memory, contestants: Sequence[Contestant], settings: Settings, devices: Devices
) -> Comparison:
    floor = next(c for c in contestants if isinstance(c, Program))
    tsc_hz = clock_hz(floor, replace(settings, seconds=_QUICK_SECONDS), memory, devices)
    return interleave(
        contestants,
        settings.rounds,
        memory,
        lambda contestant: measure(contestant, settings, memory, devices, tsc_hz),
        steps(),
    )


def _memories(wanted: Memory | None) -> list[Memory]:
    """The modes to measure: hugepages by themselves only where enough are free."""
    if wanted is not None:
        return [wanted]
    return ["no-huge", "huge"] if hugepages.free() >= HUGEPAGES else ["no-huge"]


def _contestants(settings: Settings, folder: Path, *, limits_only: bool) -> list[Contestant]:
    build_limits(settings)
    # What is compared runs one after the other: the machine changes in the meantime.
    forwarders: list[Contestant] = [by_hand(targets.FORWARDER_BY_HAND, "forwarder", 1, settings)]
    routers: list[Contestant] = [by_hand(targets.ROUTER_BY_HAND, "router", 2, settings)]
    if not limits_only:
        forwarders += [
            compiled(targets.FORWARDER, "forwarder", 1, 3, settings, folder),
            compiled(targets.FORWARDER_OFF, "forwarder", 1, 0, settings, folder),
        ]
        routers += [
            compiled(targets.ROUTER, "router-static", 2, 3, settings, folder),
            with_neighbours(compiled(targets.ROUTER_ARP, "router", 2, 3, settings, folder)),
            compiled(targets.ROUTER_OFF, "router-static", 2, 0, settings, folder),
        ]
    return [
        by_hand(targets.FLOOR_ONE, "floor", 1, settings),
        *forwarders,
        Testpmd(name=targets.TESTPMD),
        by_hand(targets.FLOOR_TWO, "floor", 2, settings),
        *routers,
        by_hand(targets.CONTROL, "router", 2, settings, spin=SPIN_CYCLES),
    ]
