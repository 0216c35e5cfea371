"""`pmill bench SCENARIO…`: measures, prints, and writes what is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from pmill.bench.scenario import baseline, figures, npf, text
from pmill.bench.scenario.checks import verdicts
from pmill.bench.scenario.model import Scenario
from pmill.bench.scenario.reading import find, load
from pmill.bench.scenario.results import Result, write_csv, write_json
from pmill.bench.scenario.running import LEAST_ROUNDS, measure_all
from pmill.bench.settings import Memory, Settings
from pmill.diagnostics import fail


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the words that only scenarios have."""
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also write a table")
    parser.add_argument(
        "--figures", type=Path, metavar="DIR", help="also draw figures (pmill[figures])"
    )
    parser.add_argument(
        "--format", choices=("text", "npf"), default="text", help="npf: lines for NPF (text)"
    )
    parser.add_argument(
        "--peer",
        action="append",
        default=[],
        metavar="NAME=PATH",
        help="measure another program with Click's command line, too",
    )
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="compare instructions with --json of before"
    )
    parser.add_argument(
        "--fail-above", metavar="PERCENT", help="how many more there may be (3%%)", default="3%"
    )


def refuse_options(what: str, arguments: argparse.Namespace) -> None:
    """Refuse options that a measurement would ignore: PM0907. `paper` has peers, too."""
    given = {
        "--csv": arguments.csv,
        "--figures": arguments.figures,
        "--baseline": arguments.baseline,
        "--format npf": arguments.format != "text",
        "--peer": arguments.peer and what != "paper",
        "--json": arguments.json and what != "cycles",
    }
    for option, is_given in given.items():
        if is_given:
            where = "it writes bench-results/" if what == "paper" else "scenarios do: paper/router"
            raise fail("PM0907", f"pmill bench {what} takes no {option}", hint=where)


def run(
    names: Sequence[str],
    arguments: argparse.Namespace,
    settings: Settings,
    memories: Sequence[Memory],
) -> int:
    """Measure scenarios; 1 when a check fails or instructions have grown."""
    most = baseline.share(arguments.fail_above)
    before = baseline.read(arguments.baseline) if arguments.baseline else None
    scenarios = [load(find(name), peers(arguments.peer)) for name in names]
    if not arguments.quick and settings.rounds < LEAST_ROUNDS:
        what = f"{settings.rounds} rounds are too few to tell anything: at least {LEAST_ROUNDS}"
        raise fail("PM0907", what, hint="--quick tries whether all is in place")
    only = ("instructions", "caches") if before is not None else None
    results = [r for s in scenarios for r in measure_all(s, settings, memories, only=only)]
    passed = tell(results, arguments.format, quick=arguments.quick)
    if arguments.json is not None:
        write_json(arguments.json, results)
    if arguments.csv is not None and any(r.cycles for r in results):
        write_csv(arguments.csv, results)
    if arguments.figures is not None:
        draw(scenarios, results, arguments.figures)
    if before is not None:
        found = baseline.changes(before, results)
        print(baseline.text(found, most))
        passed &= all(change.percent <= most for change in found)
    return 0 if passed else 1


def tell(results: Sequence[Result], form: str, *, quick: bool) -> bool:
    """Print results; whether all checks have passed, which a quick run cannot tell."""
    if form == "npf":
        print("\n".join(npf.lines(results)))
    else:
        print("\n\n".join(text.text(result) for result in results))
    return quick or all(v.passed for result in results for v in verdicts(result))


def draw(scenarios: Sequence[Scenario], results: Sequence[Result], folder: Path) -> list[Path]:
    """Draw the figures of all scenarios; PM0909 without matplotlib."""
    if not figures.possible():
        raise fail("PM0909", "matplotlib is not installed", hint="pip install 'pmill[figures]'")
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for scenario in scenarios:
        made += figures.draw([r for r in results if r.scenario is scenario], folder)
    return made


def peers(words: Sequence[str]) -> dict[str, Path]:
    """Read `NAME=PATH` words; PM0907 when one is something else."""
    found = {}
    for word in words:
        name, equals, path = word.partition("=")
        if not name or not equals or not path:
            raise fail("PM0907", f"--peer {word}: it is NAME=PATH", hint="fastclick=/opt/click")
        if not Path(path).exists():
            raise fail("PM0907", f"--peer {name}: there is no {path}")
        found[name] = Path(path)
    return found
