"""The work of the paper's functions, in instructions above the floor, is near that of programs by hand.

Counted by callgrind, so it repeats on any machine, however busy.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pmill.bench.contestants import EXAMPLES, Program, build_limits, by_hand
from pmill.bench.instructions import instructions
from pmill.bench.scenario import find, load
from pmill.bench.scenario.frames import write
from pmill.bench.settings import Devices, Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind"),
    pytest.mark.skipif(shutil.which("clang-19") is None, reason="needs clang-19"),
]
MOST = 1.2
# Packets that wait for their burst take more instructions and fewer cycles, so this counts a
# program without that.
ONE_BY_ONE = {"router-workpackage": ("--disable-pass", "cut_stages")}
SETTINGS = Settings(lcore=0)
FLOWS = 1 << 16
BY_HAND = {
    "forwarder": ("forwarder", 1),
    "router": ("router_one", 1),
    "router-ids-vlan": ("router_ids_vlan", 1),
    "router-workpackage": ("router_work", 1),
    "router-nat": ("router_nat", 2),
}


@pytest.fixture(scope="module")
def devices(tmp_path_factory: pytest.TempPathFactory) -> Devices:
    """1,024 flows in turn on port 0, and who the gateway is on port 1."""
    folder = tmp_path_factory.mktemp("traffic")
    build_limits(SETTINGS)
    return write(load(find("paper/router-nat")).traffic, folder)[0]


@pytest.fixture
def work(devices: Devices, tmp_path: Path) -> Callable[..., float]:
    """The work of an example, as compiled with these options, over that by hand."""

    def ratio(name: str, *options: str) -> float:
        source, ports = BY_HAND[name]
        config = tmp_path / f"{name}.click"
        text = (EXAMPLES / "paper" / f"{name}.click").read_text()
        config.write_text(text.replace("$CAPACITY 10000000", f"$CAPACITY {FLOWS}"))
        program = tmp_path / name
        words = [sys.executable, "-m", "pmill", "compile", config, "-o", program, *options]
        subprocess.run([*words, "--march", SETTINGS.march], check=True)
        ours = Program(
            name=name,
            ports=ports,
            path=program,
            options=("--stats=json", "--buffers", str(SETTINGS.mbufs)),
        )
        limit = by_hand(f"{name} by hand", source, ports, SETTINGS)
        limit = replace(limit, options=(*limit.options, "--flows", str(FLOWS)))
        floor = by_hand("floor", "floor", ports, SETTINGS)
        counts = [instructions(p, SETTINGS, devices, tmp_path) for p in (floor, limit, ours)]
        return (counts[2] - counts[0]) / (counts[1] - counts[0])

    return ratio


@pytest.mark.parametrize("name", BY_HAND)
def test_work_is_near_that_of_a_program_by_hand(work: Callable[..., float], name: str) -> None:
    assert 0.8 < work(name, *ONE_BY_ONE.get(name, ())) < MOST


@pytest.mark.parametrize("name", ["forwarder", "router", "router-nat"])
def test_without_fused_regions_it_is_not(work: Callable[..., float], name: str) -> None:
    assert work(name, "--disable-pass", "fuse_regions") > MOST
