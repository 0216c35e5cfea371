"""Which output is taken for the usual one, in the text of programs."""

from __future__ import annotations

import re

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.emit.usual import usual_output
from pmill.graph import with_packets
from pmill.options import CompileOptions
from pmill.passes.devirtualize import Devirtualize
from pmill.passes.embed_constants import EmbedConstants
from pmill.passes.fuse_regions import FuseRegions
from tests.passes.kit import after

ROUTED = "-> Strip(14) -> CheckIPHeader -> DecIPTTL -> EtherEncap(0x0800, 2:0:0:0:0:1, 2:0:0:0:0:2)"


def usual(text: str, *, level: int = 3) -> dict[str, int]:
    """Return the usual outputs of a program, by the names of elements."""
    options = CompileOptions(level=level)
    product = compile_config(Source("test.click", text), options, Diagnostics(), emit="cpp")
    assert product.data is not None
    structs = re.findall(r"^struct (\w+)_ \{\n(.*?)^\};", product.data.decode(), re.M | re.S)
    found = {name: re.search(r"size_t usual = (\d+);", body) for name, body in structs}
    return {name: int(m[1]) for name, m in found.items() if m}


def classified(first: str, second: str, patterns: str = "12/0800, -") -> str:
    return (
        f"FromDPDKDevice(0) -> c :: Classifier({patterns}); out :: ToDPDKDevice(0);"
        f" c[0] {first} -> out; c[1] {second} -> out;"
    )


@pytest.mark.parametrize(("first", "second", "output"), [(ROUTED, "", 0), ("", ROUTED, 1)])
def test_where_most_of_the_code_is(first: str, second: str, output: int) -> None:
    assert usual(classified(first, second)) == {"c": output}


def test_where_packets_end() -> None:
    text = f"FromDPDKDevice(0) -> c :: Classifier(12/0800, -); c[0] -> Discard; c[1] {ROUTED}"
    assert usual(f"{text} -> ToDPDKDevice(0);") == {"c": 1}


def test_ways_of_the_same_length() -> None:
    assert usual(classified("-> Counter", "-> Counter")) == {}
    assert usual(classified(ROUTED, f"{ROUTED} -> Counter")) == {}


def test_who_does_not_decide() -> None:
    text = f"FromDPDKDevice(0) -> t :: Tee; t[0] -> Discard; t[1] {ROUTED} -> ToDPDKDevice(0);"
    assert usual(text) == {}


def test_without_passes() -> None:
    assert usual(classified(ROUTED, ""), level=0) == {}


def test_routes() -> None:
    text = (
        "FromDPDKDevice(0) -> Strip(14) -> CheckIPHeader"
        " -> r :: StaticIPLookup(10.0.0.1/32 0, 0/0 10.0.0.2 1); r[0] -> Discard;"
        " r[1] -> DecIPTTL -> EtherEncap(0x0800, 2:0:0:0:0:1, 2:0:0:0:0:2) -> ToDPDKDevice(0);"
    )
    assert usual(text) == {"r": 1}


def test_a_loop_ends() -> None:
    text = (
        "FromDPDKDevice(0) -> a :: Null -> c :: Classifier(12/0800, 12/0806, -);"
        f" c[0] {ROUTED} -> ToDPDKDevice(0); c[1] -> Paint(1) -> a; c[2] -> Discard;"
    )
    assert set(usual(text)) <= {"c"}


def test_a_profile_knows_better() -> None:
    text = "FromDump(in.pcap) -> c :: Classifier(12/0800, -); c[1] -> Discard;"
    text += f" c[0] {ROUTED} -> Discard;"
    graph = after(text, Devirtualize(), EmbedConstants(), FuseRegions())
    element = graph.elements["c"]
    assert usual_output(graph, element, frozenset()) == 0
    for packets, output in (((1, 9), 1), ((9, 1), 0), ((5, 6), None), ((0, 0), None)):
        counted = with_packets(graph, {"c[0]": packets[0], "c[1]": packets[1]})
        assert usual_output(counted, element, frozenset()) == output
