"""Bursts that are sent as they came: with every option, when the device refuses, and what is cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Compiled, Written
from tests.runtime.conftest import frames, read_capture, run, write_capture

Straight = Callable[..., Path]

# All that EtherMirror must leave, and all that it must mirror.
MIXED = [bytes(n % 251 + 1 for n in range(size)) for size in (*range(1, 20), 60, 61, 1514)] * 9


def mirrored(frame: bytes) -> bytes:
    """What leaves when this came."""
    return frame[6:12] + frame[:6] + frame[12:] if len(frame) >= 12 else frame


@pytest.fixture
def build(compiled: Compiled, written: Written) -> Straight:
    """Compile a straight way from port 0 to a port, with arguments for ToDPDKDevice."""

    def program(port: int, arguments: str, *options: str) -> Path:
        text = f"FromDPDKDevice(0) -> c :: Counter -> EtherMirror -> out :: ToDPDKDevice({port}"
        text += f", {arguments});\n" if arguments else ");\n"
        return compiled(written(text), "-O3", *options)

    return program


@pytest.mark.parametrize(
    "arguments",
    ["", "BURST 1", "BURST 7", "BURST 50, TIMEOUT 1", "TIMEOUT -1", "BLOCKING false, IQUEUE 4"],
)
def test_all_is_sent_in_order(build: Straight, tmp_path: Path, arguments: str) -> None:
    source, sink = write_capture(tmp_path / "in.pcap", MIXED), tmp_path / "out.pcap"
    eal = ["--vdev", f"net_pcap0,rx_pcap={source},tx_pcap={sink}"]
    done = run(build(0, arguments), "--expect", f"0={len(MIXED)}", "--stats=json", eal=eal)
    assert done.returncode == 0, done.stderr
    assert [frame for _, frame in read_capture(sink)] == [mirrored(frame) for frame in MIXED]
    stats = json.loads(done.stdout)
    assert stats["elements"]["out"]["counters"]["count"] == len(MIXED)
    assert stats["packets"] == len(MIXED)


@pytest.mark.parametrize(
    "options", [["--metadata", "copying"], ["--sanitize", "address,undefined"]], ids=" ".join
)
def test_otherwise_compiled(build: Straight, tmp_path: Path, options: list[str]) -> None:
    source, sink = write_capture(tmp_path / "in.pcap", MIXED), tmp_path / "out.pcap"
    eal = ["--vdev", f"net_pcap0,rx_pcap={source},tx_pcap={sink}"]
    program = build(0, "", *options)
    done = run(program, "--expect", f"0={len(MIXED)}", eal=eal)
    assert done.returncode == 0, done.stderr
    assert [frame for _, frame in read_capture(sink)] == [mirrored(frame) for frame in MIXED]


@pytest.mark.parametrize("arguments", ["BURST 9", "IQUEUE 4", "BURST 50, TIMEOUT 1", ""])
def test_a_device_that_refuses_some(build: Straight, tmp_path: Path, arguments: str) -> None:
    """net_ring holds 1,023 packets; the rest is dropped, counted, and no buffer is lost."""
    source = write_capture(tmp_path / "in.pcap", frames(3000))
    arguments = f"BLOCKING false, {arguments}" if arguments else "BLOCKING false"
    eal = ["--vdev", f"net_pcap0,rx_pcap={source}", "--vdev", "net_ring0"]
    done = run(build(1, arguments), "--expect", "0=3000", "--stats=json", eal=eal)
    assert done.returncode == 0, done.stderr
    out = json.loads(done.stdout)["elements"]["out"]["counters"]
    assert (out["count"], out["dropped"]) == (1023, 3000 - 1023)


def test_a_device_that_blocks(build: Straight, tmp_path: Path) -> None:
    source = write_capture(tmp_path / "in.pcap", frames(3000))
    eal = ["--vdev", f"net_pcap0,rx_pcap={source},infinite_rx=1", "--vdev", "net_ring0"]
    done = run(build(1, ""), "--duration", "0.2", "--stats=json", eal=eal)
    assert done.returncode == 0, done.stderr
    elements = json.loads(done.stdout)["elements"]
    out = elements["out"]["counters"]
    assert out["count"] == 1023
    assert out["count"] + out["dropped"] == elements["c"]["counters"]["count"]


def test_workers_that_share_queues(compiled: Compiled, written: Written, tmp_path: Path) -> None:
    """net_pcap has one queue in each direction: both workers receive from it and send to it."""
    text = "FromDPDKDevice(0, N_QUEUES 1, SCALE share) -> EtherMirror -> out :: ToDPDKDevice(0);\n"
    sent = frames(3000)
    source, sink = write_capture(tmp_path / "in.pcap", sent), tmp_path / "out.pcap"
    eal = ["--vdev", f"net_pcap0,rx_pcap={source},tx_pcap={sink}", "--lcores", "(0-2)@0"]
    done = run(compiled(written(text), "-O3"), "--expect", "0=3000", "--stats=json", eal=eal)
    assert done.returncode == 0, done.stderr
    stats = json.loads(done.stdout)
    assert len(stats["workers"]) == 2
    assert stats["elements"]["out"]["counters"]["count"] == 3000
    came = sorted(frame for _, frame in read_capture(sink))
    assert came == sorted(mirrored(frame) for frame in sent)


def test_no_device(build: Straight, tmp_path: Path) -> None:
    source = write_capture(tmp_path / "in.pcap", frames(100))
    eal = ["--vdev", f"net_pcap0,rx_pcap={source}"]
    program = build(7, "ALLOW_NONEXISTENT true")
    done = run(program, "--expect", "0=100", "--stats=json", eal=eal)
    assert done.returncode == 0, done.stderr
    out = json.loads(done.stdout)["elements"]["out"]["counters"]
    assert (out["count"], out["dropped"]) == (0, 100)


def test_frames_that_are_dropped_leave_no_gap(build: Straight, tmp_path: Path) -> None:
    long = bytes(9000)
    kept = [bytes([n]) * 60 for n in range(1, 81)]
    sent = [long, *kept[:20], long, long, *kept[20:], *[long] * 100]
    source, sink = write_capture(tmp_path / "in.pcap", sent), tmp_path / "out.pcap"
    eal = ["--vdev", f"net_pcap0,rx_pcap={source},tx_pcap={sink}"]
    done = run(build(0, ""), "--expect", f"0={len(sent)}", eal=eal)
    assert done.returncode == 0, done.stderr
    assert [frame for _, frame in read_capture(sink)] == [mirrored(frame) for frame in kept]
