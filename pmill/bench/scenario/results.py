"""What was measured of a scenario, and how it is kept: JSON for programs, CSV for tables."""

from __future__ import annotations

import csv
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pmill.bench.comparison import Comparison
from pmill.bench.sample import Sample
from pmill.bench.scenario.intervals import Estimate
from pmill.bench.scenario.latency import Latency
from pmill.bench.scenario.model import Scenario
from pmill.bench.settings import Memory

# Bytes that a frame has on the wire beside its own: check sequence, preamble and gap.
_WIRE_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What repeats exactly, or nearly: of one alternative.

    `events` a packet as valgrind names them (`Ir` are instructions); `code_bytes` of the program's
    text; `compile_seconds` after a change.
    """

    events: Mapping[str, float] = field(default_factory=dict)
    code_bytes: int | None = None
    compile_seconds: float | None = None
    latency: Latency | None = None

    def json(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "events": dict(self.events),
            "code_bytes": self.code_bytes,
            "compile_seconds": self.compile_seconds,
            "latency": self.latency
            and {
                "packets": self.latency.packets,
                "ns": {f"{p:g}": ns for p, ns in self.latency.ns.items()},
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All that was measured of a scenario with one traffic.

    `at` is the value of the sweep, or None; `counts`, and `made`, how each was made, are by
    alternative, `cycles` one comparison for each memory mode.
    """

    scenario: Scenario
    at: int | None
    tsc_hz: float
    frame_bytes: float
    made: Mapping[str, str]
    cycles: Sequence[Comparison]
    counts: Mapping[str, Counts]
    machine: Mapping[str, str]

    def comparison(self, memory: Memory) -> Comparison:
        """Return the cycles of a memory mode."""
        return next(c for c in self.cycles if c.memory == memory)

    def packets_a_second(self, memory: Memory, name: str) -> float:
        """Return the packets a second of one lcore."""
        return self.tsc_hz / self.comparison(memory).cycles(name).median

    def bits_a_second(self, memory: Memory, name: str) -> float:
        """Return the bits a second on a wire that would carry these packets."""
        return self.packets_a_second(memory, name) * 8 * (self.frame_bytes + _WIRE_BYTES)

    def rows(self) -> list[dict[str, str | float | int | None]]:
        """Return one row for each alternative and memory mode, for CSV and figures."""
        found: list[dict[str, str | float | int | None]] = []
        for comparison in self.cycles:
            for name, samples in comparison.samples.items():
                cycles = Estimate.of([s.cycles for s in samples])
                counts = self.counts.get(name, Counts())
                row: dict[str, str | float | int | None] = {
                    "scenario": self.scenario.name,
                    "at": self.at,
                    "memory": comparison.memory,
                    "alternative": name,
                    "cycles": round(cycles.median, 3),
                    "cycles_low": round(cycles.low, 3),
                    "cycles_high": round(cycles.high, 3),
                    "cycles_least": round(cycles.least, 3),
                    "cycles_most": round(cycles.most, 3),
                    "stretch": _stretch(samples),
                    "rounds": len(samples),
                    "packets": sum(s.packets for s in samples),
                    "mpps": round(self.packets_a_second(comparison.memory, name) / 1e6, 3),
                    "gbps": round(self.bits_a_second(comparison.memory, name) / 1e9, 3),
                    "instructions": counts.events.get("Ir"),
                    "code_bytes": counts.code_bytes,
                    "compile_seconds": counts.compile_seconds,
                }
                found.append(row)
        return found

    def json(self) -> dict[str, Any]:
        """Return all of it for JSON, every sample included."""
        return {
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "at": self.at,
            "tsc_hz": self.tsc_hz,
            "frame_bytes": self.frame_bytes,
            "machine": dict(self.machine),
            "made": dict(self.made),
            "cycles": {
                c.memory: {name: [s.cycles for s in runs] for name, runs in c.samples.items()}
                for c in self.cycles
            },
            "stretches": {
                c.memory: {name: [s.stretch for s in runs] for name, runs in c.samples.items()}
                for c in self.cycles
            },
            "counts": {name: counts.json() for name, counts in self.counts.items()},
            "rows": self.rows(),
        }


def _stretch(samples: Sequence[Sample]) -> float | None:
    """Return the median of what stretches took, of a program that tells."""
    told = [s.stretch for s in samples if s.stretch is not None]
    return round(statistics.median(told), 3) if told else None


def write_json(path: Path, results: Sequence[Result]) -> None:
    """Write all results to a file."""
    text = json.dumps([r.json() for r in results], indent=1, sort_keys=True)
    path.write_text(text + "\n")


def write_csv(path: Path, results: Sequence[Result]) -> None:
    """Write one line for each alternative, memory mode and value of the sweep."""
    rows = [row for result in results for row in result.rows()]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
