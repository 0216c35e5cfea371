"""Prints what an ablation has found, and holds it against the targets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pmill.bench.comparison import Spread
from pmill.bench.targets import (
    FLOOR_TWO,
    ROUTER_BY_HAND,
    ROUTER_OFF,
    ROUTER_VIRTUAL,
    VIRTUAL_CONTROL,
    Check,
)

if TYPE_CHECKING:
    from pmill.bench.ablation import Ablation, Subject

_OFF, _ON = "no pass", "all passes"
# Of the work without passes, what may be left with all of them.
_MOST_INSTRUCTIONS: Final = 0.5
_MOST_CYCLES: Final = 0.6
# The work of -O0, as a multiple of what an expert writes with virtual calls.
_MOST_OF_VIRTUAL: Final = 1.3


def text(found: Ablation) -> str:
    """Return the tables, the passes that do nothing, and the checks."""
    lines: list[str] = []
    for subject in found.subjects:
        lines += [*_table(found, subject), ""]
    floor = found.instructions[FLOOR_TWO], found.cycles.cycles(FLOOR_TWO).median
    lines.append(f"the floor: {floor[0]:.1f} instructions, {floor[1]:.1f} cycles")
    for name in (ROUTER_BY_HAND, ROUTER_VIRTUAL, ROUTER_OFF):
        cycles = found.cycles.work(name, FLOOR_TWO).median
        lines.append(
            f"work of {name}: {_instructions(found, name):.1f} instructions, {cycles:.1f} cycles"
        )
    lines += ["", *(f"{name}: no effect on any example" for name in found.idle)]
    lines += [f"  {_verdict(check)}" for check in checks(found)]
    return "\n".join(lines)


def checks(found: Ablation) -> list[Check]:
    """Return what is held against the targets, and the controls that show that it can fail."""
    router = found.subjects[0]
    off, on = router.programs[_OFF], router.programs[_ON]
    ratio = _instructions(found, on) / _instructions(found, off)
    whole = f"work of {on} / {off}"
    virtual = _instructions(found, ROUTER_VIRTUAL)
    hand = _instructions(found, ROUTER_BY_HAND)
    own = _instructions(found, ROUTER_OFF)

    def cycles(name: str, reference: str, *, control: bool = False) -> Spread:
        """The ratio of two works; one that misses its target where a work was lost in noise."""
        value = found.cycles.work_ratio(name, reference, FLOOR_TWO)
        return value if value.median > 0 else _exact(0.0 if control else math.inf)

    return [
        Check(what=f"{whole}, instructions", value=_exact(ratio), most=_MOST_INSTRUCTIONS),
        Check(
            what=f"{whole}, cycles",
            value=cycles(on, off),
            most=_MOST_CYCLES,
        ),
        Check(
            what=f"work of {off} / itself, cycles",
            value=cycles(off, off, control=True),
            most=_MOST_CYCLES,
            control=True,
        ),
        Check(
            what=f"work of {ROUTER_OFF} / {ROUTER_VIRTUAL}, instructions",
            value=_exact(own / virtual),
            most=_MOST_OF_VIRTUAL,
        ),
        Check(
            what=f"work of {ROUTER_OFF} / {ROUTER_BY_HAND}, instructions",
            value=_exact(own / hand),
            most=_MOST_OF_VIRTUAL,
            control=True,
        ),
        Check(
            what=f"work of {ROUTER_OFF} / {ROUTER_VIRTUAL}, cycles",
            value=cycles(ROUTER_OFF, ROUTER_VIRTUAL),
            most=_MOST_OF_VIRTUAL,
        ),
        Check(
            what=f"work of {VIRTUAL_CONTROL} / {ROUTER_VIRTUAL}, cycles",
            value=cycles(VIRTUAL_CONTROL, ROUTER_VIRTUAL, control=True),
            most=_MOST_OF_VIRTUAL,
            control=True,
        ),
    ]


def _table(found: Ablation, subject: Subject) -> Iterator[str]:
    """One line a variant: its work, and what part that is of the work without passes."""
    yield f"{subject.name}: work above the floor, a packet"
    yield f"  {'':32} {'instructions':>12} {'of none':>8}   {'cycles':>22} {'of none':>8}"
    off = subject.programs[_OFF]
    for label, name in subject.programs.items():
        count = _instructions(found, name)
        work = found.cycles.work(name, FLOOR_TWO)
        share = found.cycles.work_ratio(name, off, FLOOR_TWO).median
        spread = f"{work.median:.1f} [{work.low:.1f}-{work.high:.1f}]"
        same = _same_as(subject, label, name)
        yield (
            f"  {label:32} {count:12.1f} {count / _instructions(found, off):8.2f}   "
            f"{spread:>22} {share:8.2f}{same}"
        )


def _same_as(subject: Subject, label: str, name: str) -> str:
    """Who else has that code: the first of the table that does."""
    first = next(other for other, program in subject.programs.items() if program == name)
    return "" if first == label else f"   the code of {first}"


def _instructions(found: Ablation, name: str) -> float:
    return found.instructions[name] - found.instructions[FLOOR_TWO]


def _exact(value: float) -> Spread:
    return Spread(median=value, low=value, high=value)


def _verdict(check: Check) -> str:
    mark = "pass" if check.passed else "FAIL"
    kind = f"control, above {check.most:.2f}" if check.control else f"at most {check.most:.2f}"
    value = check.value
    spread = "" if value.low == value.high else f" [{value.low:.2f}-{value.high:.2f}]"
    return f"{mark}  {check.what}: {value.median:.2f}{spread}, {kind}"
