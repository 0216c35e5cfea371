"""What the programs are held to, and the control that shows that the checks can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pmill.bench.comparison import Comparison, Spread
from pmill.bench.settings import Memory

TESTPMD: Final = "testpmd macswap"
FLOOR_ONE: Final = "floor, 1 port"
FLOOR_TWO: Final = "floor, 2 ports"
FORWARDER_BY_HAND: Final = "forwarder, by hand"
ROUTER_BY_HAND: Final = "router-static, by hand"
ROUTER_VIRTUAL: Final = "router-static, by hand, virtual"
CONTROL: Final = "router-static, by hand, slowed"
VIRTUAL_CONTROL: Final = "router-static, by hand, virtual, slowed"
FORWARDER: Final = "forwarder, pmill -O3"
ROUTER: Final = "router-static, pmill -O3"
FORWARDER_OFF: Final = "forwarder, pmill -O0"
ROUTER_ARP: Final = "router, pmill -O3"
ROUTER_OFF: Final = "router-static, pmill -O0"

_OF_TESTPMD: Final[dict[Memory, tuple[tuple[str, float], ...]]] = {
    "no-huge": ((FORWARDER, 0.95), (ROUTER, 1.1), (ROUTER_ARP, 1.1)),
    "huge": ((FORWARDER, 1.1), (ROUTER, 1.4), (ROUTER_ARP, 1.4)),
}
_WORK_BY_HAND: Final = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A value and the most it may be; a control's value must be more than that."""

    what: str
    value: Spread
    most: float
    control: bool = False

    @property
    def passed(self) -> bool:
        """Whether the median keeps the limit, or, for a control, breaks it."""
        return (self.value.median > self.most) == self.control


def floor_of(name: str) -> str:
    """Return the floor with the same ports as a contestant."""
    return FLOOR_TWO if name.startswith("router") or name == FLOOR_TWO else FLOOR_ONE


def hand_written(name: str) -> str:
    """Return the hand-written program that does what a contestant does."""
    return ROUTER_BY_HAND if name.startswith("router") else FORWARDER_BY_HAND


def check(comparison: Comparison) -> list[Check]:
    """Return the checks of one memory mode; those of contestants that did not run are left out."""
    checks = [
        Check(what=f"{name} / {TESTPMD}", value=comparison.ratio(name, TESTPMD), most=most)
        for name, most in _OF_TESTPMD[comparison.memory]
        if name in comparison.samples
    ]
    for name, control in ((ROUTER, False), (CONTROL, True)):
        if name in comparison.samples:
            value = comparison.work_ratio(name, ROUTER_BY_HAND, FLOOR_TWO)
            what = f"work of {name} / {ROUTER_BY_HAND}"
            checks.append(Check(what=what, value=value, most=_WORK_BY_HAND, control=control))
    return checks
