"""Compares the programs of one configuration, and finds the pass that is to blame."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pmill.diagnostics import Source
from pmill.driver import check_options
from pmill.options import CompileOptions
from pmill.passes import Pass
from pmill.verify.blaming import Guilt, blame
from pmill.verify.building import Builder
from pmill.verify.feeding import Feed, doors_of, feed_of
from pmill.verify.observing import Observation, Runner
from pmill.verify.origin import Origin, origin_of
from pmill.verify.trial import Comparison, Trial
from pmill.verify.variants import PassList

JOBS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be verified, and how.

    `captures` are `[PORT=]FILE`. `packets` are generated for every inlet. `each`: pass by pass,
    too. `bisect`: find the guilty passes, and the packet that shows it. `timeout` is in seconds,
    `duration` in simulated ones. `folder` is where files of the configuration lie.
    """

    source: Source
    options: CompileOptions = field(default_factory=CompileOptions)
    pipeline: tuple[Pass, ...] | None = None
    captures: tuple[str, ...] = ()
    packets: int = 1500
    seed: int = 1
    each: bool = True
    bisect: bool = False
    timeout: float = 60
    duration: float = 60
    folder: Path = field(default_factory=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came out.

    `reference` is what the program without passes did, `left_out` what of it differs between two
    runs and was not compared. `guilty` are sets of passes that are to blame; `origin` tells the
    first packet that differs.
    """

    source: Source
    feed: Feed
    reference: Observation
    left_out: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    guilty: tuple[Guilt, ...] = ()
    origin: Origin | None = None

    @property
    def equal(self) -> bool:
        """Whether every program does the same."""
        return not any(c.differences for c in self.comparisons)


def verify(
    request: Request, show: Callable[[str], None] = lambda _: None, *, jobs: int = JOBS
) -> Verdict:
    """Compare all programs of a configuration with the one that no pass has touched.

    `show` is told what is being done. Raises DiagnosticError when the configuration is wrong or
    cannot be compared: PM0831 to PM0835.
    """
    check_options(request.options, request.pipeline)
    passes = PassList(options=request.options, pipeline=request.pipeline)
    builder = Builder(source=request.source, passes=passes)
    doors = doors_of(builder.graph)
    feed = feed_of(
        builder.graph,
        doors,
        request.captures,
        seed=request.seed,
        packets=request.packets,
        folder=request.folder,
    )
    runner = Runner(
        doors=doors, timeout=request.timeout, duration=request.duration, folder=request.folder
    )
    with ThreadPoolExecutor(jobs) as pool:
        trial = Trial(builder, runner, feed, show, pool)
        comparisons = trial.compare(passes.variants(each=request.each))
        verdict = Verdict(
            source=request.source,
            feed=feed,
            reference=trial.reference,
            left_out=tuple(sorted(trial.ignored)),
            comparisons=comparisons,
        )
        if request.bisect and not verdict.equal:
            return _blamed(verdict, trial, passes)
    return verdict


def _blamed(verdict: Verdict, trial: Trial, passes: PassList) -> Verdict:
    """Add who is guilty and the first packet that shows it."""
    guilty = blame(passes, trial.equal, trial.show)
    for guilt in guilty:
        packet = next((d.packet for d in trial.differences(guilt.passes) if d.packet), None)
        if packet is not None:
            trial.show("looking for the packet that shows it")
            programs = trial.program(frozenset()), trial.program(guilt.passes)
            origin = origin_of(packet, programs, trial.feed, trial.runner)
            return replace(verdict, guilty=guilty, origin=origin)
    return replace(verdict, guilty=guilty)
