"""Finds the passes to blame when a program with passes does something else.

    a b c d e   different, and so is   a b c d   , but   a b c   is not: d is guilty;
    d alone (with what it requires) is not different, nor is  b d , but  c d  is: together with c.

Then d is left out, and what is left is looked at in the same way: there may be a second fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pmill.verify.variants import Passes, PassList


@dataclass(frozen=True, slots=True, kw_only=True)
class Guilt:
    """A pass that changes what a program does, and the others without which it does not.

    What it requires is not among `others`: without it, the pass does nothing at all. `passes` are
    all that have to run.
    """

    name: str
    others: tuple[str, ...]
    passes: Passes

    def __str__(self) -> str:
        if not self.others:
            return f"{self.name} is guilty"
        return f"{self.name} is guilty, and only together with {', '.join(self.others)}"


def blame(
    passes: PassList, equal: Callable[[Passes], bool], show: Callable[[str], None]
) -> tuple[Guilt, ...]:
    """Return who is guilty, in the order in which they run; `equal` tells of a set of passes.

    All passes together may be innocent, when one undoes what another did; then those are tried
    that are alone, or without which the others differ.
    """
    found: list[Guilt] = []
    left = passes.all
    while not equal(left):
        guilt = _one(passes, left, equal, show)
        found.append(guilt)
        left = passes.closed(left - {guilt.name})
    if not found:
        for start in _suspects(passes):
            if not equal(start):
                guilt = _one(passes, start, equal, show)
                if guilt.name not in {g.name for g in found}:
                    found.append(guilt)
    return tuple(sorted(found, key=lambda g: passes.names.index(g.name)))


def _suspects(passes: PassList) -> list[Passes]:
    alone = [passes.with_required(name) for name in passes.names]
    return alone + [passes.closed(passes.all - {name}) for name in passes.names]


def _one(
    passes: PassList,
    guilty: Passes,
    equal: Callable[[Passes], bool],
    show: Callable[[str], None],
) -> Guilt:
    """Find the first guilty pass of a set that differs, and the fewest that it takes."""
    order = [n for n in passes.names if n in guilty]
    # A prefix has all that its passes require. Those of `fewer` do the same, those of `more` not.
    fewer, more = 0, len(order)
    while more - fewer > 1:
        middle = (fewer + more) // 2
        show(f"looking for the guilty pass among {', '.join(order[fewer:more])}")
        if equal(frozenset(order[:middle])):
            fewer = middle
        else:
            more = middle
    name = order[more - 1]
    needed = passes.with_required(name)
    kept = frozenset(order[:more])
    if not equal(needed):
        return Guilt(name=name, others=(), passes=needed)
    for other in order[: more - 1]:
        smaller = passes.closed(kept - {other})
        if name in smaller and not equal(smaller):
            kept = smaller
    others = tuple(n for n in order if n in kept - needed)
    return Guilt(name=name, others=others, passes=kept)
