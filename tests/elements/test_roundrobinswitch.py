from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.elements.conftest import RunElement
from tests.runtime.conftest import Build, build, frames, run, write_capture

__all__ = ["build"]

PACKETS = [bytes([n]) * n for n in range(40)]


@pytest.mark.parametrize(
    ("config", "used", "level"),
    [
        ("RoundRobinSwitch", 3, 0),
        ("RoundRobinSwitch", 3, 3),
        ("RoundRobinSwitch(2)", 2, 0),
        ("RoundRobinSwitch(MAX 1)", 1, 3),
        ("RoundRobinSwitch(9, SPLITBATCH true)", 3, 3),
    ],
)
def test_outputs_take_turns(run_element: RunElement, config: str, used: int, level: int) -> None:
    result = run_element(config, PACKETS, outputs=3, level=level)
    assert result.out == {n: PACKETS[n::used] if n < used else [] for n in range(3)}


def test_one_output(run_element: RunElement) -> None:
    assert run_element("RoundRobinSwitch", PACKETS).out[0] == PACKETS


@pytest.mark.parametrize(("maximum", "level"), [(0, 0), (0, 3), (1, 3)])
def test_a_batch_may_stay_together(run_element: RunElement, maximum: int, level: int) -> None:
    # FromDump emits 32 packets at a time, then the other eight.
    config = f"RoundRobinSwitch({maximum}, SPLITBATCH false)"
    out = run_element(config, PACKETS, outputs=2, level=level).out
    assert out == ({0: PACKETS, 1: []} if maximum == 1 else {0: PACKETS[:32], 1: PACKETS[32:]})


def test_every_worker_takes_turns_of_its_own(build: Build, tmp_path: Path) -> None:
    sources = ",".join(
        f"rx_pcap={write_capture(tmp_path / f'{i}.pcap', frames(3))}" for i in range(2)
    )
    program = build(
        """FromDPDKDevice(0) -> r :: RoundRobinSwitch;
        r[0] -> a :: Counter -> Discard; r[1] -> b :: Counter -> Discard;"""
    )
    eal = ["--lcores", "0@0,1@0,2@1", "--vdev", f"net_pcap0,{sources},infinite_rx=0"]
    done = run(program, "--duration", "1", "--stats=json", eal=eal)
    elements = json.loads(done.stdout)["elements"]
    assert [elements[name]["counters"]["count"] for name in "ab"] == [4, 2]
