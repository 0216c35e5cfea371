"""Patterns without an element: for tests of the pattern language."""

from __future__ import annotations

import random
from collections.abc import Callable

from pmill.diagnostics import Diagnostics, Source, Span
from pmill.elaborate.ippattern import predicate, program
from pmill.elaborate.lowerings import LoweringContext
from pmill.match.byte_program import NEVER, Step, optimize, program_text
from pmill.syntax.flat import ConfigText
from tests.elements.ip_views import View, packets


def item(text: str) -> ConfigText:
    """Return a pattern as an argument."""
    return ConfigText(text=text, span=Span(Source("test.click", text), 0, len(text)))


def context(
    text: str,
    *,
    outputs: int = 1,
    literal: Callable[[str, str], str] = lambda wanted, text: text,
) -> tuple[Diagnostics, LoweringContext]:
    """Return what a lowering is told of an element, and what collects its messages."""
    diags = Diagnostics()
    return diags, LoweringContext(
        diags=diags,
        label="c :: IPClassifier",
        span=item(text).span,
        outputs=outputs,
        values={},
        dialect="fastclick",
        literal=literal,
    )


def compiled(text: str, **options: Callable[[str, str], str]) -> str:
    """Return the program of a pattern that has no errors, without its last two lines."""
    return program_text(_steps(text, **options)).partition("safe length")[0]


def messages(text: str, **options: Callable[[str, str], str]) -> list[str]:
    """Return what is said about a pattern."""
    diags, ctx = context(text, **options)
    found = predicate(item(text), ctx)
    said = [str(d) for d in diags]
    assert (found is None) == any(d.severity == "error" for d in diags), said
    return said


def interpreted(steps: tuple[Step, ...], packet: View) -> int | None:
    """Run a program as runtime/include/pmill/classifier.hh does."""
    at = 0
    while True:
        step = steps[at]
        header = min(step.offset // 256, 2)
        data = (packet.frame, packet.network, packet.transport)[header]
        if header and not packet.network:
            data = b""
        word = data[step.offset - 256 * header :][:4]
        yes = step.always or len(word) >= step.bytes
        if yes and step.mask:
            yes = int.from_bytes(word.ljust(4, b"\0"), "big") & step.mask == step.value
        jump = step.jump(yes)
        if jump <= 0:
            return None if jump == NEVER else -jump
        assert jump > at, "a jump leads back"
        at = jump


_VIEWS = [View(frame) for frame in packets(random.Random(4), 800)]


def matched(text: str, **options: Callable[[str, str], str]) -> list[bool]:
    """Return which of some packets of all kinds a pattern matches."""
    steps = _steps(text, **options)
    return [interpreted(steps, view) == 0 for view in _VIEWS]


def answer(text: str, packet: View) -> bool:
    """Return whether a pattern matches a packet."""
    return interpreted(_steps(text), packet) == 0


def _steps(text: str, **options: Callable[[str, str], str]) -> tuple[Step, ...]:
    diags, ctx = context(text, **options)  # type: ignore[arg-type]
    found = predicate(item(text), ctx)
    assert found is not None, [str(d) for d in diags]
    return optimize(program([(found, 0)]))
