"""Random configurations that mean something: compounds, groups, variables, overloads, `=>`."""

from __future__ import annotations

import re
from itertools import count

from hypothesis import strategies as st

HEAD = """\
define($colour 7, $size 100);
elementclass Painted { $a | input -> Paint($a) -> output || $a, KEY $k | -> Paint($a) -> Strip($k) -> }
elementclass Both { input [0] -> x :: Null -> [0] output; input [1] -> Paint($colour) -> [1] output }
elementclass Rest { __REST__ $r | input -> inner :: { -> CheckPaint($r) -> } -> output }
elementclass Painted { -> Counter -> || ... }
elementclass Same Null
"""
_LEAVES = st.sampled_from(
    [
        *("Null", "Counter", "Paint(3)", "Paint($colour)", "Strip(${size})", "Same", "Unstrip(14)"),
        *("Painted", "Painted(4)", "Painted($colour, KEY 2)", "Rest(5)", "Rest($colour, 20)"),
        *('Print("a, b $colour")', "Print('$colour')", "Print(\\<61 62>)", "Paint(/* blue */ 1)"),
        *("CheckPaint(${none-6})", "EtherMirror", "Queue($size) -> Unqueue", "Paint(${pair[1]})"),
    ]
)


@st.composite
def pipes(draw: st.DrawFn, depth: int) -> str:
    """Draw what may stand in the middle of a chain."""
    if depth == 0:
        return draw(_LEAVES)
    inner = " -> ".join(draw(st.lists(pipes(depth - 1), min_size=1, max_size=3)))
    name = "NAME"
    shapes = [
        inner,
        f"{name} :: Counter -> {inner}",
        f"{{ input -> {inner} -> output }}",
        f"{{ -> [0] {name} :: Null [0] -> {inner} -> }}",
        f"{{ $z | input -> Paint($z) -> {inner} -> output }}({draw(st.integers(0, 9))})",
        f"{name} :: {{ define($colour 2) -> {inner} -> }}",
        f"(input -> {inner} -> output)",
        f"( -> {inner} -> {name} :: Null -> )",
        f"Tee => (-> {{ -> {inner} -> }} ->), Null -> Counter",
        "Tee => [0, 1] Both => Null, Painted -> Counter",
        f"Tee => (input [0] -> {inner} -> [0] output; input [1] -> Null -> [1] output) => "
        "Null, Counter -> Null",
        f"{inner} ~TCP> Null ~> Counter",
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """Draw the text of a configuration that compiles."""
    chains = [
        f"{source} -> {draw(pipes(draw(st.integers(0, 3))))} -> Discard;\n"
        for source in draw(
            st.lists(st.sampled_from(["InfiniteSource(LIMIT 1)", "Idle"]), min_size=1, max_size=3)
        )
    ]
    later = "define($pair 8 9);\n"  # definitions hold for what stands before them, too
    number = count()
    return HEAD + re.sub("NAME", lambda _: f"e{next(number)}", "".join(chains)) + later
