"""Decision programs over a packet's bytes: what Click's Classifier compiles its patterns into.

A program is a list of tests of four bytes each, at offsets that are multiples of four. A jump
is a later test (> 0), an output (<= 0, negated) or NEVER. Step 0 is the first. A test whose bytes
a packet does not have answers no. A test without a mask compares nothing: it only asks whether the
first `value` of its bytes are there. Twin of runtime/include/pmill/classifier.hh.

Offsets of IPFilter's programs count from the MAC header, those from 256 on from the network header
and those from 512 on from the transport header, which is how Click writes them.

`optimize` follows Click, so that `program_text` says what Click's `program` handler says:

    before                                            after
     0  20/00010000%ffff0000  yes->step 1 no->step 2   0  12/08060000%ffff0000  yes->step 1  …
     1  12/08060000%ffff0000  yes->[0]    no->step 2   1  20/00010000%ffff0000  yes->[0]  …
     2  12/08060000%ffff0000  yes->step 3 no->[X]      2  20/00020000%ffff0000  yes->[1]  …
     3  20/00020000%ffff0000  yes->[1]    no->[X]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

__all__ = ["NEVER", "Step", "optimize", "outputs", "program_text", "safe_length"]

NEVER = -65536  # pmill::classifier::kNoOutput
_MAX_WAYS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Are the bits of `mask` in the four bytes at `offset` those of `value`? Big-endian numbers."""

    offset: int
    mask: int
    value: int
    yes: int
    no: int

    @property
    def always(self) -> bool:
        """Whether the answer is yes for every packet."""
        return not self.mask and not self.value

    @property
    def bytes(self) -> int:
        """How many of the four bytes must be there for a yes."""
        trailing_zeros = (self.mask & -self.mask).bit_length() - 1
        return 4 - trailing_zeros // 8 if self.mask else self.value

    @property
    def end(self) -> int:
        """How long a packet must be for a yes; 0 where that does not matter."""
        return 0 if self.always else self.offset + self.bytes

    def jump(self, answer: bool) -> int:
        """Return where an answer leads."""
        return self.yes if answer else self.no

    def led_to(self, answer: bool, target: int) -> Step:
        """Return this test with another jump."""
        return replace(self, yes=target) if answer else replace(self, no=target)


def optimize(program: Sequence[Step]) -> tuple[Step, ...]:
    """Return an equivalent program without tests whose answer is known; at least one test."""
    tests = _merge(_sort(list(program)))
    tests = _drop(_skip_known(_drop(tests)))
    return tuple(tests)


def outputs(program: Iterable[Step]) -> set[int]:
    """Return the outputs that an optimised program can choose."""
    found: set[int] = set()
    for test in program:
        jumps = (test.yes,) if test.always else (test.yes, test.no)
        found |= {-jump for jump in jumps if NEVER < jump <= 0}
    return found


def safe_length(program: Iterable[Step]) -> int:
    """Return how long a packet is that has all bytes the program looks at."""
    return max((test.end for test in program), default=0)


def program_text(program: Sequence[Step]) -> str:
    """Write a program as Click's `program` handler does."""
    lines = [
        f"{n:2} {t.offset:3}/{t.value:08x}%{t.mask:08x}  yes->{_jump(t.yes)}  no->{_jump(t.no)}"
        for n, t in enumerate(program)
    ]
    if len(program) == 1 and program[0].always:
        lines = [f"all->{_jump(program[0].yes)}"]
    lines += [f"safe length {safe_length(program)}", "alignment offset 0"]
    return "".join(f"{line}\n" for line in lines)


def _jump(target: int) -> str:
    if target == NEVER:
        return "[X]"
    return f"step {target}" if target > 0 else f"[{-target}]"


# --- what is known on the way to a test -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What is known of one word: bytes that are there, bits and their values, failed tests."""

    bytes: int = 0
    mask: int = 0
    value: int = 0
    failed: frozenset[tuple[int, int]] = frozenset()  # (mask, value)

    def common(self, other: _Word) -> _Word:
        """Return what both know."""
        mask = self.mask & other.mask & ~(self.value ^ other.value)
        return _Word(
            bytes=min(self.bytes, other.bytes),
            mask=mask,
            value=self.value & mask,
            failed=self.failed & other.failed,
        )


