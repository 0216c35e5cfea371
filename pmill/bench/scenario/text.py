"""Tells results as tables: for a terminal and, the same, for Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pmill.bench.comparison import Comparison
from pmill.bench.scenario.checks import Runs, Verdict, ratio, verdicts
from pmill.bench.scenario.intervals import Estimate
from pmill.bench.scenario.model import Check
from pmill.bench.scenario.results import Counts, Result
from pmill.bench.settings import Memory

MEMORY: Final[dict[Memory, str]] = {
    "no-huge": "4 KiB pages (--no-huge)",
    "huge": "2 MiB hugepages",
}
# Below this share of the processor the caches are no longer the contestant's own.
_SHARE_WARNED_OF: Final = 0.97
Row = tuple[str, ...]


def text(result: Result) -> str:
    """Return all that a result tells, for a terminal."""
    parts = [headline(result)]
    for comparison in result.cycles:
        parts.append(f"{MEMORY[comparison.memory]}\n\n{aligned(cycles_table(result, comparison))}")
        if note := share_note(comparison):
            parts.append(f"  {note}")
    if rows := counts_table(result):
        parts.append(aligned(rows))
    if found := verdicts(result):
        parts.append("\n".join(f"  {verdict}" for verdict in found))
    return "\n\n".join(parts)


def headline(result: Result) -> str:
    """Return what was measured, and on which traffic."""
    scenario = result.scenario
    if scenario.sweep is None or result.at is None:
        return scenario.title
    return f"{scenario.title}: {scenario.sweep.over} {result.at:,}"


def cycles_table(result: Result, comparison: Comparison) -> list[Row]:
    """Return cycles a packet and what follows from them, a row for each alternative."""
    scenario = result.scenario
    heading = ["", "cycles/packet", "Mpps", "Gbit/s"]
    if scenario.reference:
        heading.append(f"of {scenario.reference}")
    if scenario.floor:
        heading.append("work")
    rows: list[Row] = [tuple(heading)]
    for name, samples in comparison.samples.items():
        cells = [
            name,
            str(Estimate.of([s.cycles for s in samples])),
            f"{result.packets_a_second(comparison.memory, name) / 1e6:.2f}",
            f"{result.bits_a_second(comparison.memory, name) / 1e9:.2f}",
        ]
        if scenario.reference:
            check = Check(value="cycles", of=name, against={scenario.reference: 1}, limits={})
            cells.append(f"{ratio(comparison, result, check).median:.2f}")
        if scenario.floor:
            work = Runs(comparison, {name, scenario.floor}).work(name, scenario.floor)
            cells.append("" if name == scenario.floor else f"{work:.1f}")
        rows.append(tuple(cells))
    return rows


_COUNTS: Final[tuple[tuple[str, Callable[[Counts], str]], ...]] = (
    ("instructions", lambda c: _number(c.events.get("Ir"), 1)),
    ("data refs", lambda c: _number(_sum(c, "Dr", "Dw"), 1)),
    ("L1 misses", lambda c: _number(_sum(c, "D1mr", "D1mw"), 3)),
    ("LL misses", lambda c: _number(_sum(c, "DLmr", "DLmw"), 4)),
    ("code bytes", lambda c: _number(c.code_bytes, 0)),
    ("compile s", lambda c: _number(c.compile_seconds, 2)),
    ("timed", lambda c: _number(c.latency.packets if c.latency else None, 0)),
    ("p50 ns", lambda c: _latency(c, 50.0)),
    ("p99 ns", lambda c: _latency(c, 99.0)),
    ("p99.9 ns", lambda c: _latency(c, 99.9)),
)


def counts_table(result: Result) -> list[Row]:
    """Return what was counted, without columns of which nothing is known; none: no rows."""
    rows = {name: [say(counts) for _, say in _COUNTS] for name, counts in result.counts.items()}
    shown = [i for i in range(len(_COUNTS)) if any(row[i] for row in rows.values())]
    if not shown:
        return []
    heading = ("a packet", *(_COUNTS[i][0] for i in shown))
    return [
        heading,
        *((name, *(row[i] for i in shown)) for name, row in rows.items() if any(row)),
    ]


def aligned(rows: Sequence[Row]) -> str:
    """Return a table for a terminal: names to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append(("  " + "   ".join(cells)).rstrip())
    return "\n".join(lines)


def markdown(rows: Sequence[Row]) -> str:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    ruler = "| --- |" + " ---: |" * (len(rows[0]) - 1)
    return "\n".join([lines[0], ruler, *lines[1:]])


def verdict_rows(found: Sequence[Verdict]) -> list[Row]:
    """Return checks as a table: what, found, the limit, whether it is kept."""
    rows: list[Row] = [("check", "found", "limit", "")]
    for verdict in found:
        what, _, rest = str(verdict)[6:].rpartition(": ")
        value, _, limit = rest.partition(", ")
        rows.append((what, value, limit, "pass" if verdict.passed else "**FAIL**"))
    return rows


def share_note(comparison: Comparison) -> str:
    """Return a warning when the machine did other things as well, or nothing."""
    notes = []
    if comparison.again != 0:
        runs = "1 run was" if comparison.again == 1 else f"{comparison.again} runs were"
        notes.append(f"{runs} disturbed and made again")
    share = comparison.least_share()
    if share < _SHARE_WARNED_OF:
        notes.append(
            f"other processes had up to {1 - share:.0%} of the processor; "
            "cycles leave their time out, but their traces in the caches stay"
        )
    return f"note: {'; '.join(notes)}" if notes else ""


def _sum(counts: Counts, *names: str) -> float | None:
    if not set(names) <= set(counts.events):
        return None
    return sum(counts.events[name] for name in names)


def _latency(counts: Counts, percentile: float) -> str:
    return _number(counts.latency.ns.get(percentile) if counts.latency else None, 0)


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
