"""Bit vectors answer as decision programs do, whatever the rules and the packets are."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest

from pmill.match import NEVER, matcher, program
from pmill.match.predicates import Base, Predicate, all_of, equal, larger
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


@pytest.mark.parametrize("seed", range(12))
def test_any_rules_and_any_packets(seed: int) -> None:
    rng = random.Random(seed)
    views = [View(frame) for frame in packets(rng, 300)]
    told_apart = 0
    for _ in range(8):
        rules = random_rules(rng, rng.choice((1, 2, 5, 12)))
        if bit_vectors(rules) is not None:
            told_apart += check(rules, views) > 1
    assert told_apart > 1


def rules_of_many_kinds(rng: random.Random, count: int) -> list[Rule]:
    """Return rules such as filters have: prefixes, protocols and ports, most of them narrow."""
    networks = [rng.getrandbits(8) << 24 | rng.getrandbits(8) << 16 for _ in range(6)]
    rules: list[Rule] = []
    for _ in range(count):
        parts: list[Predicate] = []
        for offset in (12, 16):
            length = rng.choice((0, 8, 16, 24, 32))
            mask = (1 << 32) - (1 << (32 - length))
            value = rng.choice(networks) | rng.getrandbits(3) << 8 | rng.getrandbits(2)
            parts.append(equal(Base.NETWORK, offset, 4, mask, value))
        if rng.random() < 0.7:
            parts.append(equal(Base.NETWORK, 6, 2, 0x1FFF, 0))
            parts.append(equal(Base.NETWORK, 9, 1, 0xFF, rng.choice((6, 17))))
            port = rng.choice((22, 80, 443, 1023, 1024))
            low = larger(Base.TRANSPORT, rng.choice((0, 2)), 2, 0xFFFF, port)
            parts.append(rng.choice((low, equal(Base.TRANSPORT, 2, 2, 0xFFFF, port))))
        rules.append((all_of(*parts), rng.choice((0, -1, NEVER))))
    return rules


def packets_for(rules: Sequence[Rule], rng: random.Random, count: int) -> list[View]:
    """Return packets of which many have the addresses that rules ask for; some are cut."""
    wanted = [
        (part.offset, part.value)
        for rule, _ in rules
        for part in getattr(rule, "parts", ())
        if getattr(part, "size", 0) == 4
    ]
    found = []
    for frame in packets(rng, count):
        raw = bytearray(frame)
        for offset in (12, 16):
            at, value = rng.choice(wanted)
            if at == offset and len(raw) >= 34:
                raw[14 + offset : 18 + offset] = value.to_bytes(4, "big")
        found.append(View(bytes(raw)))
    return found


@pytest.mark.parametrize("count", [3, 70, 250, 600, 5000])
def test_many_rules(count: int) -> None:
    rng = random.Random(count)
    rules = rules_of_many_kinds(rng, count)
    vectors = bit_vectors(rules)
    assert vectors is not None
    assert vectors.ordered == (len(vectors.priorities) <= PLAIN_ROWS)
    assert check(rules, packets_for(rules, rng, 150 if count > 1000 else 600)) == 3


def test_rules_behind_one_for_everything_have_no_bits() -> None:
    first, last = rules_of_many_kinds(random.Random(1), 2)
    vectors = bit_vectors([first, (all_of(), -7), last])
    assert vectors is not None
    assert vectors.otherwise == -7
    assert len(vectors.priorities) == 1


def test_what_is_no_small_product_has_no_vectors() -> None:
    apart = equal(Base.NETWORK, 0, 2, 0x1111, 0x1111)
    assert bit_vectors([(apart, 0)]) is None
    assert matcher("vectors", ((apart, 0),)) is None
