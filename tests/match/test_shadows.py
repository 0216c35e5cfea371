"""Rules that no packet reaches: what is said is true, and little is left out."""

from __future__ import annotations

import itertools
import random

from pmill.match.predicates import Base, Predicate, all_of, any_of, equal, larger, negated
from pmill.match.program import program
from pmill.match.shadows import shadows
from pmill.match.vectors import Rule
from tests.elaborate.ippatterns import interpreted
from tests.elements.ip_views import View

VALUES = (0, 1, 2, 3)
# All packets that the predicates below can tell apart.
FRAMES = [
    View(bytes(14) + bytes(data[:length]))
    for length in range(4)
    for data in itertools.product(VALUES, repeat=3)
]


def predicate(rng: random.Random, depth: int = 2) -> Predicate:
    if depth == 0 or rng.random() < 0.3:
        at, mask, value = rng.randrange(3), rng.randrange(1, 4), rng.choice(VALUES)
        if rng.random() < 0.2:
            return larger(Base.NETWORK, at, 1, 3, value)
        return equal(Base.NETWORK, at, 1, mask, value & mask)
    parts = [predicate(rng, depth - 1) for _ in range(rng.randrange(1, 4))]
    found = all_of(*parts) if rng.random() < 0.6 else any_of(*parts)
    return negated(found) if rng.random() < 0.2 else found


def reached(rules: list[Rule]) -> set[int]:
    steps = program([(what, -n) for n, (what, _) in enumerate(rules)])
    answers = (interpreted(steps, view) for view in FRAMES)
    return {answer for answer in answers if answer is not None}


def test_what_is_said_is_true() -> None:
    rng = random.Random(3)
    said = true = single = 0
    for _ in range(300):
        rules = [(predicate(rng), 0) for _ in range(rng.randrange(2, 9))]
        dead = set(range(len(rules))) - reached(rules)
        found = shadows(rules)
        assert {shadow.rule for shadow in found} <= dead
        for shadow in found:
            if shadow.by is not None:
                single += 1
                assert shadow.by < shadow.rule
                assert 1 not in reached([rules[shadow.by], rules[shadow.rule]])
            if shadow.none:
                assert reached([rules[shadow.rule]]) == set()
        said, true = said + len(found), true + len(dead)
    assert single > 100
    assert said > 0.9 * true


def test_one_of_many_is_named() -> None:
    rng = random.Random(1)

    def net(length: int, address: int) -> Predicate:
        return equal(Base.NETWORK, 12, 4, (1 << 32) - (1 << (32 - length)), address)

    rules: list[Rule] = [(net(32, rng.getrandbits(32) | 1 << 31), 0) for _ in range(2000)]
    rules.insert(700, (net(8, 0x0A000000), 0))
    rules.append((net(24, 0x0A010200), 0))
    rules.append((net(7, 0x0A000000), 0))
    (shadow,) = shadows(rules)
    assert (shadow.rule, shadow.by) == (2001, 700)
