"""Routing tables and ICMP names: what they become, and what is said of wrong ones."""

from __future__ import annotations

import pytest

from pmill.diagnostics import Diagnostics, Source, Span
from pmill.elaborate.lowerings import LoweringContext, find_lowering
from pmill.graph import Value
from pmill.syntax import split_arguments
from pmill.syntax.flat import ConfigText


def lowered(
    name: str, text: str, outputs: int = 3, values: dict[str, Value] | None = None
) -> tuple[Value | None, Diagnostics]:
    source = Source("x.click", text)
    whole = ConfigText(text=text, span=Span(source, 0, len(text)))
    diags = Diagnostics()
    ctx = LoweringContext(
        diags=diags,
        label="r :: Router",
        span=whole.span,
        outputs=outputs,
        values=values or {},
        dialect="fastclick",
    )
    lower = find_lowering(name)
    assert lower is not None
    return lower(split_arguments(whole), ctx), diags


def messages(diags: Diagnostics) -> list[tuple[str, str]]:
    return [(d.message, d.span.text if d.span else "") for d in diags]


@pytest.mark.parametrize("name", ["routes", "routes_mp"])
def test_a_table(name: str) -> None:
    value, diags = lowered(
        name, "10.0.0.1 0, 10.1.2.3/8 10.0.0.9 1, 10.0.0.0/255.255.0.0 - 2, 0.0.0.0/0 0.0.0.0 2"
    )
    assert value is not None
    assert messages(diags) == []
    assert value.data is None
    assert value.remark == "4 routes: compared with all at once"
    assert value.text == (
        "10.0.0.1/32,0.0.0.0,0 10.0.0.0/8,10.0.0.9,1 10.0.0.0/16,0.0.0.0,2 0.0.0.0/0,0.0.0.0,2"
    )
    assert value.cpp.startswith(
        "{lpm::Route{IPPrefix(IPAddress(10, 0, 0, 1), 32), IPAddress(0, 0, 0, 0), 0}, "
        "lpm::Route{IPPrefix(IPAddress(10, 0, 0, 0), 8), IPAddress(10, 0, 0, 9), 1}, "
    )


@pytest.mark.parametrize(
    ("argument", "place"),
    [
        ("10.0.0.0/33 0", "10.0.0.0/33"),
        ("10.0.0.0/255.0.255.0 0", "10.0.0.0/255.0.255.0"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.0/8 1 2 3", "10.0.0.0/8 1 2 3"),
        ("10.0.0.0/8 gw 0", "gw"),
        ("10.0.0.0/8 1.2.3.4", "1.2.3.4"),
        ("10.0.0.0/8 -1", "-1"),
        ("somewhere 0", "somewhere"),
    ],
)
def test_wrong_routes_are_pointed_at(argument: str, place: str) -> None:
    value, diags = lowered("routes", f"0.0.0.0/0 0, {argument}")
    assert value is None
    wanted = "r :: Router: argument 2 should be 'ADDR/MASK [GATEWAY] OUTPUT'"
    assert messages(diags) == [(wanted, place)]
    value, diags = lowered("routes_mp", f"0.0.0.0/0 0, {argument}")
    wanted = "r :: Router: argument 2 should be `DADDR/MASK [GATEWAY] OUTPUT'"
    assert messages(diags) == [(wanted, place)]


def test_all_wrong_routes_are_reported() -> None:
    _, diags = lowered("routes", "x 0, 1.2.3.4 0, y 0")
    assert [place for _, place in messages(diags)] == ["x", "y"]


def test_outputs_that_are_not_there() -> None:
    _, diags = lowered("routes", "1.2.3.4 3, 0.0.0.0/0 1.2.3.4 7")
    assert messages(diags) == [
        ("r :: Router: argument 1 bad OUTPUT", "3"),
        ("r :: Router: argument 2 bad OUTPUT", "7"),
    ]
    _, diags = lowered("routes_mp", "1.2.3.4 3, 0.0.0.0/0 1.2.3.4 7")
    assert messages(diags) == [("r :: Router: need 8 or more output ports", "7")]


def test_replaced_routes_are_warned_of() -> None:
    text = "10.0.0.0/8 0, 1.2.3.4 1, 10.9.9.9/8 1, 1.2.3.4 2, 1.2.3.4 0"
    value, diags = lowered("routes", text)
    assert value is not None
    assert value.text == "10.0.0.0/8,0.0.0.0,1 1.2.3.4/32,0.0.0.0,0"
    (warning,) = diags
    assert warning.severity == "warning"
    assert warning.message == "r :: Router: 3 routes replaced by later versions"
    assert [n.span.text for n in warning.notes if n.span] == [
        "10.9.9.9/8 1",
        "1.2.3.4 0",
        "1.2.3.4 0",
    ]


def test_an_empty_table() -> None:
    value, diags = lowered("routes", "")
    assert value is not None
    assert (value.cpp, value.text, value.footprint) == ("{}", "", 0)
    assert messages(diags) == []
    value, diags = lowered("routes_mp", "")
    assert value is not None
    assert [m for m, _ in messages(diags)] == ["r :: Router: no routes"]


def test_icmp_names() -> None:
    value, _ = lowered("icmp_type", "Unreachable")
    assert value == Value(cpp="3", text="3", click="Unreachable")
    for type_, name, code in (("3", "needfrag", "4"), ("5", "host", "1"), ("40", "7", "7")):
        type_value = Value(cpp=type_, text=type_, click=None)
        value, diags = lowered("icmp_code", name, values={"type": type_value})
        assert value is not None
        assert (value.text, messages(diags)) == (code, [])


def test_wrong_icmp_names() -> None:
    value, diags = lowered("icmp_type", "timexceeded")
    assert value is None
    (error,) = diags
    assert error.message.startswith("r :: Router: 'timexceeded' is no ICMP type: expected echo, ")
    assert error.hint == "did you mean 'timeexceeded'?"
    value, diags = lowered(
        "icmp_code", "needfrag", values={"type": Value(cpp="11", text="11", click=None)}
    )
    assert value is None
    (error,) = diags
    assert error.message == (
        "r :: Router: 'needfrag' is no ICMP code of this type: "
        "expected transit, reassembly, or a number from 0 to 255"
    )
