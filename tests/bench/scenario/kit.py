"""Results as if they had been measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pmill.bench.comparison import Comparison
from pmill.bench.sample import Sample
from pmill.bench.scenario.latency import Latency
from pmill.bench.scenario.model import ByHand, Check, Scenario, Sweep, Traffic
from pmill.bench.scenario.results import Counts, Result

CYCLES = {"floor": 60.0, "testpmd": 100.0, "hand": 80.0, "ours": 82.0, "slow": 120.0}


def scenario(*checks: Check, sweep: Sweep | None = None) -> Scenario:
    return Scenario(
        name="s",
        title="T",
        path=Path("s.toml"),
        ports=1,
        traffic=Traffic(),
        alternatives=tuple(ByHand(name=n, program=n) for n in CYCLES),
        reference="testpmd",
        floor="floor",
        checks=checks,
        sweep=sweep,
    )


def result(
    s: Scenario,
    cycles: Mapping[str, float] = CYCLES,
    *,
    at: int | None = None,
    instructions: float = 70.0,
) -> Result:
    """Nine rounds; in the last ones the machine is twice as slow."""
    samples = {
        name: tuple(
            Sample(cycles=c * (2 if n > 5 else 1), packets=30_000, seconds=0.1, share=1.0)
            for n in range(9)
        )
        for name, c in cycles.items()
    }
    counts = Counts(
        events={"Ir": instructions},
        code_bytes=5000,
        latency=Latency(packets=9, ns={50.0: 900, 99.0: 4000}),
    )
    return Result(
        scenario=s,
        at=at,
        tsc_hz=2e9,
        frame_bytes=60,
        made={"ours": "pmill compile"},
        cycles=[Comparison(memory="no-huge", samples=samples)],
        counts={"ours": counts},
        machine={"processor": "P"},
    )
