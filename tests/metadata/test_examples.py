"""The examples send the same packets in every metadata model, on every device that it can have."""

from __future__ import annotations

import subprocess
import time
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import Compiled, slow
from tests.examples.compare import assert_same
from tests.examples.conftest import EXAMPLES, everything
from tests.metadata.kit import ON, Device, Outcome, compile_words, fitting, run
from tests.traffic import neighbours, read_pcap, without_times, write_frames

# The ports of each example; with a short link, the router fragments more.
PORTS = {"forwarder": 1, "router": 2, "router-static": 2, "firewall-lite": 2}
VARIABLES = {"router": ("MTU=576",), "router-static": ("MTU=576",)}
LEVELS = (slow(0), slow(1), slow(2), 3)
# One of each kind; make test-slow has all.
QUICK = {
    ("forwarder", "copying", "net_pcap"),
    ("forwarder", "xchange", "net_pmill"),
    ("router", "xchange", "stepped"),
    ("router-static", "overlaying", "stepped"),
}
CASES = [
    pytest.param(name, *on, marks=() if (name, *on) in QUICK else pytest.mark.slow)
    for name in PORTS
    for on in ON
]


@cache
def traffic(port: int) -> tuple[bytes, ...]:
    return tuple(fitting([*neighbours(port), *everything(port)]))


def outcome(
    compiled: Compiled, name: str, level: int, model: str, device: Device, folder: Path
) -> Outcome:
    ports = PORTS[name]
    words = compile_words(model, device, ports, f"-O{level}", *VARIABLES.get(name, ()))
    program = compiled(EXAMPLES / f"{name}.click", *words)
    inputs = {port: list(traffic(port)) for port in range(ports)}
    return run(program, device, folder / f"{model}-{device}", inputs, ports=ports)


# Whom it asks for an address, and when, depends on the order in which its ports are served.
UNTHREADED = {"router"}
# They number the packets that they make.
NUMBERING = {"router-static"}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("name", "model", "device"), CASES)
def test_same_packets(
    name: str, model: str, device: Device, level: int, compiled: Compiled, tmp_path: Path
) -> None:
    if device == "net_pmill" and name in UNTHREADED:
        pytest.skip("what it sends depends on the order in which its ports are served")
    wanted = outcome(compiled, name, 3, "overlaying", "net_pcap", tmp_path)
    found = outcome(compiled, name, level, model, device, tmp_path)
    assert found.status == 0, found.stderr
    assert sum(map(len, wanted.sent)) > 1000
    for port, frames in enumerate(zip(wanted.sent, found.sent, strict=True)):
        a, b = ([without_times(f) for f in sent] for sent in frames)
        if device == "net_pmill":  # its threads take no turns: ports are served as they come
            a, b = sorted(a), sorted(b)
        if device == "net_pmill" and name in NUMBERING:
            a, b = ([bytes(len(f)) for f in sorted(sent, key=len)] for sent in (a, b))
        assert_same(a, b, f"{name} -O{level}, {model} on {device}, port {port}")


@pytest.mark.parametrize("model", ["copying", "xchange"])
def test_packets_from_files(model: str, compiled: Compiled, tmp_path: Path) -> None:
    config = """
FromDump({0}/in.pcap) -> Queue(10000) -> Unqueue(BURST 32) -> t :: Tee(2)
  -> Truncate(1000) -> ToDump({0}/a-{1}.pcap);
t[1] -> Strip(14) -> Unstrip(14) -> ToDump({0}/b-{1}.pcap);
"""
    write_frames(tmp_path / "in.pcap", traffic(0))
    made = []
    for name in ("overlaying", model):
        file = tmp_path / f"{name}.click"
        file.write_text(config.format(tmp_path, name))
        done = subprocess.run(
            [compiled(file, f"--metadata={name}")], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        made.append([read_pcap(tmp_path / f"{kind}-{name}.pcap") for kind in "ab"])
    assert made[0] == made[1]
    assert len(made[0][0]) == len(traffic(0))


@pytest.mark.parametrize("level", LEVELS)
def test_what_the_device_tells(level: int, compiled: Compiled, tmp_path: Path) -> None:
    """Hashes and times of receipt get to the annotations that somebody reads, the same ones."""
    frames = [f for f in traffic(0) if f[12:14] == b"\x08\x00"][:500]
    before = time.time()
    hashes = []
    for model in ("overlaying", "xchange"):
        told = tmp_path / f"{model}.txt"
        file = tmp_path / f"{model}.click"
        file.write_text(
            "FromDPDKDevice(pmill:0, RSS_AGGREGATE true, TIMESTAMP true)"
            f" -> ToIPSummaryDump({told}, FIELDS aggregate timestamp);"
        )
        program = compiled(file, f"--metadata={model}", f"-O{level}")
        outcome = run(program, "stepped", tmp_path, {0: frames}, ports=1)
        assert outcome.status == 0, outcome.stderr
        lines = [line.split() for line in told.read_text().splitlines()]
        rows = [line for line in lines if not line[0].startswith("!")]
        assert len(rows) == len(frames)
        assert all(before - 1 < float(row[1]) < time.time() + 1 for row in rows)
        hashes.append([row[0] for row in rows])
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0])) > 100
