"""Every buffer of a program that exchanges them is where it belongs at the end, whatever happens."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import EVERY_LEVEL, Compiled, slow
from tests.metadata.kit import Outcome, run

EXTRA = Path(__file__).parent / "extra"
FRAMES = [bytes(12) + b"\x08\x00" + i.to_bytes(2, "big") * 23 for i in range(20000)]
# Packets wait in a queue, are copied, kept by nobody's wish at the end, made and thrown away.
BUSY = """
FromDPDKDevice(pmill:0, NDESC {ndesc}) -> t :: Tee(2) -> q :: Queue(100) -> u :: Unqueue(BURST 7)
  -> s :: RoundRobinSwitch -> ToDPDKDevice(pmill:1, NDESC {ndesc});
s[1] -> Discard;
t[1] -> Queue(10000) -> Idle;
"""


def program(compiled: Compiled, folder: Path, text: str, *words: object) -> Path:
    config = folder / "config.click"
    config.write_text(text)
    return compiled(config, *words)


def lost(outcome: Outcome) -> bool:
    return "are where they belong at the end" in outcome.stderr


@pytest.mark.parametrize("level", [slow(0), slow(1), slow(2), 3])
@pytest.mark.parametrize("ndesc", [32, 1024])
def test_busy(ndesc: int, level: int, compiled: Compiled, tmp_path: Path) -> None:
    path = program(compiled, tmp_path, BUSY.format(ndesc=ndesc), f"-O{level}")
    for device in ("stepped", "net_pmill"):
        inputs = {0: FRAMES}
        outcome = run(path, device, tmp_path / device, inputs)
        assert (outcome.status, outcome.stderr) == (0, "")
        assert not lost(outcome)
        assert len(outcome.sent[1]) > 0


def test_exhausted(compiled: Compiled, tmp_path: Path) -> None:
    """All buffers lie in a queue that nobody empties: nothing is received any more, nothing lost."""
    text = "FromDPDKDevice(pmill:0, NDESC 64) -> q :: Queue(100000) -> Idle;"
    path = program(compiled, tmp_path, text)
    words = ["--buffers", "1000", "--duration", "1", "--stats=json", "--", "--vdev"]
    command = [path, *words, "net_pmill0,generate=16,stepped=1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["packets"] == 1000 - 64
    assert report["elements"]["FromDPDKDevice@1"]["counters"]["nombufs"] > 0


def test_too_few_for_the_ring(compiled: Compiled, tmp_path: Path) -> None:
    path = program(compiled, tmp_path, "FromDPDKDevice(pmill:0, NDESC 1024) -> Discard;")
    command = [path, "--buffers", "1000", "--duration", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "there are not enough buffers for the rings of port 0 (net_pmill0)" in done.stderr
    assert "--buffers N" in done.stderr


@pytest.mark.parametrize("stopped_by", [signal.SIGTERM, signal.SIGINT])
def test_stopped_in_the_middle(stopped_by: int, compiled: Compiled, tmp_path: Path) -> None:
    path = program(compiled, tmp_path, BUSY.format(ndesc=256))
    sent = tmp_path / "sent.pcap"
    command = [path, "--stats=json", "--", "--vdev", "net_pmill0,generate=64"]
    command += ["--vdev", f"net_pmill1,tx_pcap={sent}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        deadline = time.monotonic() + 60
        while not sent.exists() or sent.stat().st_size < 100_000:
            assert time.monotonic() < deadline, "it sends nothing"
            time.sleep(0.01)
        running.send_signal(stopped_by)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (0, b"")
    assert json.loads(out)["ports"][1]["tx_packets"] > 1000


@pytest.mark.slow
def test_control_is_complained_of(compiled: Compiled, tmp_path: Path) -> None:
    """An element that loses packets is noticed: the tests above can fail."""
    text = "FromDPDKDevice(pmill:0) -> Leak -> ToDPDKDevice(pmill:1);"
    path = program(compiled, tmp_path, text, "-I", EXTRA)
    outcome = run(path, "stepped", tmp_path, {0: FRAMES})
    assert outcome.status == 1
    assert lost(outcome)
    assert len(outcome.sent[1]) == len(FRAMES) - len(FRAMES) // 100


@pytest.mark.parametrize("level", EVERY_LEVEL)
def test_several_workers(level: int, compiled: Compiled, tmp_path: Path) -> None:
    """Buffers move between workers: one receives, another transmits, and both reuse them."""
    text = """
FromDPDKDevice(pmill:0, MAXTHREADS 1, THREADOFFSET 0) -> q :: Queue(512) -> u :: Unqueue
  -> ToDPDKDevice(pmill:1);
StaticThreadSched(u 1);
"""
    path = program(compiled, tmp_path, text, f"-O{level}")
    words = ["--duration", "2", "--stats=json", "--", "--lcores", "0@0,1@0,2@1"]
    command = [path, *words, "--vdev", "net_pmill0,generate=64"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["ports"][1]["tx_packets"] > 10000


@pytest.mark.parametrize("queues", [1, 2])
def test_workers_that_poll(queues: int, compiled: Compiled, tmp_path: Path) -> None:
    """Two workers have a queue each, or share one, and send by one queue."""
    text = """
FromDPDKDevice(pmill:0, N_QUEUES {queues}, SCALE share) -> ToDPDKDevice(pmill:1, N_QUEUES 1);
"""
    path = program(compiled, tmp_path, text.format(queues=queues))
    words = ["--duration", "2", "--stats=json", "--", "--lcores", "0@0,1@0,2@1"]
    command = [path, *words, "--vdev", "net_pmill0,generate=64"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["ports"][1]["tx_packets"] == report["packets"] > 10000
    assert all(worker["packets"] > 0 for worker in report["workers"])
