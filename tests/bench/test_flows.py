"""The programs and the checks of the benchmark of flows."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.bench.comparison import Comparison
from pmill.bench.flows import CONTROL, FEW, FLOOR, MANY, checks, configuration, title
from pmill.bench.sample import Sample
from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions
from pmill.passes import run
from tests.elements.flow_frames import UDP, Flow, flow_of, frame, sums_are_right
from tests.elements.programs import run_program
from tests.traffic.pcap import read_pcap


def test_only_many_flows_wait_for_their_burst(root: Path) -> None:
    options = CompileOptions(include=(root / "bench" / "elements",))
    for flows, waits in ((FEW, False), (MANY, True)):
        text = configuration(flows, 1000, nat=True)
        graph = analyse(Source("x.click", text), options, Diagnostics())
        graph = run(graph, options)[-1].graph
        assert any(c.call == "staged" for c in graph.connections) == waits
    floor = analyse(Source("x.click", configuration(FEW, 1000, nat=False)), options, Diagnostics())
    assert "n" not in floor.elements


def test_flows_come_equally_often(root: Path, tmp_path: Path) -> None:
    text = """
InfiniteSource(DATA \\<{data}>, LIMIT 100000) -> MarkIPHeader(14) -> f :: SetFlow(64, 100)
  -> ToDump(out.pcap, SNAPLEN 0);
""".format(data=frame(Flow(UDP), b"payload", sums=False).hex())
    done = run_program(tmp_path, text, include=(root / "bench" / "elements",))
    packets = [data for _, data in read_pcap(tmp_path / "out.pcap")]
    assert len(packets) >= 228
    flows = [flow_of(p) for p in packets[:192]]
    assert all(sums_are_right(p) for p in packets)
    assert {flows.count(flow) for flow in flows} == {3}
    assert len(set(flows)) == 64
    assert done.counters["f.packets"] == 100
    assert done.counters["f.nanoseconds"] > 0


@pytest.mark.parametrize(
    ("few", "many", "control", "passed"),
    [
        (100, 140, 300, [True, True]),
        (100, 152, 300, [False, True]),
        (100, 140, 149, [True, False]),
    ],
)
def test_limits(few: float, many: float, control: float, passed: list[bool]) -> None:
    cycles = {FLOOR: 66.0, title(FEW): few, title(MANY): many, CONTROL: control}
    samples = {
        name: tuple(Sample(cycles=c, packets=1, seconds=0.1, share=1.0) for _ in range(3))
        for name, c in cycles.items()
    }
    found = checks(Comparison(memory="no-huge", samples=samples))
    assert [good for _, good in found] == passed
