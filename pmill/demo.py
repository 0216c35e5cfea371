"""`pmill demo`: compile a configuration, send a trace through it, and show what happened."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmill.bench.trace import write_flows
from pmill.diagnostics import Diagnostics, Source, fail
from pmill.driver import Product, compile_config
from pmill.options import CompileOptions
from pmill.progress import steps
from pmill.run.execute import run_command
from pmill.run.pcap import count_packets
from pmill.run.traffic import neighbours, write_trace

_PACKETS = 10_000
_FLOWS = 1_024
_ROUNDS = 3
_SECONDS = 0.7  # of each measured run: long enough for 10^6 packets, short enough to wait for


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builds:
    """The program with every pass, and the one with none."""

    on: Product
    off: Product

    def program(self, which: str) -> Path:
        product = self.on if which == "on" else self.off
        assert product.program is not None, "a compilation to exe makes a program"
        return product.program


def demo(config: Path) -> int:
    """Run the demonstration; prints to standard output."""
    show = steps()
    builds = _compile(config, show)
    with tempfile.TemporaryDirectory(prefix="pmill-demo-") as work:
        trace = Path(work) / "in.pcap"
        show("making a trace")
        write_trace(trace, packets=_PACKETS)
        show("sending it through")
        outcome, outputs = _forward(builds, trace, Path(work))
        small = Path(work) / "small.pcap"
        write_flows(small, flows=_FLOWS)
        cycles: dict[str, list[float]] = {"off": [], "on": []}
        for round_ in range(_ROUNDS):
            for which in ("off", "on"):
                show(f"measuring, round {round_ + 1} of {_ROUNDS}, passes {which}")
                cycles[which].append(_measure(builds, which, small))
    show("done")
    print("\r\033[K" if sys.stderr.isatty() else "", end="", file=sys.stderr, flush=True)
    _print_compilation(config, builds)
    _print_traffic(outcome, outputs)
    _print_cycles(cycles)
    return 0


def _compile(config: Path, show: Callable[[str], None]) -> _Builds:
    try:
        text = config.read_text()
    except OSError as error:
        raise fail("PM0802", f"cannot read '{config}': {error.strerror}") from None
    source = Source(str(config), text)
    built: dict[int, Product] = {}
    for level, label in ((3, "all passes on"), (0, "all passes off")):

        def progress(step: str, label: str = label) -> None:
            show(f"{step} ({label})")

        built[level] = compile_config(
            source, CompileOptions(level=level), Diagnostics(), progress=progress
        )
    return _Builds(on=built[3], off=built[0])


def _forward(builds: _Builds, trace: Path, work: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """Send the trace into port 0; return the program's statistics and packets by output."""
    assert builds.on.report is not None, "a program has a report"
    ports = builds.on.report["ports"]
    files = {port: work / f"out{port}.pcap" for port in ports}
    command = run_command(
        builds.program("on"),
        ports=ports,
        captures=[f"0={trace}"],
        outputs=[f"{port}={path}" for port, path in files.items()],
        stats="json",
        options=_neighbours(builds),
    )
    outcome = _json(command)
    return outcome, {port: count_packets(path) for port, path in files.items()}


def _measure(builds: _Builds, which: str, trace: Path) -> float:
    """Return cycles a packet; the capture is repeated from memory."""
    assert builds.on.report is not None, "a program has a report"
    vdevs = []
    for number, _ in enumerate(builds.on.report["ports"]):
        what = f",rx_pcap={trace},infinite_rx=1" if number == 0 else ""
        vdevs += ["--vdev", f"net_pcap{number}{what}" if what else f"net_null{number},no-rx=1"]
    eal = ["--no-huge", "--no-shconf", "--no-pci", "--no-telemetry", "-m", "512", *vdevs]
    command = [str(builds.program(which)), *_neighbours(builds)]
    command += ["--duration", str(_SECONDS), "--stats=json", "--", *eal]
    return float(_json(command)["cycles_per_packet"])


def _neighbours(builds: _Builds) -> list[str]:
    """Tell the program the addresses for which it would ask: nobody is there to answer."""
    assert builds.on.report is not None, "a program has a report"
    return [
        word
        for table in builds.on.report["arp_tables"]
        for ip, ether in neighbours()
        for word in ("--write", f"{table}.insert {ip} {ether}")
    ]


def _json(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise fail("PM0810", f"the program failed:\n{done.stderr.strip()}")
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


def _print_compilation(config: Path, builds: _Builds) -> None:
    report = builds.on.report
    assert report is not None, "a program has a report"
    how = "from the cache" if builds.on.cached else "compiled"
    print(f"{config}: {report['elements']} elements, {report['connections']} connections, {how}\n")
    print("What the passes did")
    for p in report["passes"]:
        print(f"  {p['name']:20} {p['summary']}")


def _print_traffic(outcome: dict[str, Any], outputs: dict[str, int]) -> None:
    print(f"\nA trace of {_PACKETS:,} packets into port 0")
    received = sum(port["rx_packets"] for port in outcome["ports"])
    print(f"  {'packets in':30} {received:>10,}")
    for port, packets in sorted(outputs.items()):
        print(f"  {f'packets out of port {port}':30} {packets:>10,}")
    print("\nPackets that did not simply pass, and why")
    for drop in outcome["drops"]:
        end = "dropped" if drop["output"] is None else f"left by output {drop['output']}"
        print(f"  {drop['element']:24} {drop['packets']:>7,}  {end}: {drop['reason']}")


def _print_cycles(cycles: dict[str, list[float]]) -> None:
    print(f"\nCycles a packet, net_pcap's own included: {_FLOWS:,} flows of 64-byte frames")
    print(f"  {'':20} {'median':>8} {'least':>8} {'most':>8}")
    for which in ("off", "on"):
        runs = cycles[which]
        values = (statistics.median(runs), min(runs), max(runs))
        print(f"  {f'all passes {which}':20} " + " ".join(f"{v:8.1f}" for v in values))
