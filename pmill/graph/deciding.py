"""Decision programs on packets of which something is known.

`outcomes` tells where a program leads such packets, and what is known of them there; `rest` is what
remains of a program when the tests are gone whose answer is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pmill.graph.facts import ANYTHING, Base, Facts
from pmill.graph.model import Element, Value
from pmill.match.byte_program import NEVER, Step

__all__ = [
    "Known",
    "is_shortened",
    "matching",
    "outcomes",
    "program_of",
    "read_step",
    "reads_headers",
    "rest",
    "step_word",
]

_STEP = re.compile(
    r"(?P<offset>\d{1,6})/(?P<value>[\da-f]{8})%(?P<mask>[\da-f]{8})"
    r"\?(?P<yes>\d{1,6}|\[(?:X|\d{1,5})\]):(?P<no>\d{1,6}|\[(?:X|\d{1,5})\])"
)
_STRIDE = 256  # of the offsets that count from one header
# Longer programs are left to those who make tables of them.
_MANY_STEPS = 2000


def program_of(element: Element) -> tuple[Step, ...] | None:
    """Return the decision program of an element; None when it has none, or a very long one."""
    names = [arg.name for arg in element.spec.arguments if arg.fact == "decides"]
    if not names:
        return None
    value = element.arguments[names[0]]
    return _steps(value) if value.count is not None and value.count <= _MANY_STEPS else None


def reads_headers(element: Element) -> bool:
    """Whether the offsets of its program count from headers, not from the packet's first byte."""
    return "network" in element.spec.reads


def _steps(value: Value) -> tuple[Step, ...]:
    numbers = (map(int, node.split(",")) for node in value.text.split())
    return tuple(
        Step(offset=offset, mask=mask, value=compared, yes=yes, no=no)
        for offset, mask, compared, yes, no in numbers
    )


def is_shortened(element: Element) -> bool:
    """Whether its decision program says less than its patterns do."""
    return any(value.shortened for value in element.arguments.values())


def step_word(step: Step) -> str:
    """Write a step in one word: `12/08000000%ffff0000?[0]:3`."""
    test = f"{step.offset}/{step.value:08x}%{step.mask:08x}"
    return f"{test}?{_jump_word(step.yes)}:{_jump_word(step.no)}"


def _jump_word(jump: int) -> str:
    if jump == NEVER:
        return "[X]"
    return str(jump) if jump > 0 else f"[{-jump}]"


def read_step(word: str) -> Step | None:
    """Return the step that a word writes, None when it writes none."""
    m = _STEP.fullmatch(word)
    if m is None:
        return None
    yes, no = (
        NEVER if jump == "[X]" else -int(jump[1:-1]) if jump[0] == "[" else int(jump)
        for jump in (m["yes"], m["no"])
    )
    return Step(
        offset=int(m["offset"]), mask=int(m["mask"], 16), value=int(m["value"], 16), yes=yes, no=no
    )


def rest(program: Sequence[Step], facts: Facts, *, headers: bool) -> tuple[Step, ...]:
    """Return what remains of a program for packets of which `facts` hold; at least one step."""
    entry = Known(facts=facts, headers=headers)
    while True:
        shorter = _without_known(program, entry)
        if shorter == tuple(program):
            return shorter
        program = shorter


def _without_known(program: Sequence[Step], entry: Known) -> tuple[Step, ...]:
    """Lead jumps past the steps whose answer is known there, and drop what nothing leads to."""
    answer = _answer(program[0], entry)
    start = 0 if answer is None else _past_known(program, program[0].jump(answer), entry)
    if answer is not None and start <= 0:
        return (Step(offset=0, mask=0, value=0, yes=start, no=start),)
    entered, kept = {start: entry}, dict[int, Step]()
    for at in range(start, len(program)):
        known = entered.pop(at, None)
        if known is None:
            continue
        kept[at] = program[at]
        for answer in (True, False):
            after = known.after(program[at], answer)
            jump = _past_known(program, program[at].jump(answer), after)
            kept[at] = kept[at].led_to(answer, jump)
            if jump > 0:
                entered[jump] = entered[jump].common(after) if jump in entered else after
    number = {old: new for new, old in enumerate(kept)}
    return tuple(
        replace(step, yes=number.get(step.yes, step.yes), no=number.get(step.no, step.no))
        for step in kept.values()
    )


def _past_known(program: Sequence[Step], jump: int, known: Known) -> int:
    """Follow a jump up to a test that can have either answer, or to an output."""
    while jump > 0 and (answer := _answer(program[jump], known)) is not None:
        jump = program[jump].jump(answer)
    return jump


def _answer(step: Step, known: Known) -> bool | None:
    """Return the only answer that matters, None when there are two."""
    return True if step.always or step.yes == step.no else known.answer(step)


