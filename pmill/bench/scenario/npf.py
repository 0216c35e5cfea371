"""Tells results as NPF reads them: a line `RESULT-NAME VALUE` for each.

NPF (Barbette et al.) is the tool with which FastClick's and PacketMill's papers were measured; it
repeats runs, draws and compares by itself. `bench/npf/pmill.npf` is a script for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pmill.bench.scenario.intervals import Estimate
from pmill.bench.scenario.results import Result


def lines(results: Sequence[Result]) -> list[str]:
    """Return the lines; what is counted of an alternative has its name in front."""
    found = []
    for result in results:
        for comparison in result.cycles:
            for name, samples in comparison.samples.items():
                prefix = _word(result, name, comparison.memory)
                cycles = Estimate.of([s.cycles for s in samples]).median
                found.append(f"RESULT-{prefix}-CYCLES {cycles:.3f}")
                rate = result.packets_a_second(comparison.memory, name)
                found.append(f"RESULT-{prefix}-PPS {rate:.0f}")
                bits = result.bits_a_second(comparison.memory, name)
                found.append(f"RESULT-{prefix}-THROUGHPUT {bits:.0f}")
        for name, counts in result.counts.items():
            prefix = _word(result, name)
            for event, number in counts.events.items():
                found.append(f"RESULT-{prefix}-{event.upper()} {number:.4f}")
            if counts.code_bytes is not None:
                found.append(f"RESULT-{prefix}-CODEBYTES {counts.code_bytes}")
            if counts.compile_seconds is not None:
                found.append(f"RESULT-{prefix}-COMPILE {counts.compile_seconds:.3f}")
            for percentile, ns in counts.latency.ns.items() if counts.latency else ():
                word = re.sub(r"\W", "_", f"{percentile:g}")
                found.append(f"RESULT-{prefix}-LAT{word} {ns / 1000:.3f}")
    return found


def _word(result: Result, *parts: str) -> str:
    at = [] if result.at is None else [str(result.at)]
    return "-".join(re.sub(r"\W+", "", part).upper() for part in (*parts, *at))
