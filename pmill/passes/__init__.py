"""Passes over the pipeline graph, one a file; `pipeline.py` has their order."""

from pmill.passes.base import Pass, PassNote, PassReport
from pmill.passes.pipeline import DEFAULT, run

__all__ = ["DEFAULT", "Pass", "PassNote", "PassReport", "run"]
