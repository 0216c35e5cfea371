"""What passes know from earlier elements is so: chains of elements that ask the same twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions
from pmill.passes import run
from tests.property.nodes import (
    ADDRESSES,
    BOOLS,
    QUEUES,
    Config,
    Node,
    check,
    classifier,
    common,
    with_outputs,
    written,
)

PASSES = ("hoist_checks", "remove_unused", "simplify_matches")
OFFSETS = st.sampled_from((0, 14))
PAINTS = st.integers(0, 2)
FRAMES = ("12/0800", "12/0806", "12/0800 23/06", "12/0800 14/45", "!12/0800", "0/45", "9/11", "-")
RULES = ("tcp", "udp", "icmp", "ip vers 4", "ip hl > 5", "ip frag", "dst port 53", "ip ttl < 3")
ANSWERS = ("allow", "1", "drop")


def rules(parts: list[tuple[str, str, str]]) -> Node:
    text = ", ".join(f"{answer} {a} and not {b}" for answer, a, b in parts)
    return f"IPFilter({text}, allow all)", 2


def patterns(parts: list[str]) -> Node:
    return f"IPClassifier({', '.join(parts)}, -)", len(parts) + 1


HEADER = "CheckIPHeader({}, CHECKSUM {})"
DECIDING: st.SearchStrategy[Node] = st.one_of(
    st.lists(st.sampled_from(FRAMES), min_size=1, max_size=3).map(classifier),
    st.lists(st.tuples(*map(st.sampled_from, (ANSWERS, RULES, RULES))), min_size=1, max_size=3).map(
        rules
    ),
    st.lists(st.sampled_from(RULES), min_size=1, max_size=3).map(patterns),
)
NODES: st.SearchStrategy[Node] = st.one_of(
    with_outputs(written(HEADER, OFFSETS, BOOLS), 1, 2),
    with_outputs(written(HEADER, OFFSETS, BOOLS), 1, 2),
    with_outputs(written("CheckIPHeader({}, BADSRC 10.0.0.1, CHECKSUM true)", OFFSETS), 1),
    with_outputs(written("MarkIPHeader({})", OFFSETS), 1),
    with_outputs(written("Strip({})", st.sampled_from((4, 14))), 1),
    with_outputs(written("Unstrip({})", st.sampled_from((4, 14))), 1),
    with_outputs(st.just("{ -> Strip(14) -> CheckIPHeader -> Unstrip(14) -> }"), 1),
    with_outputs(st.just("IPInputCombo(1)"), 1),
    with_outputs(written("Set{}Checksum", st.sampled_from(("IP", "TCP", "UDP"))), 1, 2),
    with_outputs(written("Check{}Header", st.sampled_from(("TCP", "UDP", "ICMP"))), 1, 2),
    with_outputs(written("PaintTee({})", PAINTS), 2),
    with_outputs(st.just("UDPIPEncap(10.0.0.1, 1234, 10.0.1.1, 53)"), 1),
    with_outputs(st.just("ICMPError(10.0.0.1, timeexceeded)"), 1),
    with_outputs(st.just("ICMPPingResponder"), 1, 2),
    with_outputs(st.just("IPFragmenter(100)"), 1, 2),
    with_outputs(st.just("IPGWOptions(10.0.0.1)"), 1, 2),
    with_outputs(st.just("FixIPSrc(10.0.0.1)"), 1),
    with_outputs(st.just("DecIPTTL"), 1, 2),
    with_outputs(st.just("StaticIPLookup(10.0.0.0/8 0, 0.0.0.0/0 10.9.9.9 1)"), 2),
    with_outputs(st.just("SetIPAddress(10.1.0.1)"), 1),
    with_outputs(written("Truncate({})", st.sampled_from((24, 30))), 1),
    with_outputs(written("EtherEncap(0x0800, {}, {})", *[st.sampled_from(ADDRESSES)] * 2), 1),
    with_outputs(st.just("EtherMirror"), 1),
    with_outputs(st.just("Align(4, 2)"), 1),
    with_outputs(st.just("Tee"), 2),
    with_outputs(written("Paint({})", PAINTS), 1),
    with_outputs(written("CheckPaint({})", PAINTS), 1, 2),
    with_outputs(st.just("PaintSwitch"), 2, 3),
    with_outputs(written("StaticSwitch({})", st.integers(-1, 2)), 2),
    with_outputs(QUEUES, 1),
    *[DECIDING] * 6,
)


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """Draw a configuration that begins as routers do, and goes on anyhow."""
    first: list[Node] = [("Classifier(12/0800, -)", 2), (draw(written(HEADER, OFFSETS, BOOLS)), 1)]
    nodes = (*first, *draw(st.lists(NODES, min_size=5, max_size=11)))
    last = len(nodes) + 2
    targets = [
        tuple(
            draw(st.integers(i + 1, min(i + 2, last)) | st.integers(i + 1, last))
            for _ in range(outputs)
        )
        for i, (_, outputs) in enumerate(nodes)
    ]
    targets[0] = (1, *targets[0][1:])
    return Config(nodes, tuple(targets), 0, sinks=2)


@settings(common, max_examples=3)
@given(config=configs())
def test_what_is_known_is_so(tmp_path_factory: pytest.TempPathFactory, config: Config) -> None:
    check(tmp_path_factory, config)


@pytest.mark.slow
@settings(common, max_examples=60)
@given(config=configs())
def test_what_is_known_is_so_of_many(
    tmp_path_factory: pytest.TempPathFactory, config: Config
) -> None:
    check(tmp_path_factory, config)


def test_something_is_known() -> None:
    """The configurations are such that every pass has something to do in many of them."""
    changed = dict.fromkeys(PASSES, 0)

    @settings(common, max_examples=60)
    @given(config=configs())
    def count(config: Config) -> None:
        graph = analyse(Source("random.click", config.text), CompileOptions(), Diagnostics())
        for report in run(graph, CompileOptions()):
            if report.name in PASSES:
                changed[report.name] += report.graph != graph
            graph = report.graph

    count()
    assert all(number >= 6 for number in changed.values()), changed
