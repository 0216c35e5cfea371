"""Runs the programs of a configuration, each distinct one once, and compares what they did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pmill.diagnostics import DiagnosticError, fail
from pmill.verify.building import Builder, Code
from pmill.verify.comparing import Difference, differences
from pmill.verify.feeding import Feed
from pmill.verify.observing import Observation, Runner
from pmill.verify.variants import Passes, Variant

# A coin's two sides agree so often once in a million; one more run costs a tenth of a second.
_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One variant beside the program without passes; `same_as`: who has the same code."""

    variant: Variant
    differences: tuple[Difference, ...]
    same_as: str | None = None


class Trial:
    """The program without passes is the reference; it runs twice, to find what is never the same.

    `show` is told what is being done; `pool` decides how much is done at once.
    """

    def __init__(
        self,
        builder: Builder,
        runner: Runner,
        feed: Feed,
        show: Callable[[str], None],
        pool: ThreadPoolExecutor,
    ) -> None:
        self.builder, self.runner, self.feed = builder, runner, feed
        self.show, self.pool = show, pool
        self.ordered = not runner.doors.workers
        self.off = builder.code(frozenset())
        self.reference = Observation(end="")
        self.ignored: frozenset[str] = frozenset()
        self._found: dict[str, tuple[Difference, ...]] = {self.off.key: ()}
        self._program: Path | None = None

    def compare(self, variants: Sequence[Variant]) -> tuple[Comparison, ...]:
        """Compare variants with the reference; what has the same code is compiled once.

        PM0833 when the reference cannot be one, PM0834 when no two runs of it are equal.
        """
        reference = self.pool.submit(self._twice)
        labels = {self.off.key: "no pass"}
        running: dict[str, Future[Observation | Difference]] = {}
        compared: list[tuple[Variant, str, str | None]] = []
        for variant in variants:
            code = self.builder.code(variant.passes)
            compared.append((variant, code.key, labels.get(code.key)))
            if code.key not in labels:
                labels[code.key] = variant.label
                running[code.key] = self.pool.submit(self._seen, code)
        self._learn(*reference.result())
        for key, seen in running.items():
            self._found[key] = self._told(seen.result())
        return tuple(
            Comparison(variant=variant, differences=self._found[key], same_as=same)
            for variant, key, same in compared
        )

    def equal(self, passes: Passes) -> bool:
        """Whether the program of a set of passes does the same."""
        return not self.differences(passes)

    def differences(self, passes: Passes) -> tuple[Difference, ...]:
        """What a set of passes changes."""
        code = self.builder.code(passes)
        if code.key not in self._found:
            self._found[code.key] = self._told(self._seen(code))
        return self._found[code.key]

    def program(self, passes: Passes) -> Path:
        """The program of a set of passes."""
        return self.builder.program(self.builder.code(passes))

    def _twice(self) -> tuple[Observation, Observation]:
        self.show("compiling without passes")
        self._program = self.builder.program(self.off)
        return self._once_more(), self._once_more()

    def _once_more(self) -> Observation:
        """Run the reference."""
        assert self._program is not None, "it is compiled first"
        return self.runner.of_feed(self._program, self.feed, self.off.handlers)

    def _learn(self, first: Observation, second: Observation) -> None:
        """Take the first run for the reference, and leave out what is another in the second."""
        if not first.end.startswith("status"):
            endless = first.end.startswith("no end")
            raise fail(
                "PM0833",
                f"the program without passes is no reference: {first.end}",
                hint="a source needs an end (LIMIT, STOP); or give --duration, or --timeout"
                if endless
                else "compile it with -O0 --sanitize address,undefined to see why",
            )
        self.reference = first
        told = differences(first, second, ordered=self.ordered)
        self.ignored = frozenset(d.what for d in told)
        if first.sent and first.sent.keys() <= self.ignored:
            raise fail(
                "PM0834",
                "two runs of the same program send different packets",
                hint="what is random needs a RandomSeed",
            )

    def _seen(self, code: Code) -> Observation | Difference:
        """Compile and run a program; a difference when there is none to run."""
        if code.refused:
            return Difference(what="graph", text=code.refused)
        self.show(f"compiling with {', '.join(sorted(code.passes))}")
        try:
            program = self.builder.program(code)
        except DiagnosticError as error:
            return Difference(what="compilation", text=str(error))
        known = frozenset(self.off.handlers)
        return self.runner.of_feed(program, self.feed, [h for h in code.handlers if h in known])

    def _told(self, seen: Observation | Difference) -> tuple[Difference, ...]:
        """Compare a run with the reference.

        Where something is random, two runs may agree on it by accident; it is tried again before
        it counts as different.
        """
        if isinstance(seen, Difference):
            return (seen,)
        told = self._compared(seen)
        for _ in range(_TRIES if self.ignored else 0):
            if not told:
                break
            self.ignored |= {d.what for d in self._compared(self._once_more())}
            told = self._compared(seen)
        return told

    def _compared(self, seen: Observation) -> tuple[Difference, ...]:
        return differences(self.reference, seen, ordered=self.ordered, ignored=self.ignored)
