"""Prints comparisons as tables for people, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from pmill.bench.comparison import Comparison, Spread
from pmill.bench.settings import Settings
from pmill.bench.targets import TESTPMD, Check, check, floor_of, hand_written

_TITLES: Final = {"no-huge": "4 KiB pages (--no-huge)", "huge": "2 MiB hugepages"}
_HEADINGS: Final = ("", "cycles/packet", "of testpmd", "work", "of hand-written")
# Below this share of the processor the caches are no longer the contestant's own.
_SHARE_WARNED_OF: Final = 0.97


def table(comparison: Comparison) -> str:
    """Return the table of one memory mode and its checks."""
    rows = [_HEADINGS, *(_row(comparison, name) for name in comparison.samples)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADINGS))]
    lines = [_TITLES[comparison.memory], ""]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  " + "   ".join(cells).rstrip())
    lines.append("")
    lines += [_verdict(each) for each in check(comparison)]
    share = comparison.least_share()
    if share < _SHARE_WARNED_OF:
        lines.append(
            f"  note: other processes had up to {1 - share:.0%} of the processor; "
            "cycles leave their time out, but their traces in the caches stay"
        )
    return "\n".join(lines)


def _row(comparison: Comparison, name: str) -> tuple[str, ...]:
    floor, model = floor_of(name), hand_written(name)
    cycles = comparison.cycles(name)
    of_testpmd = f"{comparison.ratio(name, TESTPMD).median:.2f}"
    first = (name, f"{cycles.median:.1f} [{cycles.low:.1f}-{cycles.high:.1f}]", of_testpmd)
    if name == floor:
        return (*first, "", "")
    work = f"{comparison.work(name, floor).median:.1f}"
    if name == model:
        return (*first, work, "")
    return (*first, work, f"{comparison.work_ratio(name, model, floor).median:.2f}")


def _verdict(each: Check) -> str:
    mark = "pass" if each.passed else "FAIL"
    kind = f"control, must be above {each.most:.2f}" if each.control else f"at most {each.most:.2f}"
    return f"  {mark}  {each.what}: {_text(each.value)}, {kind}"


def _text(value: Spread) -> str:
    return f"{value.median:.2f} [{value.low:.2f}-{value.high:.2f}]"


def write_json(path: Path, settings: Settings, comparisons: Sequence[Comparison]) -> None:
    """Write settings, every sample and every check."""
    document = {"settings": asdict(settings), "modes": [_as_object(c) for c in comparisons]}
    path.write_text(json.dumps(document, indent=2) + "\n")


def _as_object(comparison: Comparison) -> dict[str, Any]:
    contestants = {
        name: {
            "cycles_per_packet": asdict(comparison.cycles(name)),
            "of_testpmd": asdict(comparison.ratio(name, TESTPMD)),
            "work": asdict(comparison.work(name, floor_of(name))),
            "samples": [asdict(sample) for sample in samples],
        }
        for name, samples in comparison.samples.items()
    }
    checks = [asdict(each) | {"passed": each.passed} for each in check(comparison)]
    return {"memory": comparison.memory, "contestants": contestants, "checks": checks}
