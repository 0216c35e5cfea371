"""Random configurations do the same with and without pmill's passes, packet by packet.

`pmill verify --random 1 --seed N --bisect` tells more of the one with seed N.
"""

from __future__ import annotations

import random

import pytest

from pmill.diagnostics import Source
from pmill.toolchain import Compiler
from pmill.verify import Verdict, report, verify
from pmill.verify.random_graph import RandomGraph, random_graph
from pmill.verify.trying import NAME, graph_of_seed
from pmill.verify.verifying import Request
from tests.conftest import slow

QUICK = range(1, 41)
# Small ones: each is compiled for every pass.
PASS_BY_PASS = (67, slow(69), slow(71), slow(79))
NIGHTLY = range(100, 400)
_PACKETS = 800


@pytest.fixture(autouse=True)
def _headers_are_read_rightly(monkeypatch: pytest.MonkeyPatch) -> None:
    """That they are is proved elsewhere, and takes as long as compiling."""
    monkeypatch.setattr(Compiler, "check", lambda *_: None)


def check(graph: RandomGraph, seed: int = 1, *, each: bool = False) -> Verdict:
    request = Request(
        source=Source(NAME, graph.text), packets=_PACKETS, seed=seed, each=each, bisect=False
    )
    verdict = verify(request)
    if not verdict.equal:
        pytest.fail(f"{report.text(verdict)}\n{graph.text}", pytrace=False)
    return verdict


@pytest.mark.parametrize("seed", [*QUICK[:20], *map(slow, QUICK[20:])])
def test_all_passes(seed: int) -> None:
    check(graph_of_seed(seed), seed)


@pytest.mark.parametrize("seed", PASS_BY_PASS)
def test_pass_by_pass(seed: int) -> None:
    verdict = check(graph_of_seed(seed), seed, each=True)
    assert len(verdict.comparisons) > 10


@pytest.mark.verify
@pytest.mark.parametrize("seed", NIGHTLY)
def test_many(seed: int) -> None:
    check(graph_of_seed(seed), seed)


def test_paths_meet_in_order() -> None:
    nodes = (("Tee", 3), ("EtherMirror", 1), ("Truncate(20)", 1), ("Paint(1)", 1))
    verdict = check(RandomGraph(nodes, ((1, 2, 3), (4,), (4,), (4,)), first=0, sinks=1))
    assert len(verdict.reference.sent["file out0.pcap"]) == 3 * verdict.feed.packets


def test_they_are_varied() -> None:
    graphs = [graph_of_seed(seed) for seed in range(1000)]
    texts = "".join(g.text for g in graphs)
    for word in ("FromDump", "FromDPDKDevice", "Queue", "IPFilter", "define", "Painted"):
        assert word in texts
    for graph in graphs:
        assert len(graph.targets) == len(graph.nodes)
        assert all(t > i for i, row in enumerate(graph.targets) for t in row)
    assert graph_of_seed(7) == random_graph(random.Random("configuration 7"))
    assert len({g.text for g in graphs}) == len(graphs)


def test_most_send_something() -> None:
    """Configurations that drop all packets would be equal however wrong passes are."""
    reaching = 0
    for seed in QUICK:
        graph = graph_of_seed(seed)
        found, new = set(), {graph.first}
        while new:
            found |= new
            inner = [n for n in new if n < len(graph.nodes)]
            new = {t for n in inner for t in graph.targets[n]} - found
        last = len(graph.nodes) + graph.sinks
        reaching += any(len(graph.nodes) <= n < last for n in found)
    assert reaching > 0.9 * len(QUICK)


def test_smaller_ones_are_still_configurations() -> None:
    for seed in range(50):
        graph = graph_of_seed(seed)
        for smaller in graph.smaller():
            last = len(smaller.nodes) + smaller.sinks
            assert len(smaller.nodes) >= len(graph.nodes) - 1
            assert all(i < t <= last for i, row in enumerate(smaller.targets) for t in row)
