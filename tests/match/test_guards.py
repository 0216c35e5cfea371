"""Guards and boxes take packets that their rule gets, and no others; and most of those."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest

from pmill.bench.rulesets import SEEDS, rules, traffic
from pmill.match import NEVER, boxes, guards, owners, program
from pmill.match.boxes import Box, inside
from pmill.match.predicates import Base
from pmill.match.rows import Dimension
from pmill.match.vectors import Rule
from tests.elaborate.ippatterns import context, interpreted, item
from tests.elaborate.test_ippattern_meaning import predicate
from tests.elements.ip_views import View, packets
from tests.match.test_vectors import headers, random_rules

UNDECIDED = -99


def jump_of(steps: Sequence[object], view: View) -> int:
    found = interpreted(steps, view)
    return NEVER if found is None else -found


def values_of(box: Box, view: View) -> Mapping[Dimension, int] | None:
    """Return the values of a packet on the sides of a box; None when it is too short for them."""
    found = {}
    for d, _ in box.sides:
        raw = headers(view)[Base(d.base)][d.offset : d.offset + d.size]
        if len(raw) != d.size:
            return None
        found[d] = int.from_bytes(raw, "big")
    return found


def test_a_step_belongs_to_the_rule_that_it_was_laid_out_for() -> None:
    found = random_rules(random.Random(4), 12)
    of_steps = owners(found)
    assert len(of_steps) == len(program(found))
    assert list(of_steps) == sorted(of_steps)
    assert of_steps[-1] == len(found)
    for n in range(1, len(found)):
        alone = program(found[:n])
        assert of_steps.index(n) == len(alone) - 1


@pytest.mark.parametrize("seed", range(8))
def test_a_guard_takes_only_packets_of_its_rule(seed: int) -> None:
    rng = random.Random(seed)
    found = random_rules(rng, rng.choice((2, 4, 8)))
    views = [View(frame) for frame in packets(rng, 150)]
    hits = [rng.choice((0, 1, 50, 1000)) for _ in found]
    first = guards(found, hits, [1000.0] * len(found))
    whole = program(found)
    asked = program([*first, *found])
    for view in views:
        assert jump_of(asked, view) == jump_of(whole, view), view.frame.hex()


def test_a_guard_comes_where_it_pays() -> None:
    found = random_rules(random.Random(2), 6)
    hits = [0, 0, 0, 0, 0, 1000]
    assert guards(found, hits, [1000.0] * 6)
    assert not guards(found, hits, [0.1] * 6)
    assert not guards(found, [0] * 6, [1000.0] * 6)


@pytest.mark.parametrize("kind", list(SEEDS))
def test_a_box_takes_only_packets_of_its_rule_and_most_of_them(kind: str) -> None:
    drawn = rules(kind, 300)
    known: list[Rule] = []
    for n, rule in enumerate(drawn):
        found = predicate(item(rule.pattern()), context("")[1])
        assert found is not None
        known.append((found, -(n % 3)))
    known.append((predicate(item("all"), context("")[1]), NEVER))  # type: ignore[arg-type]
    steps = program(known)
    rng = random.Random(kind)
    for hot in (len(known) - 1, len(known) - 2, 290):
        hits = [0] * len(known)
        hits[hot] = 1000
        (box,) = boxes(known, hits, 40.0) or (None,)
        if box is None:
            assert hot != len(known) - 1  # what no rule takes is usual enough
            continue
        assert box.jump == known[hot][1]
        views = [View(frame) for frame in [*traffic(drawn, 800), *packets(rng, 50)]]
        taken = 0
        for view in views:
            values = values_of(box, view)
            if values is not None and inside(box, values):
                # A box is only looked into with packets that have all bytes.
                if len(view.transport) < 20 or len(view.network) < 20:
                    continue
                taken += 1
                assert jump_of(steps, view) == box.jump, view.frame.hex()
        assert taken


def test_no_box_without_hits() -> None:
    found = random_rules(random.Random(3), 5)
    assert boxes(found, [0] * 5, 40.0) == ()
