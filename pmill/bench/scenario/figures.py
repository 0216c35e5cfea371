"""Draws results: bars for alternatives, lines over a sweep, and how latencies are spread.

matplotlib is an extra of its own (`pip install pmill[figures]`): who measures on a router has no
need of it. Nothing is drawn without it, and it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pmill.bench.scenario.intervals import Estimate
from pmill.bench.scenario.results import Result
from pmill.bench.settings import Memory

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INCHES: Final = (7.0, 4.0)
_LOGARITHMIC: Final = 16  # from this ratio of a sweep's values on


def possible() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw(results: Sequence[Result], folder: Path) -> list[Path]:
    """Draw all figures of one scenario into a folder; return the files."""
    made: list[Path] = []
    for name, axes_of in _figures(results):
        made.append(_written(folder / f"{name}.svg", axes_of))
    return made


class _Figure:
    """What draws one figure into axes."""

    def __init__(self, results: Sequence[Result], memory: Memory | None) -> None:
        self._results, self._memory = results, memory

    def bars(self, axes: Axes) -> None:
        """Cycles a packet of all alternatives, with their confidence intervals."""
        assert self._memory is not None
        result = self._results[0]
        samples = result.comparison(self._memory).samples
        names = list(samples)
        found = [Estimate.of([s.cycles for s in samples[name]]) for name in names]
        errors = [[e.median - e.low for e in found], [e.high - e.median for e in found]]
        axes.barh(names, [e.median for e in found], xerr=errors, color="#4477aa", ecolor="#222222")
        axes.invert_yaxis()
        axes.set_xlabel("cycles a packet")
        axes.set_title(f"{result.scenario.title} ({self._memory})")

    def lines(self, axes: Axes) -> None:
        """Cycles a packet over the values of the sweep."""
        assert self._memory is not None
        scenario = self._results[0].scenario
        assert scenario.sweep is not None
        values = list(scenario.sweep.values)
        for alternative in scenario.alternatives:
            found = [
                Estimate.of(
                    [s.cycles for s in r.comparison(self._memory).samples[alternative.name]]
                )
                for r in self._results
            ]
            (line,) = axes.plot(
                values, [e.median for e in found], marker="o", label=alternative.name
            )
            axes.fill_between(
                values,
                [e.low for e in found],
                [e.high for e in found],
                color=line.get_color(),
                alpha=0.2,
            )
        if max(values) >= _LOGARITHMIC * min(values):
            axes.set_xscale("log", base=2)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("bytes of a frame" if scenario.sweep.over == "size" else "flows")
        axes.set_ylabel("cycles a packet")
        axes.legend(fontsize="small")
        axes.set_title(f"{scenario.title} ({self._memory})")

    def latencies(self, axes: Axes) -> None:
        """The share of packets that took no longer than a time."""
        result = self._results[0]
        for name, counts in result.counts.items():
            if counts.latency:
                axes.plot(
                    [ns / 1000 for ns in counts.latency.ns.values()],
                    list(counts.latency.ns),
                    marker=".",
                    label=name,
                )
        axes.set_xscale("log")
        axes.set_xlabel("microseconds in the program")
        axes.set_ylabel("% of packets")
        axes.legend(fontsize="small")
        axes.set_title(result.scenario.title)


def _figures(results: Sequence[Result]) -> Iterator[tuple[str, Callable[[Axes], None]]]:
    first = results[0]
    name = first.scenario.name
    for comparison in first.cycles:
        figure = _Figure(results, comparison.memory)
        swept = first.at is not None
        kind = "lines" if swept else "bars"
        yield f"{name}-{kind}-{comparison.memory}", figure.lines if swept else figure.bars
    if any(counts.latency for counts in first.counts.values()):
        yield f"{name}-latency", _Figure(results, None).latencies


def _written(path: Path, draw_into: Callable[[Axes], None]) -> Path:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "pmill"  # the same file for the same numbers
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=_INCHES, layout="constrained")
    draw_into(axes)
    axes.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return path
