"""Warnings of elements that look at what nothing before them can have set: PM0635."""

from __future__ import annotations

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions
from tests.conftest import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.click"))


def warned(text: str, keep: tuple[str, ...] = ()) -> list[str]:
    """Return what is said of each element, with its name."""
    diags = Diagnostics()
    analyse(Source("test.click", text), CompileOptions(keep=keep), diags)
    return [d.message for d in diags if d.code == "PM0635"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_set_what_they_read(example) -> None:
    assert warned(example.read_text()) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("c :: CheckPaint(1)", "'c :: CheckPaint': the paint is always 0 here"),
        ("c :: CheckPaint(1, 5)", "'c :: CheckPaint': the annotation byte5 is always 0 here"),
        ("c :: PaintSwitch", "'c :: PaintSwitch': the paint is always 0 here"),
        ("c :: DecIPTTL", "'c :: DecIPTTL': no packet has a marked IP header here"),
        ("c :: IPClassifier(tcp)", "'c :: IPClassifier': no packet has a marked IP header here"),
        ("c :: IPFilter(allow tcp)", "'c :: IPFilter': no packet has a marked IP header here"),
        (
            "c :: StaticIPLookup(0/0 0)",
            "'c :: StaticIPLookup': the destination annotation is always 0.0.0.0 here",
        ),
        (
            "c :: ARPQuerier(10.0.0.1, 2:0:0:0:0:1)",
            "'c :: ARPQuerier': the destination annotation is always 0.0.0.0 here",
        ),
    ],
)
def test_nothing_sets_it(text: str, wanted: str) -> None:
    after = "Idle -> [1] c;" if "ARPQuerier" in text else ""
    assert warned(f"FromDPDKDevice(0) -> {text} -> Discard;{after}") == [
        f"{wanted}, because nothing before it sets it"
    ]
    before = "Paint(1, 5) -> Paint(1) -> Strip(14) -> CheckIPHeader"
    assert warned(f"FromDPDKDevice(0) -> {before} -> {text} -> Discard;{after}") == []


@pytest.mark.parametrize(
    "text",
    [
        # On one of several ways it is set.
        "FromDump(a.pcap) -> Paint(1) -> c :: CheckPaint(1) -> Discard; FromDump(b.pcap) -> c;",
        # It is set round a cycle, and through a queue.
        "FromDump(a.pcap) -> c :: CheckPaint(0) -> Paint(1) -> c; c[1] -> Discard;",
        "FromDump(a.pcap) -> Paint(1) -> Queue -> Unqueue -> CheckPaint(1) -> Discard;",
        # What overlaps is the same, in part.
        "FromDump(a.pcap) -> SetIPAddress(1.2.3.4, 16) -> CheckPaint(1) -> Discard;",
        # The source sets it.
        "FromDPDKDevice(0, PAINT_QUEUE true) -> PaintSwitch -> Discard;",
        # No packet comes there.
        "Idle -> CheckPaint(1) -> Discard;",
        # With these arguments the element does not look at it.
        "FromDump(a.pcap) -> GetIPAddress(16) -> Discard;",
        "FromDump(a.pcap) -> IPClassifier(-) -> Discard;",
        "FromDump(a.pcap) -> UDPIPEncap(1.0.0.1, 1, 1.0.0.2, 2) -> Discard;",
        # These look at much, and are of use without it.
        "FromDump(a.pcap) -> Print -> ToDump(b.pcap);",
        "FromDPDKDevice(0) -> DropBroadcasts -> Truncate(60) -> Discard;",
        # Responses have no next hop.
        "FromDump(a.pcap) -> [1] q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:1) -> Discard; Idle -> [0] q;",
    ],
)
def test_no_false_alarm(text: str) -> None:
    assert warned(text) == []


def test_what_stands_behind_does_not_help() -> None:
    (said,) = warned("FromDump(a.pcap) -> CheckPaint(1) -> Paint(1) -> Discard;")
    assert "the paint is always 0" in said


def test_arguments_that_may_change_may_mean_another() -> None:
    text = "FromDump(a.pcap) -> p :: Paint(1, 5) -> c :: CheckPaint(1) -> Discard;"
    assert len(warned(text)) == 1
    assert warned(text, keep=("c.color",)) == []


def test_a_graph_that_passes_made_is_not_judged() -> None:
    text = "FromDump(a.pcap) -> c :: CheckPaint(0) -> Discard; PassInfo(FROZEN *);"
    assert warned(text) == []
