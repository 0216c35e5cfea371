"""One Markdown report of many results: ratios first, then every table, then the machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pmill.bench.scenario.checks import ratio, verdicts
from pmill.bench.scenario.model import Check
from pmill.bench.scenario.results import Result
from pmill.bench.scenario.text import (
    MEMORY,
    Row,
    counts_table,
    cycles_table,
    headline,
    markdown,
    share_note,
    verdict_rows,
)
from pmill.bench.settings import Memory

_OURS = "pmill"


def report(results: Sequence[Result], figures: Sequence[Path], million: str) -> str:
    """Return the report; figures are named relative to it, `million` is of NAT's flows."""
    parts = ["# What was measured", _INTRODUCTION]
    if rows := _published(results):
        parts += ["## Beside what was published", _PUBLISHED, markdown(rows)]
    done: set[str] = set()
    for result in results:
        if result.scenario.name not in done:
            parts.append(f"## {result.scenario.title}")
            parts += [
                f"![{path.stem}]({path.name})"
                for path in figures
                if path.name.startswith(f"{result.scenario.name}-")
                and _longest(path, results) == result.scenario.name
            ]
            done.add(result.scenario.name)
        if result.at is not None:
            parts.append(f"### {headline(result)}")
        parts += _tables(result)
    parts += ["## NAT, by the number of live flows", f"```text\n{million.rstrip()}\n```"]
    parts += ["## The machine", markdown(_machine(results))]
    return "\n\n".join(parts) + "\n"


def _tables(result: Result) -> list[str]:
    parts = []
    for comparison in result.cycles:
        parts += [f"{MEMORY[comparison.memory]}:", markdown(cycles_table(result, comparison))]
        if note := share_note(comparison):
            parts.append(f"_{note}_")
    if rows := counts_table(result):
        parts.append(markdown(rows))
    if found := verdicts(result):
        parts.append(markdown(verdict_rows(found)))
    return parts


def _published(results: Sequence[Result]) -> list[Row]:
    """A row for each function and memory mode for which others have published a figure."""
    rows: list[Row] = []
    for result in results:
        scenario = result.scenario
        if scenario.published is None or scenario.reference is None:
            continue
        for comparison in result.cycles:
            check = Check(value="cycles", of=_OURS, against={scenario.reference: 1}, limits={})
            found = str(ratio(comparison, result, check))
            published = scenario.published.get(comparison.memory, "")
            rows.append((scenario.title, _memory(comparison.memory), found, published))
    heading = ("function", "memory", "pmill", "FastClick")
    return [heading, *rows] if rows else []


def _memory(memory: Memory) -> str:
    return MEMORY[memory]


def _longest(path: Path, results: Sequence[Result]) -> str:
    """The scenario that a figure is of: the one with the longest name that it begins with."""
    names = {r.scenario.name for r in results if path.name.startswith(f"{r.scenario.name}-")}
    return max(names, key=len)


def _machine(results: Sequence[Result]) -> list[Row]:
    facts = {name: value for result in results for name, value in result.machine.items()}
    return [("", ""), *facts.items()]


_INTRODUCTION = """\
Cycles a packet of one lcore, all alternatives of a table interleaved round by round: medians, with
their 95 % confidence intervals (bootstrap) in brackets. Times of a busy or virtual machine mean
little by themselves, so everything is told as a ratio to what ran beside it. `work` is what lies
above the floor, a loop that receives and sends and does nothing. It is a small difference of large
numbers, so it is taken from the medians of the runs' stretches of 256 turns; what whole runs say
stands beside it. A run a tenth slower than the fastest of its program so far was disturbed, and is
made again, three times at most. Instructions and references to memory are counted by valgrind;
latencies are measured at an equal offered load, with the time carried in the packets."""

_PUBLISHED = """\
Cycles a packet as multiples of those of DPDK's `testpmd` in mode macswap, on the same device with
the same trace. FastClick's were measured in the same way on another machine."""
