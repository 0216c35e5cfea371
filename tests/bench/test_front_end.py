from __future__ import annotations

from pmill.bench.front_end import configuration
from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions
from pmill.syntax import parse


def test_the_generated_configurations_are_good() -> None:
    diags = Diagnostics()
    for size in (0, 220):
        graph = analyse(Source("x.click", configuration(size)), CompileOptions(), diags)
        assert graph.elements
    assert not list(diags)
    assert len(parse(Source("x.click", configuration(220)), diags).statements) == 220
