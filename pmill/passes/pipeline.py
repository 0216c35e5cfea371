"""The order of the passes, and how they are run."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pmill.graph import PipelineGraph, verify
from pmill.options import CompileOptions
from pmill.passes.base import Pass, PassReport
from pmill.passes.bypass_nulls import BypassNulls
from pmill.passes.choose_matcher import ChooseMatcher
from pmill.passes.cut_stages import CutStages
from pmill.passes.devirtualize import Devirtualize
from pmill.passes.drop_dead_metadata import DropDeadMetadata
from pmill.passes.embed_constants import EmbedConstants
from pmill.passes.fuse_regions import FuseRegions
from pmill.passes.guard_rules import GuardRules
from pmill.passes.hoist_checks import HoistChecks
from pmill.passes.metadata_layout import MetadataLayout
from pmill.passes.outline_cold import OutlineCold
from pmill.passes.remove_unreachable import RemoveUnreachable
from pmill.passes.remove_unused import RemoveUnused
from pmill.passes.simplify_matches import SimplifyMatches
from pmill.passes.tell_facts import TellFacts

DEFAULT: tuple[Pass, ...] = (
    RemoveUnreachable(),  # first: nobody need think about what never runs
    BypassNulls(),  # nor about what does nothing
    EmbedConstants(),  # before the metadata: annotations may be named by arguments
    HoistChecks(),  # arguments are final; what earlier elements did need not be done again
    RemoveUnused(),  # what only a check that never fails leads to, and switches that never turn
    SimplifyMatches(),  # what it leaves out is read by nobody, as liveness will find
    ChooseMatcher(),  # of what is constant now
    GuardRules(),  # what a packet costs without guards is known now
    Devirtualize(),  # calls must name their targets before they can be placed
    OutlineCold(),  # heat is known from the specs; fusion must not inline cold code
    CutStages(),  # before fusion, which ends at the borders; behind heat, which decides, too
    TellFacts(),  # the borders are known where the optimiser cannot follow packets
    DropDeadMetadata(),  # every element that reads is known now
    FuseRegions(),  # regions are cut through what the others left
    MetadataLayout(),  # last: only what crosses a border of a region must lie anywhere
)


def run(
    graph: PipelineGraph, options: CompileOptions, pipeline: Sequence[Pass] = DEFAULT
) -> list[PassReport]:
    """Run the passes that the options ask for; the last report holds the final graph.

    Raises AssertionError, naming the pass, when a pass breaks an invariant of the graph.
    """
    reports: list[PassReport] = []
    done: set[str] = set()
    for p in pipeline:
        reason = _left_out(p, options, done)
        start = time.perf_counter()
        after = graph if reason else p.run(graph)
        seconds = time.perf_counter() - start
        broken = verify(after)
        assert not broken, f"pass {p.name} broke the graph: {'; '.join(broken)}"
        if not reason:
            done.add(p.name)
        reports.append(
            PassReport(
                name=p.name,
                summary=reason or p.explain(graph, after),
                seconds=seconds,
                ran=not reason,
                graph=after,
                before=graph,
            )
        )
        graph = after
    return reports


def _left_out(p: Pass, options: CompileOptions, done: set[str]) -> str:
    """Say why a pass does not run; empty when it does."""
    if p.name in options.disabled:
        return "off: --disable-pass"
    if p.level > options.level:
        return f"off: needs -O{p.level}"
    missing = [name for name in p.requires if name not in done]
    if missing:
        return f"off: needs {', '.join(missing)}"
    return ""
