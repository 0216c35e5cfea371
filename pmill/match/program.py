"""Predicates to a decision program: a step for each match, laid out in the order of the pattern.

    tos = 4 or not ttl 1        0  256/00040000%00ff0000  yes->[0]  no->step 1
                                1  264/01000000%ff000000  yes->[X]  no->[0]

Every part of a predicate is laid out once, and what follows it, whether it holds or not, comes
later: a program is as long as its pattern, and its jumps lead forward. Making it better is the
optimiser's work (pmill/match/byte_program.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pmill.match.byte_program import NEVER, Step
from pmill.match.predicates import (
    All,
    AnyOf,
    Choice,
    Constant,
    Match,
    Not,
    Predicate,
    Present,
)

__all__ = ["owners", "program"]


def program(rules: Sequence[tuple[Predicate, int]]) -> tuple[Step, ...]:
    """Return the program that takes the jump of the first rule whose predicate holds.

    Rules are pairs of a predicate and a jump: an output, negated, or NEVER.
    """
    layout = _Layout()
    for predicate, jump in rules:
        following = layout.label()
        layout.lay(predicate, jump, following)
        layout.place(following)
    layout.steps.append(Step(offset=0, mask=0, value=0, yes=NEVER, no=NEVER))
    return layout.resolved()


def owners(rules: Sequence[tuple[Predicate, int]]) -> tuple[int, ...]:
    """Return the rule of each step of `program(rules)`; of the last step, the number of rules."""
    layout = _Layout()
    found: list[int] = []
    for n, (predicate, jump) in enumerate(rules):
        following = layout.label()
        layout.lay(predicate, jump, following)
        layout.place(following)
        found += [n] * (len(layout.steps) - len(found))
    return (*found, len(rules))


class _Layout:
    """Steps in their final order.

    A jump to what is not yet laid out is a label, a number above all steps, until all are.
    """

    FIRST_LABEL = 1 << 30

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._places: list[int | None] = []

    def label(self) -> int:
        """Return a label for a place that comes later."""
        self._places.append(None)
        return self.FIRST_LABEL + len(self._places) - 1

    def place(self, label: int) -> None:
        """Make a label stand for the next step."""
        self._places[label - self.FIRST_LABEL] = len(self.steps)

    def lay(self, predicate: Predicate, yes: int, no: int) -> None:
        """Append the steps of a predicate that lead to `yes` where it holds, to `no` elsewhere."""
        match predicate:
            case Constant(value):
                self._step(0, 0, 0, yes if value else no, NEVER)
            case Match():
                self._match(predicate, yes, no)
            case Present(base=base, end=end):
                word = (end - 1) // 4 * 4
                self._step(base + word, 0, end - word, yes, no)
            case Not(part):
                self.lay(part, no, yes)
            case All(parts):
                self._chain(parts, yes, no, goes_on=True)
            case AnyOf(parts):
                self._chain(parts, yes, no, goes_on=False)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                first, second = self.label(), self.label()
                self.lay(condition, first, second)
                self.place(first)
                self.lay(then, yes, no)
                self.place(second)
                self.lay(otherwise, yes, no)

    def _chain(self, parts: Sequence[Predicate], yes: int, no: int, *, goes_on: bool) -> None:
        """Lay parts out that lead to the next as long as they answer `goes_on`."""
        for part in parts[:-1]:
            following = self.label()
            self.lay(part, following if goes_on else yes, no if goes_on else following)
            self.place(following)
        self.lay(parts[-1], yes, no)

    def _match(self, found: Match, yes: int, no: int) -> None:
        """Cut a match into words at offsets that are multiples of four."""
        words = list(_words(found))
        for word, mask, value in words[:-1]:
            following = self.label()
            self._step(found.base + word, mask, value, following, no)
            self.place(following)
        word, mask, value = words[-1]
        self._step(found.base + word, mask, value, yes, no)

    def _step(self, offset: int, mask: int, value: int, yes: int, no: int) -> None:
        self.steps.append(Step(offset=offset, mask=mask, value=value, yes=yes, no=no))

    def resolved(self) -> tuple[Step, ...]:
        """Return the steps with their labels replaced; every label was placed."""
        return tuple(
            replace(step, yes=self._resolve(step.yes), no=self._resolve(step.no))
            for step in self.steps
        )

    def _resolve(self, jump: int) -> int:
        if jump < self.FIRST_LABEL:
            return jump
        place = self._places[jump - self.FIRST_LABEL]
        assert place is not None
        return place


def _words(found: Match) -> Iterator[tuple[int, int, int]]:
    """Yield (offset, mask, value) of the words in which a match has bits."""
    end = found.offset + found.size
    for word in range(found.offset // 4 * 4, end, 4):
        shift = 8 * (end - word - 4)
        mask, value = (
            (bits >> shift if shift >= 0 else bits << -shift) & 0xFFFFFFFF
            for bits in (found.mask, found.value)
        )
        if mask:
            yield word, mask, value
