"""Who may rely on where its packets come from, in the text of programs."""

from __future__ import annotations

import re

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions

FRONT = "FromDPDKDevice(0) -> Strip(14) -> CheckIPHeader"


def following(text: str, *, level: int = 3) -> list[str]:
    """Return the instances of a program whose packets come straight from whom they name."""
    product = compile_config(
        Source("test.click", text), CompileOptions(level=level), Diagnostics(), emit="cpp"
    )
    assert product.data is not None
    said = product.data.decode()
    structs = re.findall(r"^struct (\w+) \{\n(.*?)^\};", said, re.M | re.S)
    return [name for name, body in structs if "bool follows = true" in body]


@pytest.mark.parametrize(
    ("way", "found"),
    [
        ("m :: FlowIPManagerIMP -> n :: FlowIPNAT(192.0.2.1)", ["n_"]),
        ("m :: FlowIPManagerIMP -> n :: FlowIPNAT(192.0.2.1) -> c :: FlowCounter", ["n_"]),
        ("m :: FlowIPManagerIMP(10000000) -> n :: FlowIPNAT(192.0.2.1)", ["n_"]),
        # Something is between them, and may change what the flow is told by.
        ("m :: FlowIPManagerIMP -> DecIPTTL -> n :: FlowIPNAT(192.0.2.1)", []),
    ],
)
def test_who_follows(way: str, found: list[str]) -> None:
    assert following(f"{FRONT} -> {way} -> Discard;") == found


def test_another_way_leads_there() -> None:
    text = f"{FRONT} -> m :: FlowIPManagerIMP -> n :: FlowIPNAT(192.0.2.1) -> Discard;"
    assert following(text) == ["n_"]
    # What was refused has no flow, or that of another manager.
    assert following(f"{text} m[1] -> n;") == []
    assert following(f"{text} FromDPDKDevice(1) -> Strip(14) -> CheckIPHeader -> n;") == []


def test_objects_on_the_heap_know_nothing_of_each_other() -> None:
    text = f"{FRONT} -> FlowIPManagerIMP -> n :: FlowIPNAT(192.0.2.1) -> Discard;"
    assert following(text, level=0) == []
