"""`pmill run` needs no port for interfaces of the kernel, and numbers the others as ever."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.net.namespaces import Namespaces
from tests.traffic import read_pcap, write_frames

CONFIG = """
FromDPDKDevice(0) -> Queue(10000) -> ToDevice(e0);
FromDevice(e0, BPF_FILTER arp) -> ToDPDKDevice(0);
"""


def test_beside_a_capture(between: Namespaces, tmp_path: Path) -> None:
    header = bytes.fromhex("020000000001 020000000002 88b5")
    frames = [header + n.to_bytes(2, "big") + bytes(44 + n % 1400) for n in range(500)]
    write_frames(tmp_path / "in.pcap", frames)
    (tmp_path / "net.click").write_text(CONFIG)
    listening = between.record("a", "eth0", len(frames))
    words = ("-m", "pmill", "run", "net.click", "--pcap", "in.pcap", "--out", "out.pcap")
    command = ("env", f"PYTHONPATH={ROOT}", sys.executable, *words)
    child = between.start("m", *command, cwd=tmp_path)
    assert child.wait(120) == 0, child.stderr
    assert listening.frames() == frames
    assert child.stderr == ""
    assert "net_af_packet_e0" in child.stdout
    assert read_pcap(tmp_path / "out.pcap") == []


def test_alone(between: Namespaces, tmp_path: Path) -> None:
    """EAL arguments that name lcores do not ask for hugepages or NICs."""
    (tmp_path / "net.click").write_text("FromDevice(e0) -> Queue -> ToDevice(e1);\n")
    words = ("-m", "pmill", "run", "net.click", "--duration", "0.5", "--", "-l", "0")
    command = ("env", f"PYTHONPATH={ROOT}", sys.executable, *words)
    child = between.start("m", *command, cwd=tmp_path)
    assert child.wait(120) == 0, child.stderr
    assert "net_af_packet_e1" in child.stdout
