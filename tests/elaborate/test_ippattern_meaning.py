"""Random patterns: their decision programs do what an evaluator of the patterns says."""

from __future__ import annotations

import random

import pytest

from pmill.elaborate.ippattern import predicate, program
from pmill.match.byte_program import optimize
from tests.elaborate.ippatterns import context, interpreted, item
from tests.elements.ip_patterns import written
from tests.elements.ip_random_patterns import pattern
from tests.elements.ip_views import View, packets


@pytest.mark.parametrize("seed", range(8))
def test_programs_do_what_patterns_say(seed: int) -> None:
    rng = random.Random(seed)
    views = [View(frame) for frame in packets(rng, 400)]
    told_apart = 0
    for _ in range(60):
        tree = pattern(rng)
        text = written(tree, rng)
        diags, ctx = context(text)
        found = predicate(item(text), ctx)
        assert found is not None, (text, [str(d) for d in diags])
        raw = program([(found, 0)])
        steps = optimize(raw)
        expected = [tree.holds(view) for view in views]
        told_apart += len(set(expected)) == 2
        for view, wanted in zip(views, expected, strict=True):
            for either in (raw, steps):
                got = interpreted(either, view) == 0
                assert got == wanted, (text, view.frame.hex(), tree)
    assert told_apart > 30