def outcomes(program: Sequence[Step], facts: Facts, *, headers: bool) -> Mapping[int, Facts]:
    """Return the jumps that end the program for some packet, and what is known of those packets."""
    entered: dict[int, Known] = {0: Known(facts=facts, headers=headers)}
    for at, step in enumerate(program):
        known = entered.pop(at, None)
        if known is None:
            continue
        answer = True if step.always else known.answer(step)
        for possible in (True, False) if answer is None else (answer,):
            jump = step.jump(possible)
            key = jump if jump > 0 else jump - len(program)  # 0 is an output, too
            after = known.after(step, possible)
            entered[key] = entered[key].common(after) if key in entered else after
    return {key + len(program): known.facts for key, known in entered.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Facts, as a decision program asks for them; see `pmill/match/byte_program.py`."""

    facts: Facts
    headers: bool

    def answer(self, test: Step) -> bool | None:
        """Return the answer that a test must have, None when it can have either."""
        base, offset = self._start(test)
        here = self.facts.length(base) >= offset + test.bytes
        unsure = False
        for possible, wanted in self._sets(test):
            if not possible & wanted:
                return False
            unsure = unsure or bool(possible & ~wanted)
        if here and not unsure:
            return True
        return False if self._has_failed(test) else None

    def after(self, test: Step, answer: bool) -> Known:
        """Return what is known after a test."""
        if test.always:
            return self
        base, offset = self._start(test)
        facts = self.facts
        if answer:
            octets = dict(facts.octets)
            for n, (possible, wanted) in enumerate(self._sets(test)):
                if wanted != ANYTHING:
                    octets[facts.place(base, offset + n)] = possible & wanted
            end = offset + test.bytes
            lengths = {**facts.lengths, base: max(end, facts.lengths.get(base, 0))}
            if facts.headers.get(base, -1) >= 0:
                ahead = facts.headers[base]
                lengths[Base.DATA] = max(ahead + end, lengths.get(Base.DATA, 0))
            return replace(self, facts=replace(facts, octets=octets, lengths=lengths))
        place = (*facts.place(base, offset), test.mask, test.value)
        facts = replace(facts, failed=facts.failed | {place})
        return replace(self, facts=self._refuted(facts, test))

    def common(self, other: Known) -> Known:
        """Return what is known on both of two ways."""
        return replace(self, facts=self.facts.common(other.facts))

    def _start(self, test: Step) -> tuple[Base, int]:
        if not self.headers:
            return Base.DATA, test.offset
        header = min(test.offset // _STRIDE, 2)
        return Base(header + 1), test.offset - header * _STRIDE

    def _sets(self, test: Step) -> list[tuple[int, int]]:
        """For each of the four bytes: the values it may have, and those with which it matches."""
        base, offset = self._start(test)
        found = []
        for n in range(4):
            shift = 24 - 8 * n
            mask, value = test.mask >> shift & 0xFF, test.value >> shift & 0xFF
            found.append((self.facts.octet(base, offset + n), matching(mask, value)))
        return found

    def _has_failed(self, test: Step) -> bool:
        """Whether a yes would contradict a test that failed before."""
        base, offset = self.facts.place(*self._start(test))
        for other, at, mask, value in self.facts.failed:
            if other != base:
                continue
            if mask == 0:  # the bytes up to at + value were not all there
                contradicts = offset + test.bytes >= at + value
            else:
                ours, wanted = (_aligned(bits, at - offset) for bits in (test.mask, test.value))
                contradicts = not mask & ~ours and wanted & mask == value
            if contradicts:
                return True
        return False

    def _refuted(self, facts: Facts, test: Step) -> Facts:
        """Know of the one byte on which a test can have failed."""
        base, offset = self._start(test)
        if not test.mask or self.facts.length(base) < offset + test.bytes:
            return facts  # it may be that bytes are missing
        unsure = [
            (n, possible & ~wanted)
            for n, (possible, wanted) in enumerate(self._sets(test))
            if possible & ~wanted
        ]
        if len(unsure) != 1:
            return facts
        n, values = unsure[0]
        return replace(facts, octets={**facts.octets, facts.place(base, offset + n): values})


def _aligned(bits: int, ahead: int) -> int:
    """Return the bits of four bytes in the word that begins `ahead` bytes later."""
    if abs(ahead) >= 4:
        return 0
    return (bits << 8 * ahead if ahead >= 0 else bits >> -8 * ahead) & 0xFFFFFFFF


def matching(mask: int, value: int) -> int:
    """Return the set of bytes whose bits of `mask` are those of `value`."""
    if not mask:
        return ANYTHING
    found = _MATCHING.get((mask, value))
    if found is None:
        found = _MATCHING[mask, value] = sum(1 << b for b in range(256) if b & mask == value)
    return found


_MATCHING: dict[tuple[int, int], int] = {}
