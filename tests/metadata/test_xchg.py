"""What exchanging buffers is made of, checked in C++ without a compiled program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pmill.nic import contained
from pmill.toolchain import Compiler, find_tools
from tests.conftest import driver_of_the_nic, slow
from tests.nic.conftest import EAL

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def checks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program of checks; DPDK's source must be to be had for it."""
    compiler = Compiler(tools=find_tools(), march="x86-64-v3", sanitize=("address", "undefined"))
    with driver_of_the_nic():
        driver = contained(compiler)
    target = tmp_path_factory.mktemp("xchg") / "checks"
    words = [compiler.tools.clang, *compiler.flags(), "-O1", "-w", "-fuse-ld=lld"]
    words += [str(HERE / "xchg_checks.cc"), str(driver), "-o", str(target)]
    subprocess.run([*words, *compiler.tools.dpdk_libs, "-lrte_bus_vdev", "-lpcap"], check=True)
    return target


@pytest.mark.parametrize("name", [slow("stock"), "layout"])
@pytest.mark.parametrize("device", ["", ",preparsed=1"])
def test_check(name: str, device: str, checks: Path) -> None:
    vdev = ["--vdev", f"net_pmill0,generate=100,stepped=1{device}"]
    command = [str(checks), name, *EAL, "-l", "0", *vdev]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
