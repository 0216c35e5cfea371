"""Push against pull: both ends, and the agnostic elements between them."""

from __future__ import annotations

import pytest

from pmill.diagnostics import Diagnostic, DiagnosticError, Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions


def conflict(text: str) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        analyse(Source("x.click", text), CompileOptions(), Diagnostics())
    (found,) = caught.value.diagnostics
    return found


def told(found: Diagnostic) -> list[str]:
    return [f"{n.span.text if n.span else ''}: {n.message}" for n in found.notes]


def test_the_chain_is_in_the_order_of_packets() -> None:
    found = conflict(
        "s :: InfiniteSource -> Queue -> n1 :: Null -> n2 :: Counter -> n3 :: Null -> t :: ToHost(t);"
    )
    assert found.code == "PM0503"
    assert found.span is not None
    assert found.span.text == "n2"
    assert told(found) == [
        "Queue: 'Queue@2 :: Queue' output 0 is pull",
        "n1: 'n1 :: Null' is agnostic and becomes pull",
        "n3: 'n3 :: Null' is agnostic and becomes push",
        "t: 't :: ToHost' input 0 is push",
    ]


def test_where_two_agnostic_elements_meet() -> None:
    found = conflict("InfiniteSource -> Queue -> a :: Null -> b :: Null -> t :: ToHost(t);")
    assert found.code == "PM0502"
    assert told(found) == [
        "Queue: 'Queue@2 :: Queue' output 0 is pull",
        "a: 'a :: Null' is agnostic and becomes pull",
        "b: 'b :: Null' is agnostic and becomes push",
        "t: 't :: ToHost' input 0 is push",
    ]


def test_a_long_chain_is_told_in_short() -> None:
    found = conflict(f"InfiniteSource -> Queue -> {'Null -> ' * 41} t :: ToHost(t);")
    assert len(found.notes) == 2 * (1 + 8 + 1)
    assert [n.message for n in found.notes if n.span is None] == ["and so do 12 more"] * 2


def test_ports_that_packets_do_not_join_do_not_conflict() -> None:
    """Flow codes: what enters Idle never leaves it, so its ports need not agree."""
    text = "i :: Idle; InfiniteSource -> i -> t :: Discard;"
    analyse(Source("x.click", text), CompileOptions(), Diagnostics())
    text = "i :: Idle; InfiniteSource -> i; i -> Null -> Unqueue -> Discard;"
    analyse(Source("x.click", text), CompileOptions(), Diagnostics())