_NOTHING = _Word()


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known on one way to a test, by offset."""

    words: Mapping[int, _Word] = field(default_factory=lambda: MappingProxyType({}))

    def answer(self, test: Step) -> bool | None:
        """Return the answer the test must have, None when it can have either.

        A failed test says nothing about the opposite one: both fail where bytes are missing.
        """
        word = self.words.get(test.offset, _NOTHING)
        if test.mask & word.mask & (test.value ^ word.value):
            return False
        if test.mask & ~word.mask == 0 and test.bytes <= word.bytes:
            return True
        return False if any(_implies(test, *failed) for failed in word.failed) else None

    def after(self, test: Step, answer: bool) -> _Facts:
        """Return what is known after a test."""
        word = self.words.get(test.offset, _NOTHING)
        if answer:
            value = word.value | test.value & test.mask
            here = max(word.bytes, test.bytes)
            word = replace(word, bytes=here, mask=word.mask | test.mask, value=value)
        else:
            word = replace(word, failed=word.failed | {(test.mask, test.value)})
        return _Facts(MappingProxyType({**self.words, test.offset: word}))

    def common(self, other: _Facts) -> _Facts:
        """Return what is known on both ways."""
        shared = self.words.keys() & other.words.keys()
        return _Facts(
            MappingProxyType({at: self.words[at].common(other.words[at]) for at in sorted(shared)})
        )


def _implies(test: Step, mask: int, value: int) -> bool:
    """Return whether a yes to a test means a yes to another one of the same word."""
    if not mask:
        return value <= test.bytes
    return mask & ~test.mask == 0 and test.value & mask == value


# --- steps of the optimiser, in order -------------------------------------------------------------


def _sort(tests: list[Step]) -> list[Step]:
    """Bring tests that must all answer alike into the order of their offsets."""
    parents = _parents(tests)
    n = 0
    while n < len(tests):
        if _swap(tests, parents, n):
            n = max(parents[n], default=n) if len(parents[n]) == 1 else n
            continue
        n += 1
    return tests


def _swap(tests: list[Step], parents: list[list[int]], n: int) -> bool:
    """Exchange test `n` with the one behind it when the order is wrong and nobody else is hurt."""
    first = tests[n]
    for answer in (False, True):
        at = first.jump(answer)
        if at <= 0 or len(parents[at]) != 1:
            continue
        second = tests[at]
        wrong = (first.offset, first.mask) > (second.offset, second.mask)
        if first.jump(not answer) == second.jump(not answer) and wrong:
            tests[n] = second.led_to(answer, at)
            tests[at] = first.led_to(answer, second.jump(answer))
            return True
    return False


def _parents(tests: Sequence[Step]) -> list[list[int]]:
    parents: list[list[int]] = [[] for _ in tests]
    for n, test in enumerate(tests):
        for target in (test.yes, test.no):
            if target > 0:
                parents[target].append(n)
    return parents


def _merge(tests: list[Step]) -> list[Step]:
    """Make one test of two of the same word that must both answer yes."""
    for n in range(len(tests)):
        test = tests[n]
        while test.yes > 0:
            behind = tests[test.yes]
            clash = test.mask & behind.mask & (test.value ^ behind.value)
            same_word = behind.offset == test.offset and test.mask and behind.mask
            if not same_word or behind.no != test.no or clash:
                break
            mask, value = test.mask | behind.mask, test.value | behind.value
            test = replace(test, mask=mask, value=value, yes=behind.yes)
        tests[n] = test
    return tests


def _skip_known(tests: list[Step]) -> list[Step]:
    """Lead every jump past the tests whose answer is known on all ways to it."""
    ways: list[list[_Facts]] = [[] for _ in tests]
    ways[0] = [_Facts()]
    for n in range(len(tests)):
        for answer in (False, True):
            after = [facts.after(tests[n], answer) for facts in _few(ways[n])]
            if not after:
                continue
            target = _past_known(tests, tests[n].jump(answer), after)
            tests[n] = tests[n].led_to(answer, target)
            if target > 0:
                ways[target] += after
    return tests


def _past_known(tests: Sequence[Step], target: int, ways: Sequence[_Facts]) -> int:
    """Return the last place on which all ways through known tests agree."""
    trails = []
    for facts in ways:
        trail = [target]
        while trail[-1] > 0:
            answer = facts.answer(tests[trail[-1]])
            if answer is None:
                break
            trail.append(tests[trail[-1]].jump(answer))
        trails.append(trail)
    return next(at for at in reversed(trails[0]) if all(at in trail for trail in trails))


def _few(ways: list[_Facts]) -> list[_Facts]:
    """Bound the number of ways that are looked at one by one: many become what they share."""
    if len(ways) <= _MAX_WAYS:
        return ways
    shared = ways[0]
    for facts in ways[1:]:
        shared = shared.common(facts)
    return [shared]


def _drop(tests: list[Step]) -> list[Step]:
    """Remove tests that decide nothing and tests that nothing leads to."""
    for n in reversed(range(len(tests))):
        tests[n] = replace(
            tests[n], yes=_settled(tests, tests[n].yes), no=_settled(tests, tests[n].no)
        )
    pointless = _decides_nothing(tests[0])
    start = tests[0].yes if pointless else 0
    if pointless and start <= 0:
        return [Step(offset=0, mask=0, value=0, yes=start, no=start)]
    kept, reached = [], {start}
    for n in range(start, len(tests)):
        if n in reached:
            kept.append(n)
            reached |= {tests[n].yes, tests[n].no}
    number = {old: new for new, old in enumerate(kept) if old > 0}
    return [
        replace(t, yes=number.get(t.yes, t.yes), no=number.get(t.no, t.no))
        for t in (tests[n] for n in kept)
    ]


def _decides_nothing(test: Step) -> bool:
    return test.always or test.yes == test.no


def _settled(tests: Sequence[Step], target: int) -> int:
    """Follow a jump over tests that decide nothing."""
    while target > 0 and _decides_nothing(tests[target]):
        target = tests[target].yes
    return target
