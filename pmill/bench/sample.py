"""One measurement, and how long a process really ran."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pmill.diagnostics import DiagnosticError, fail


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run. `share` is the part of the time that the lcore had the processor.

    `cycles` a packet are those of the whole run. Of programs that tell, `stretch` is the median
    over its stretches of 256 turns: neither what disturbed a few of them nor the first packets, to
    which memory was new, are in it.
    """

    cycles: float
    packets: int
    seconds: float
    share: float
    stretch: float | None = None


def processor_seconds(pid: int) -> float:
    """Seconds of processor time a process has used; 0 when it is gone."""
    # This is what clock_getcpuclockid(3) computes; unlike /proc, it is exact at any moment.
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def failure(name: str, why: str) -> DiagnosticError:
    """Return the error that something cannot be measured."""
    return fail("PM0903", f"cannot measure {name}: {why}")
