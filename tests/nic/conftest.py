"""The plugin of net_pmill, and a program that checks it through DPDK's own interface."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pmill import cache
from pmill.nic.build import plugin as build_plugin
from pmill.resources import runtime_dir
from pmill.toolchain import find_tools
from tests.conftest import driver_of_the_nic

HERE = Path(__file__).resolve().parent
EAL = ["--no-huge", "--no-pci", "--no-telemetry", "--no-shconf", "-m", "256"]

Check = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def plugin() -> Path:
    """Return the plugin; DPDK's source must be to be had, of a release that the driver knows."""
    with driver_of_the_nic():
        return build_plugin()


def built(name: str, *more: str) -> Path:
    """Return a program of this folder, compiled once while it stays as it is."""
    tools = find_tools()
    source = HERE / f"{name}.cc"
    shared = runtime_dir() / "include" / "pmill" / "nic"
    flags = [
        "-std=c++20",
        "-O1",
        "-g",
        "-w",
        f"-I{runtime_dir()}",
        f"-I{runtime_dir() / 'include'}",
        *tools.dpdk_cflags,
    ]
    key = cache.key(
        flags, more, tools.identity, cache.fingerprint([source, runtime_dir() / "nic", shared])
    )
    entry = cache.lookup("nic-tests", key)
    if entry is None:
        with cache.store("nic-tests", key) as work:
            command = [tools.clang, *flags, "-march=x86-64-v3", str(source), *more]
            subprocess.run([*command, "-o", str(work / name), *tools.dpdk_libs], check=True)
        entry = cache.lookup("nic-tests", key)
        assert entry is not None
    return entry / name


@pytest.fixture(scope="session")
def check(plugin: Path) -> Check:
    """Return a function that runs one check on devices, given as `net_pmill0,ARGUMENTS`."""

    def run(name: str, *devices: str) -> subprocess.CompletedProcess[str]:
        vdevs = [word for device in devices for word in ("--vdev", device)]
        command = [str(built("checks")), name, *EAL, "-l", "0", "-d", str(plugin), *vdevs]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    return run
