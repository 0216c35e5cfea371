"""Places for things some of which may overlap: the colouring of an interference graph, with sizes.

As in register allocation (Chaitin, 1981), things that are alive at the same time interfere; here a
colour is a stretch of bytes. Few things are packed as well as can be: whatever the best packing
is, taking its things from the left to the right and laying each as far to the left as it can go
gives one as good, so trying all orders finds it. Many are laid in one good order: the most
demanding alignment first, then size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

# 720 orders of six take two milliseconds.
_FEW = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something to be placed: its offset must be `phase` more than a multiple of `alignment`."""

    key: int
    size: int
    alignment: int
    phase: int = 0


Interferes = Callable[[int, int], bool]


def pack(
    groups: Sequence[Sequence[Item]], interferes: Interferes, *, few: int = _FEW
) -> Mapping[int, int]:
    """Return the offset of every item by its key.

    Items of earlier groups are laid first and as tightly as can be; those that follow take what is
    left between and behind them. Up to `few` items of a group are packed optimally.
    """
    placed: dict[int, tuple[Item, int]] = {}
    for group in groups:
        usual = sorted(group, key=lambda item: (-item.alignment, -item.size, item.key))
        best = _laid(usual, placed, interferes)
        if len(group) <= few and _end(best) > _least(usual, placed, interferes):
            for order in permutations(usual):
                tried = _laid(order, placed, interferes)
                if _end(tried) < _end(best):
                    best = tried
        placed = best
    return {key: at for key, (_, at) in placed.items()}


def _laid(
    order: Iterable[Item], placed: Mapping[int, tuple[Item, int]], interferes: Interferes
) -> dict[int, tuple[Item, int]]:
    """Lay each item at the first offset where nothing is with which it interferes."""
    found = dict(placed)
    for item in order:
        taken = sorted(
            (at, at + other.size) for other, at in found.values() if interferes(item.key, other.key)
        )
        at = _aligned(0, item)
        for start, end in taken:
            if at < end and start < at + item.size:
                at = _aligned(end, item)
        found[item.key] = item, at
    return found


def _aligned(at: int, item: Item) -> int:
    return at + (item.phase - at) % item.alignment


def _end(placed: Mapping[int, tuple[Item, int]]) -> int:
    return max((at + item.size for item, at in placed.values()), default=0)


def _least(
    group: Sequence[Item], placed: Mapping[int, tuple[Item, int]], interferes: Interferes
) -> int:
    """Return a bound no packing can be below: of what is placed, and of items that all interfere.

    The clique is found greedily, so the bound may be low; it only saves looking further.
    """
    clique: list[Item] = []
    for item in group:
        if all(interferes(item.key, other.key) for other in clique):
            clique.append(item)
    return max(_end(placed), sum(item.size for item in clique))
