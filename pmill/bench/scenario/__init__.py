"""Scenarios: what is compared with what, on which traffic, and what must come of it.

A scenario is a TOML file: see `docs/benchmarks.md`. `load` reads one, `measure_all` runs it, and
the results are told as tables (`text`), JSON, CSV, figures or lines for NPF.
"""

from __future__ import annotations

from pmill.bench.scenario.model import Scenario
from pmill.bench.scenario.reading import find, load
from pmill.bench.scenario.results import Result
from pmill.bench.scenario.running import measure_all

__all__ = ["Result", "Scenario", "find", "load", "measure_all"]
