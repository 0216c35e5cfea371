"""Packing things that may overlap: nothing is broken, and few things lie as close as they can."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from pmill.passes.packing import Item, pack

Pairs = frozenset[frozenset[int]]


@st.composite
def problems(draw: st.DrawFn, most: int) -> tuple[list[Item], Pairs]:
    """Draw items, and which of them interfere."""
    items = []
    for key in range(draw(st.integers(0, most))):
        alignment = draw(st.sampled_from([1, 2, 4]))
        size, phase = draw(st.integers(1, 4)), draw(st.integers(0, alignment - 1))
        items.append(Item(key=key, size=size, alignment=alignment, phase=phase))
    pairs = [frozenset(pair) for pair in combinations(range(len(items)), 2)]
    return items, frozenset(p for p in pairs if draw(st.booleans()))


def end(items: list[Item], at: dict[int, int]) -> int:
    return max((at[item.key] + item.size for item in items), default=0)


def fits(items: list[Item], pairs: Pairs, at: dict[int, int]) -> bool:
    """Whether all are aligned, and what interferes lies apart."""
    return all((at[item.key] - item.phase) % item.alignment == 0 for item in items) and all(
        at[a.key] + a.size <= at[b.key] or at[b.key] + b.size <= at[a.key]
        for a, b in combinations(items, 2)
        if frozenset((a.key, b.key)) in pairs
    )


def packed(groups: list[list[Item]], pairs: Pairs, few: int = 6) -> dict[int, int]:
    return dict(pack(groups, lambda a, b: frozenset((a, b)) in pairs, few=few))


@settings(deadline=None)
@given(problem=problems(most=12), few=st.integers(0, 4), cut=st.integers(0, 12))
def test_nothing_is_broken(problem: tuple[list[Item], Pairs], few: int, cut: int) -> None:
    items, pairs = problem
    at = packed([items[:cut], items[cut:]], pairs, few)
    assert at.keys() == {item.key for item in items}
    assert fits(items, pairs, at)


@settings(deadline=None)
@given(problem=problems(most=4))
def test_few_lie_as_close_as_they_can(problem: tuple[list[Item], Pairs]) -> None:
    items, pairs = problem
    found = end(items, packed([items], pairs))
    for offsets in product(range(max(found, 1)), repeat=len(items)):
        at = dict(enumerate(offsets))
        if fits(items, pairs, at):
            assert end(items, at) >= found, f"{at} is shorter"


@settings(deadline=None)
@given(problem=problems(most=6), cut=st.integers(0, 6))
def test_earlier_groups_are_laid_as_if_there_were_no_others(
    problem: tuple[list[Item], Pairs], cut: int
) -> None:
    items, pairs = problem
    at = packed([items[:cut], items[cut:]], pairs)
    assert packed([items[:cut]], pairs) == {key: at[key] for key in range(min(cut, len(items)))}


def test_a_good_order_is_found_where_the_usual_one_is_not() -> None:
    """The usual order lays the word first and wastes three bytes behind the byte at an odd place."""
    word = Item(key=0, size=4, alignment=4)
    odd = Item(key=1, size=3, alignment=4, phase=1)
    byte = Item(key=2, size=1, alignment=1)
    everything = frozenset(frozenset(p) for p in combinations(range(3), 2))
    assert end([word, odd, byte], packed([[word, odd, byte]], everything)) == 8


def test_nothing_is_laid_nowhere() -> None:
    assert packed([[], []], frozenset()) == {}
