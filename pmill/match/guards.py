"""Rules that most packets match, asked for first.

    allow src net 10.0.0.0/8          hit by   2 %       deny dst port 23 and not src net 10.0.0.0/8
    ... 997 more                      hit by   3 %   =>  allow src net 10.0.0.0/8
    deny dst port 23                  hit by  95 %       ...

A guard takes packets that its rule would get, and no others: it denies the earlier rules that some
of its packets may match and that do something else with them. Where these are many, it would cost
more than it saves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pmill.match.byte_program import optimize
from pmill.match.predicates import FALSE, Predicate, all_of, negated
from pmill.match.program import program
from pmill.match.rows import Row, Rows, TooManyRows
from pmill.match.sets import NONE, intersection
from pmill.match.vectors import Rule

__all__ = ["guards"]

_MOST: Final = 4  # guards of an element, and rules that one denies
_LEAST_SHARE: Final = 16  # one packet in so many


def guards(rules: Sequence[Rule], hits: Sequence[int], cost: Sequence[float]) -> tuple[Rule, ...]:
    """Return rules to ask before all others, the most useful first.

    `hits` are packets that each rule got, `cost` is what a packet of each rule costs without
    guards, in steps of a program. A guard is asked of every packet that reaches it.
    """
    total = sum(hits)
    maker = Rows.of(predicate for predicate, _ in rules)
    found: list[Rule] = []
    left = total
    for n in sorted(range(len(rules)), key=lambda n: (-hits[n], n)):
        if len(found) == _MOST or hits[n] * _LEAST_SHARE < total or not hits[n]:
            break
        guard = _guard(n, rules, maker)
        if guard is None:
            continue
        steps = len(optimize(program([(guard, 0)])))
        if hits[n] * cost[n] > left * steps:
            found.append((guard, rules[n][1]))
            left -= hits[n]
    return tuple(found)


def _guard(n: int, rules: Sequence[Rule], maker: Rows) -> Predicate | None:
    """Return what a packet must be for rule `n` to be its first; None when that is too long."""
    wanted, jump = rules[n]
    try:
        rows = maker.of_rule(wanted)
    except TooManyRows:
        return None
    denied = []
    for other, other_jump in rules[:n]:
        if other_jump != jump and _meet(rows, other, maker):
            denied.append(negated(other))
            if len(denied) > _MOST:
                return None
    guard = all_of(wanted, *denied)
    return None if guard == FALSE else guard


def _meet(rows: Sequence[Row], other: Predicate, maker: Rows) -> bool:
    """Whether a packet may match both."""
    try:
        others = maker.of_rule(other)
    except TooManyRows:
        return True
    return any(_overlap(one, two) for one in rows for two in others)


def _overlap(one: Row, two: Row) -> bool:
    return all(intersection(one[d], two[d]) != NONE for d in one.keys() & two.keys())
