"""Compares instructions a packet with those of an earlier run: a gate for regressions.

Instructions repeat on any machine with the same tools, cycles do not: so only they are held to
what they were.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pmill.bench.scenario.results import Result
from pmill.diagnostics import fail

Key = tuple[str, int | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Instructions a packet of one alternative, before and now."""

    what: Key
    before: float
    now: float

    @property
    def percent(self) -> float:
        """How much more they are now."""
        return 100 * (self.now / self.before - 1)


def share(text: str) -> float:
    """Read a limit: `3%` or `3`, percent. PM0908 when it is neither."""
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1
    if value < 0:
        raise fail("PM0908", f"--fail-above {text}: it is a percentage", hint="such as 3%")
    return value


def read(path: Path) -> dict[Key, float]:
    """Read the instructions of a run that was written with --json; PM0908 when there are none."""
    try:
        results = json.loads(path.read_text())
        found = {
            (result["scenario"], result["at"], name): counts["events"]["Ir"]
            for result in results
            for name, counts in result["counts"].items()
            if "Ir" in counts["events"]
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise fail(
            "PM0908", f"cannot read the baseline {path}: {error}", hint="--json FILE writes one"
        ) from None
    if not found:
        raise fail("PM0908", f"{path} has no instructions a packet", hint="see `measures`")
    return found


def changes(before: Mapping[Key, float], results: Sequence[Result]) -> list[Change]:
    """Return what has changed, what is worst first; PM0908 when nothing can be compared."""
    found = [
        Change(what=key, before=before[key], now=counts.events["Ir"])
        for result in results
        for name, counts in result.counts.items()
        if (key := (result.scenario.name, result.at, name)) in before and "Ir" in counts.events
    ]
    if not found:
        raise fail("PM0908", "nothing that was measured is in the baseline")
    return sorted(found, key=lambda change: -change.percent)


def text(found: Sequence[Change], most: float) -> str:
    """Return a line for each change."""
    lines = []
    for change in found:
        mark = "FAIL" if change.percent > most else "pass"
        lines.append(
            f"  {mark}  {change.what[0]}, {change.what[2]}: {change.before:.2f} -> "
            f"{change.now:.2f} instructions a packet ({change.percent:+.2f} %, at most +{most:g} %)"
        )
    return "\n".join(lines)
