"""Random pieces of configurations: compounds, groups, variables, overloads, `=>`.

`rng` decides everything; it is a `random.Random`, or what hypothesis gives in its place.
"""

from __future__ import annotations

import random
import re
from itertools import count
from typing import Final

DEFINITIONS: Final = """\
define($colour 7, $size 100);
elementclass Painted {
  $a | input -> Paint($a) -> output || $a, KEY $k | -> Paint($a) -> Strip($k) ->
}
elementclass Both {
  input [0] -> x :: Null -> [0] output; input [1] -> Paint($colour) -> [1] output
}
elementclass Rest { __REST__ $r | input -> inner :: { -> CheckPaint($r) -> } -> output }
elementclass Painted { -> Counter -> || ... }
elementclass Same Null
"""
"""What the pieces use; it stands in front of them, and LATER anywhere."""

LATER: Final = "define($pair 8 9);\n"  # definitions hold for what stands before them, too

_LEAVES: Final = (
    *("Null", "Counter", "Paint(3)", "Paint($colour)", "Strip(${size})", "Same", "Unstrip(14)"),
    *("Painted", "Painted(4)", "Painted($colour, KEY 2)", "Rest(5)", "Rest($colour, 20)"),
    *('Print("a, b $colour")', "Print('$colour')", "Print(\\<61 62>)", "Paint(/* blue */ 1)"),
    *("CheckPaint(${none-6})", "EtherMirror", "Queue($size) -> Unqueue", "Paint(${pair[1]})"),
)
_NAME: Final = "NAME"


def pipe(rng: random.Random, depth: int) -> str:
    """Return what may stand in the middle of a chain; `named` gives its elements their names."""
    if depth <= 0:
        return rng.choice(_LEAVES)
    inner = " -> ".join(pipe(rng, depth - 1) for _ in range(rng.randint(1, 3)))
    shapes = (
        inner,
        f"{_NAME} :: Counter -> {inner}",
        f"{{ input -> {inner} -> output }}",
        f"{{ -> [0] {_NAME} :: Null [0] -> {inner} -> }}",
        f"{{ $z | input -> Paint($z) -> {inner} -> output }}({rng.randint(0, 9)})",
        f"{_NAME} :: {{ define($colour 2) -> {inner} -> }}",
        f"(input -> {inner} -> output)",
        f"( -> {inner} -> {_NAME} :: Null -> )",
        f"Tee => (-> {{ -> {inner} -> }} ->), Null -> Counter",
        "Tee => [0, 1] Both => Null, Painted -> Counter",
        f"Tee => (input [0] -> {inner} -> [0] output; input [1] -> Null -> [1] output) => "
        "Null, Counter -> Null",
        f"{inner} ~TCP> Null ~> Counter",
    )
    return rng.choice(shapes)


def named(text: str) -> str:
    """Give every element of pieces that has a name one of its own."""
    number = count()
    return re.sub(_NAME, lambda _: f"e{next(number)}", text)


def language_configuration(rng: random.Random) -> str:
    """Return the text of a configuration that compiles."""
    chains = [
        f"{rng.choice(('InfiniteSource(LIMIT 1)', 'Idle'))} -> {pipe(rng, rng.randint(0, 3))} "
        "-> Discard;\n"
        for _ in range(rng.randint(1, 3))
    ]
    return DEFINITIONS + named("".join(chains)) + LATER
