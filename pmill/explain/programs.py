"""Decision programs of classifiers as pictures: steps are boxes, answers are wires.

12/0806, 12/0800, -            bytes 12-13 = 0806  --yes--> [0]
                                 |no
                               bytes 12-13 = 0800  --yes--> [1]   --no--> [2]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pmill.drawing import Box, Compound, Picture, Wire
from pmill.elements.spec import ArgSpec
from pmill.graph import Element, Port, Processing
from pmill.match.byte_program import NEVER, Step

_TYPE: Final = "List<ClassifierNode>"
_HEADERS: Final = ("MAC", "IP", "transport")  # where offsets from 0, 256 and 512 on count from
_STRIDE: Final = 256
MOST_STEPS: Final = 80
"""Of programs with more steps there is no picture that says more than their text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionProgram:
    """What an argument was made into: steps, and from how many headers their offsets count."""

    argument: str
    steps: tuple[Step, ...]
    headers: int


def decision_programs(e: Element) -> Iterator[DecisionProgram]:
    """Yield the programs among the arguments of an element."""
    for arg in e.spec.arguments:
        if arg.type == _TYPE and e.arguments[arg.name].text:
            yield DecisionProgram(
                argument=arg.keyword,
                steps=tuple(_steps(e.arguments[arg.name].text)),
                headers=_headers(arg),
            )


def _headers(arg: ArgSpec) -> int:
    return len(_HEADERS) if arg.lowering in ("ipfilter", "ipclassifier") else 1


def _steps(text: str) -> Iterator[Step]:
    for item in text.split():
        offset, mask, value, yes, no = map(int, item.split(","))
        yield Step(offset=offset, mask=mask, value=value, yes=yes, no=no)


def picture_of_program(e: Element, program: DecisionProgram) -> Picture:
    """Return the picture of a program: output 0 of a step is yes, output 1 no, which is dashed."""
    wires = []
    ends: dict[int, None] = {}
    for number, step in enumerate(program.steps):
        answers = [(0, step.yes)] if step.always else [(0, step.yes), (1, step.no)]
        for answer, jump in answers:
            if jump <= 0:
                ends[jump] = None
            wires.append(
                Wire(
                    source=Port(element=_step_name(number), number=answer),
                    target=Port(element=_target(jump), number=0),
                    kind="push",
                    rare=answer == 1,
                )
            )
    boxes = [
        _box(
            e, _step_name(n), question(step, program.headers), inputs=n > 0, outputs=2 - step.always
        )
        for n, step in enumerate(program.steps)
    ]
    boxes += [_box(e, _target(jump), _target(jump), inputs=True, outputs=0) for jump in ends]
    root = Compound(name="", boxes=tuple(boxes), compounds=())
    return Picture(title=f"{e.name}: {program.argument}", root=root, wires=tuple(wires))


def question(step: Step, headers: int) -> str:
    """Say what a step asks: `bytes 12-13 = 0800`."""
    if step.always:
        return "every packet"
    header = min(step.offset // _STRIDE, headers - 1) if headers > 1 else 0
    offset = step.offset - header * _STRIDE
    prefix = f"{_HEADERS[header]} " if headers > 1 else ""
    if not step.mask:
        return f"{prefix}length \N{GREATER-THAN OR EQUAL TO} {offset + step.value}"
    first = (32 - step.mask.bit_length()) // 8
    last = step.bytes - 1
    mask, value = (f"{bits:08x}"[2 * first : 2 * last + 2] for bits in (step.mask, step.value))
    span = str(offset + first) if first == last else f"{offset + first}\N{EN DASH}{offset + last}"
    part = "" if set(mask) == {"f"} else f" & {mask}"
    return f"{prefix}{'byte' if first == last else 'bytes'} {span}{part} = {value}"


def _step_name(number: int) -> str:
    return f"step {number}"


def _target(jump: int) -> str:
    if jump == NEVER:
        return "no output"
    return _step_name(jump) if jump > 0 else f"output {-jump}"


def _box(e: Element, name: str, text: str, *, inputs: bool, outputs: int) -> Box:
    push: Processing = "push"
    return Box(
        name=name,
        class_name=text,
        config="",
        lines=(),
        inputs=(push,) if inputs else (),
        outputs=(push,) * outputs,
        span=e.span,
    )
