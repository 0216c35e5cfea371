"""FromDevice -> ToDevice in both directions is a bridge: two hosts see each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.net.namespaces import Namespaces
from tests.net.programs import ONE_WORKER, TWO_WORKERS, compile_text, running
from tests.net.transfer import fetch

BRIDGE = """
fd0 :: FromDevice(e0, PROMISC true) -> q0 :: Queue -> td1 :: ToDevice(e1, DEBUG true);
fd1 :: FromDevice(e1, PROMISC true) -> q1 :: Queue -> td0 :: ToDevice(e0, DEBUG true);
"""


@pytest.fixture
def hosts(between: Namespaces) -> Namespaces:
    between.ip("b", "addr", "add", "10.0.0.3/24", "dev", "eth0")
    return between


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("eal", [ONE_WORKER, TWO_WORKERS], ids=["one worker", "two workers"])
def test_pings_both_ways(hosts: Namespaces, eal: tuple[str, ...], level: int) -> None:
    program = compile_text(BRIDGE, level=level)
    with running(hosts, "m", program, eal=eal, wait_for=2) as run:
        assert hosts.probe("a", "ping", "10.0.0.3", 20, 56) == "20"
        assert hosts.probe("b", "ping", "10.0.0.2", 20, 1400) == "20"
        # More than a frame: fragments pass as they are.
        assert hosts.probe("a", "ping", "10.0.0.3", 5, 4000) == "5"
    # 45 echo requests or replies each, three frames for the long ones; and ARP.
    assert run.counters["fd0.count"] >= 55
    for name in "01":
        assert run.counters[f"fd{name}.count"] == run.counters[f"td{'10'[int(name)]}.count"]
    assert len(run.workers) == (1 if eal == ONE_WORKER else 2)


@pytest.mark.parametrize("eal", [ONE_WORKER, TWO_WORKERS], ids=["one worker", "two workers"])
def test_a_file_passes_unchanged(hosts: Namespaces, tmp_path: Path, eal: tuple[str, ...]) -> None:
    program = compile_text(BRIDGE)
    with running(hosts, "m", program, eal=eal, wait_for=2) as run:
        fetch(hosts, "a", "b", "10.0.0.3", tmp_path)
        fetch(hosts, "b", "a", "10.0.0.2", tmp_path)
    assert run.counters["fd1.count"] > 10_000
    assert run.counters["fd0.count"] > 10_000
