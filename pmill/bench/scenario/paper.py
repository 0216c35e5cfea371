"""`pmill bench paper`: all that the PacketMill paper measured, in one command.

The five network functions, what each optimisation and each metadata model is worth, frames of many
sizes, and NAT over its flows. Results, figures and a report go to `bench-results/`.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

from pmill.bench import flows
from pmill.bench.scenario import figures
from pmill.bench.scenario.command import draw, tell
from pmill.bench.scenario.reading import find, load
from pmill.bench.scenario.report import report
from pmill.bench.scenario.results import Result, write_csv, write_json
from pmill.bench.scenario.running import LEAST_ROUNDS, measure_all
from pmill.bench.settings import Memory, Settings
from pmill.diagnostics import fail

FOLDER: Final = Path("bench-results")
FUNCTIONS: Final = (
    "paper/forwarder",
    "paper/router",
    "paper/router-ids-vlan",
    "paper/router-nat",
    "paper/router-workpackage",
)
OTHERS: Final = ("paper/optimisations", "paper/sizes", "paper/flows")


def _million(settings: Settings, memory: Memory) -> tuple[str, bool]:
    """Measure NAT with a million flows; return what is said of it, and whether it is kept."""
    said = io.StringIO()
    with tempfile.TemporaryDirectory(prefix="pmill-flows-") as name, redirect_stdout(said):
        kept = flows.run(settings, Path(name), memory) == 0
    print(f"NAT, by the number of live flows\n\n{said.getvalue()}", flush=True)
    (FOLDER / "million-flows.txt").write_text(said.getvalue())
    return said.getvalue(), kept


def run(
    settings: Settings, memories: Sequence[Memory], peers: Mapping[str, Path], *, quick: bool
) -> int:
    """Measure everything; 1 when a check fails, which a quick run cannot tell.

    Peers are measured on the five functions.
    """
    scenarios = [load(find(name), peers) for name in FUNCTIONS]
    scenarios += [load(find(name)) for name in OTHERS]
    if not quick and settings.rounds < LEAST_ROUNDS:
        raise fail("PM0907", f"{settings.rounds} rounds are too few: at least {LEAST_ROUNDS}")
    try:
        FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        raise fail("PM0909", f"cannot make {FOLDER}: {error.strerror}") from None
    results: list[Result] = []
    passed = True
    for scenario in scenarios:
        # Frames and flows are many values: each is measured in one memory mode only.
        modes = memories[:1] if scenario.sweep else memories
        found = measure_all(scenario, settings, modes)
        passed &= tell(found, "text", quick=quick)
        print(flush=True)
        write_json(FOLDER / f"{scenario.name}.json", found)
        write_csv(FOLDER / f"{scenario.name}.csv", found)
        results += found
    million, kept = _million(settings, memories[0])
    passed &= kept or quick
    drawn = draw(scenarios, results, FOLDER) if figures.possible() else []
    (FOLDER / "report.md").write_text(report(results, drawn, million))
    print(f"the report is {FOLDER / 'report.md'}")
    if not drawn:
        print("without figures: matplotlib is not installed; pip install 'pmill[figures]'")
    return 0 if passed else 1
