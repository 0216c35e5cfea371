"""Bit vectors answer as decision programs do, whatever the rules and the packets are."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest

from pmill.bench.rulesets import SEEDS, rules, traffic
from pmill.match import NEVER, matcher, program
from pmill.match.predicates import Base, all_of, larger
from pmill.match.tables import tables
from pmill.match.vectors import PLAIN_ROWS, Rule, bit_vectors
from tests.elaborate.ippatterns import context, interpreted, item
from tests.elaborate.test_ippattern_meaning import predicate
from tests.elements.ip_patterns import written
from tests.elements.ip_random_patterns import pattern
from tests.elements.ip_views import View, packets


def headers(view: View) -> Mapping[Base, bytes]:
    """Return what a packet has from each header on."""
    return {Base.MAC: view.frame, Base.NETWORK: view.network, Base.TRANSPORT: view.transport}


def random_rules(rng: random.Random, count: int) -> list[Rule]:
    """Return rules of patterns of all kinds, with outputs that often repeat."""
    rules: list[Rule] = []
    while len(rules) < count:
        text = written(pattern(rng), rng)
        _, ctx = context(text)
        found = predicate(item(text), ctx)
        assert found is not None
        if bit_vectors([(found, 0)]) is not None:  # a small product by itself
            rules.append((found, rng.choice((0, -1, -2, NEVER))))
    return rules


def check(rules: Sequence[Rule], views: Sequence[View]) -> int:
    """Compare the answers for all packets; return how many different ones there were."""
    vectors = bit_vectors(rules)
    assert vectors is not None
    if not vectors.classes:
        return 1
    made = tables(vectors)
    steps = program(rules)
    found = set()
    for view in views:
        wanted = interpreted(steps, view)
        jump = NEVER if wanted is None else -wanted
        assert made.answer(headers(view)) == jump, view.frame.hex()
        found.add(jump)
    return len(found)


@pytest.mark.parametrize("seed", range(6))
def test_any_rules_and_any_packets(seed: int) -> None:
    rng = random.Random(seed)
    views = [View(frame) for frame in packets(rng, 120)]
    told_apart = 0
    for _ in range(5):
        rules = random_rules(rng, rng.choice((1, 2, 5, 12)))
        if bit_vectors(rules) is not None:
            told_apart += check(rules, views) > 1
    assert told_apart


@pytest.mark.parametrize("kind", list(SEEDS))
@pytest.mark.parametrize("count", [3, 90, 250, 900])
def test_many_rules(kind: str, count: int) -> None:
    rng = random.Random(count)
    found = rules(kind, count)
    made = [
        (predicate(item(rule.pattern()), context("")[1]), -(n % 3)) for n, rule in enumerate(found)
    ]
    known = [(what, jump) for what, jump in made if what is not None]
    vectors = bit_vectors(known)
    assert vectors is not None
    assert vectors.ordered == (len(vectors.priorities) <= PLAIN_ROWS)
    frames = [*traffic(found, 100), *packets(rng, 20)]
    frames += [frame[: rng.randrange(len(frame))] for frame in frames[:20] if frame]
    assert check(known, [View(frame) for frame in frames]) >= 3


def test_rules_behind_one_for_everything_have_no_bits() -> None:
    first, last = random_rules(random.Random(1), 2)
    vectors = bit_vectors([first, (all_of(), -7), last])
    assert vectors is not None
    assert vectors.otherwise == -7
    assert len(vectors.priorities) == 1


def test_what_is_no_small_product_has_no_vectors() -> None:
    apart = larger(Base.NETWORK, 12, 4, 0xFFFFFFFF, 0x121A0409)
    assert bit_vectors([(apart, 0)]) is None
    assert matcher("vectors", ((apart, 0),)) is None
