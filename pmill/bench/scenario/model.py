"""What a scenario says, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pmill.bench.settings import Memory

Measure = Literal["cycles", "instructions", "caches", "size", "compile", "latency"]
MEASURES: tuple[Measure, ...] = ("cycles", "instructions", "caches", "size", "compile", "latency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What arrives at port 0: packets of so many flows, or a capture.

    `size` are bytes of a frame without its check sequence, `protocols` and `popularity` what they
    are for `pmill traffic`; `packets` are repeated without end, by default one of each flow. On
    port 1 arrive ARP replies, "IP MAC IP MAC" each: who answers, and to whom.
    """

    flows: int = 1024
    size: str = "64"
    protocols: str = "udp"
    popularity: str = "turns"
    packets: int | None = None
    replies: tuple[str, ...] = ()
    capture: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A configuration compiled by pmill.

    `writes` are handlers written before packets come; `passes_off` are passes left out; `edits`
    are pieces of its text in whose place others are put.
    """

    name: str
    config: Path
    level: int = 3
    passes_off: tuple[str, ...] = ()
    metadata: str = "auto"
    variables: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    include: tuple[Path, ...] = ()
    edits: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the configuration with its edits."""
        text = self.config.read_text()
        for old, new in self.edits.items():
            text = text.replace(old, new)
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """A program of bench/limits; `spin` cycles are wasted on every packet."""

    name: str
    program: str
    spin: int = 0
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTestpmd:
    """DPDK's testpmd in one of its forwarding modes."""

    name: str
    mode: str = "macswap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another program that takes Click's command line, with the same configuration file."""

    name: str
    path: Path
    config: Path
    variables: tuple[str, ...] = ()


Alternative = Compiled | ByHand | ByTestpmd | Peer


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The most that a value may be, by memory mode; a control must be above it.

    With `least` it is the least that it may be.

    `value` is "cycles" or "work" (cycles above the floor) of `of`, divided by that of `against`;
    of several names with factors, `against` is their sum.
    """

    value: Literal["cycles", "work"]
    of: str
    against: Mapping[str, float]
    limits: Mapping[Memory, float]
    least: bool = False
    control: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """All is measured once for each of these values of a property of the traffic."""

    over: Literal["size", "flows"]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One comparison.

    `reference` is whose cycles are 1 in tables, `floor` what work lies above; `published` are
    the figures of others for the same function, by what they are of, for the report. It takes
    `times` as many rounds as are asked for, where what is compared is small beside what disturbs.
    """

    name: str
    title: str
    path: Path
    ports: Literal[1, 2]
    traffic: Traffic
    alternatives: tuple[Alternative, ...]
    measures: tuple[Measure, ...] = ("cycles",)
    reference: str | None = None
    floor: str | None = None
    checks: tuple[Check, ...] = ()
    sweep: Sweep | None = None
    published: Mapping[str, str] | None = None
    times: int = 1

    def alternative(self, name: str) -> Alternative:
        """Return the alternative of this name."""
        return next(a for a in self.alternatives if a.name == name)
