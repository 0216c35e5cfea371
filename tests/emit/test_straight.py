"""Which ways are straight, in the text of programs."""

from __future__ import annotations

import re

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions


def straight(text: str, *, level: int = 3) -> list[tuple[str, str]]:
    """Return the straight ways of a program: from where, to where."""
    product = compile_config(
        Source("test.click", text), CompileOptions(level=level), Diagnostics(), emit="cpp"
    )
    assert product.data is not None
    structs = dict(re.findall(r"^struct (\w+)_ \{\n(.*?)^\};", product.data.decode(), re.M | re.S))
    ways = [
        (name, found[1])
        for name, body in structs.items()
        if (found := re.search(r"using Straight = (\w+)_;", body))
    ]
    assert sorted(end for _, end in ways) == sorted(
        name for name, body in structs.items() if "bool straight = true" in body
    )
    return ways


@pytest.mark.parametrize(
    "way",
    [
        "in -> out;",
        "in -> EtherMirror -> out;",
        "in -> Counter -> Paint(1) -> Null -> EtherMirror -> out;",
    ],
)
def test_ways_that_are(way: str) -> None:
    text = f"in :: FromDPDKDevice(0); out :: ToDPDKDevice(0, BURST 8, TIMEOUT 1); {way}"
    assert straight(text) == [("in", "out")]


@pytest.mark.parametrize(
    "way",
    [
        "in -> CheckPaint(1) -> out;",  # drops
        "in -> Queue -> Unqueue -> out;",  # keeps
        "in -> t :: Tee -> out; t[1] -> Discard;",  # copies
        "in -> c :: Classifier(12/0800, -) -> out; c[1] -> Discard;",  # goes two ways
        "in -> out; FromDPDKDevice(1) -> out;",  # not alone
        "in -> c :: Counter -> out; FromDPDKDevice(1) -> c;",
        "in -> Counter -> Discard; InfiniteSource -> out;",  # no bursts to, or from, a device
    ],
)
def test_ways_that_are_not(way: str) -> None:
    assert straight(f"in :: FromDPDKDevice(0); out :: ToDPDKDevice(0); {way}") == []


def test_two_of_them() -> None:
    text = """
        a :: FromDPDKDevice(0) -> b :: ToDPDKDevice(1);
        c :: FromDPDKDevice(1) -> EtherMirror -> d :: ToDPDKDevice(0);
    """
    assert sorted(straight(text)) == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize("level", [0, 1])
def test_only_where_all_is_inlined(level: int) -> None:
    assert straight("FromDPDKDevice(0) -> ToDPDKDevice(0);", level=level) == []
