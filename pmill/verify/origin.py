"""Finds the packet that entered before the first difference, and without which there is none.

Inlet by inlet, the shortest beginning of what enters is found with which two programs differ: its
last packet shows the difference. Then it is tried whether that packet does so alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pmill.verify.comparing import PacketDifference, differences
from pmill.verify.feeding import Feed, Inlet
from pmill.verify.observing import Runner

Frames = Mapping[Inlet, Sequence[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A difference and where it comes from.

    `capture` and `index` name the packet that entered, at `inlet`; None: it cannot be told.
    `alone`: it needs no packets before it.
    """

    packet: PacketDifference
    inlet: Inlet | None = None
    capture: str | None = None
    index: int = 0
    entered: bytes = b""
    alone: bool = False


def origin_of(
    packet: PacketDifference, programs: tuple[Path, Path], feed: Feed, runner: Runner
) -> Origin:
    """Return where a difference of two programs comes from."""
    whole: Frames = {inlet: feed.frames(inlet) for inlet in feed.captures}
    for inlet in feed.captures:
        alone = {i: (frames if i == inlet else ()) for i, frames in whole.items()}
        if _first(programs, alone, runner) is None:
            continue
        last = _shortest(programs, alone, inlet, runner) - 1
        frame = alone[inlet][last]
        single = _first(programs, {**alone, inlet: (frame,)}, runner)
        shown = single or _first(programs, {**alone, inlet: alone[inlet][: last + 1]}, runner)
        capture, index = feed.source(inlet, last)
        return Origin(
            packet=shown or packet,
            inlet=inlet,
            capture=capture,
            index=index,
            entered=frame,
            alone=single is not None,
        )
    return Origin(packet=packet)


def _first(programs: tuple[Path, Path], frames: Frames, runner: Runner) -> PacketDifference | None:
    """The first packet that two programs send differently."""
    ordered = not runner.doors.workers
    a, b = (runner.observe(program, frames, ()) for program in programs)
    return next((d.packet for d in differences(a, b, ordered=ordered) if d.packet), None)


def _shortest(programs: tuple[Path, Path], frames: Frames, inlet: Inlet, runner: Runner) -> int:
    """The number of packets of the shortest beginning that shows a difference."""
    fewer, more = 0, len(frames[inlet])
    while more - fewer > 1:
        middle = (fewer + more) // 2
        beginning = {**frames, inlet: frames[inlet][:middle]}
        if _first(programs, beginning, runner) is None:
            fewer = middle
        else:
            more = middle
    return more
