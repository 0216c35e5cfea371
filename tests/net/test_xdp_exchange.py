"""The driver that exchanges buffers, between real hosts: no packet changes, and no buffer is lost."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.net.namespaces import Namespaces
from tests.net.transfer import fetch
from tests.net.xdp_kit import attached, cable


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the smallest application."""
    program = tmp_path_factory.mktemp("exchange") / "exchange"
    source = Path(__file__).with_name("extra") / "exchange.cc"
    words = ["-std=c++20", "-O2", "-Wall", "-Wextra", "-Werror", "-march=x86-64-v3"]
    words += ["-fsanitize=undefined", "-fno-sanitize-recover=all"]
    words += ["-I", str(ROOT / "runtime" / "include"), "-I", str(ROOT / "runtime" / "src")]
    subprocess.run(["clang++-19", *words, str(source), "-lbpf", "-o", str(program)], check=True)
    return program


@pytest.mark.parametrize("offloads", [False, True], ids=["complete", "unfinished checksums"])
def test_a_bridge(net: Namespaces, exchange: Path, tmp_path: Path, offloads: bool) -> None:
    cable(net, offloads=offloads)
    net.ip("b", "addr", "add", "10.0.0.3/24", "dev", "eth0")
    child = net.start("m", str(exchange), "e0", "e1")
    child.wait_for("ready\n")
    assert net.probe("a", "ping", "10.0.0.3", 20, 56) == "20"
    assert net.probe("b", "ping", "10.0.0.2", 20, 1400) == "20"
    assert net.probe("a", "ping", "10.0.0.3", 5, 4000) == "5"
    fetch(net, "a", "b", "10.0.0.3", tmp_path)
    fetch(net, "b", "a", "10.0.0.2", tmp_path)
    child.signal(signal.SIGTERM)
    assert child.wait() == 0, child.stderr
    received, sent, slots = child.stdout.splitlines()[1:]
    assert received.split()[1:] == sent.split()[:0:-1]
    assert int(received.split()[1]) > 10_000
    found = re.fullmatch(r"slots (\d+) of 5000, the kernel kept (\d+)", slots)
    assert found is not None
    assert found[1] == "5000"
    assert int(found[2]) <= 2  # where the kernel copies, it has no more than one in hand a queue
    assert attached(net, "e0") == attached(net, "e1") == ""
