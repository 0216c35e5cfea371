from __future__ import annotations

from dataclasses import replace

from pmill.graph import PipelineGraph, Port, Value, verify
from tests.elaborate.kit import graph_of


def sound() -> PipelineGraph:
    return graph_of("s :: Source;\nn :: Strip(14);\nd :: Discard;\ns -> n;\nn -> d;")


def test_a_sound_graph() -> None:
    assert verify(sound()) == []


def test_every_invariant_is_checked() -> None:
    g = sound()
    s, n, d = g.elements.values()
    first, second = g.connections
    assert verify(replace(g, elements={"s": s, "n": n, "x": d, "d": d})) == [
        "element 'd' is kept under the name 'x'"
    ]
    assert verify(replace(g, elements={"s": s, "n": n})) == [
        "a connection names element 'd', which does not exist"
    ]
    far = replace(second, source=Port(element="n", number=3))
    assert verify(g.with_connections((first, far))) == [
        "a connection names output 3 of 'n', which has it not"
    ]
    assert verify(g.with_connections((first, second, second))) == ["n[0] -> [0]d is there 2 times"]
    assert verify(g.with_elements((s, replace(n, inputs=("pull",)), d))) == [
        "s[0] -> [0]n joins a push output and a pull input"
    ]
    assert verify(g.with_connections((first,))) == [
        "output 0 of 'n' is unused",
        "input 0 of 'd' is unused",
    ]
    again = replace(first, target=Port(element="d", number=0))
    assert verify(g.with_connections((first, again, second))) == [
        "push output 0 of 's' has 2 connections"
    ]
    assert verify(g.with_elements((s, replace(n, arguments={}), d))) == [
        "'n :: Strip' has arguments [], its class has ['length']"
    ]
    table = Value(cpp="", text="t", click="t", element="t")
    assert verify(g.with_elements((s, replace(n, arguments={"length": table}), d))) == [
        "'n :: Strip' names element 't', which does not exist"
    ]
    assert verify(replace(g, live=frozenset(("paint", "taste")))) == [
        "the live field 'taste' does not exist"
    ]
