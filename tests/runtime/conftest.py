"""Programs that forward from port to port, and a way to run them with EAL arguments."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pmill.resources import runtime_dir
from pmill.toolchain import find_tools
from tests.conftest import Compiled, Written

Build = Callable[[str], Path]
Result = subprocess.CompletedProcess[str]

FORWARD = "FromDPDKDevice(0) -> ToDPDKDevice(0);\n"


@pytest.fixture
def build(compiled: Compiled, written: Written) -> Build:
    """Compile a configuration given as text, without pmill's passes: these tests need none."""

    def build_text(text: str) -> Path:
        return compiled(written(text), "-O0")

    return build_text


def build_checks(source: str, folder: Path) -> Path:
    """Compile a program of this folder that includes a part of runtime/src."""
    tools = find_tools()
    program = folder / Path(source).stem
    folders = [f"-I{runtime_dir() / 'src'}", f"-I{runtime_dir() / 'include'}"]
    flags = ["-std=c++20", "-w", *tools.dpdk_cflags, "-march=x86-64-v3", *folders]
    words = [tools.clang, *flags, Path(__file__).with_name(source), "-o", program]
    subprocess.run([*words, "-lstdc++", *tools.dpdk_libs], check=True)
    return program


def run(program: Path, *options: str, eal: Sequence[str] = (), timeout: float = 60) -> Result:
    """Run a program; `eal` stands after `--`."""
    command = [str(program), *options, *(["--", *eal] if eal else [])]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def write_capture(path: Path, frames: Sequence[bytes]) -> Path:
    """Write a pcap file; frame N has the time 1,700,000,000 s + N us."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, frame in enumerate(frames):
            file.write(struct.pack("<IIII", 1_700_000_000, number, len(frame), len(frame)) + frame)
    return path


def read_capture(path: Path) -> list[tuple[int, bytes]]:
    """Return time in ns and bytes of every packet of a little-endian pcap file."""
    data = path.read_bytes()
    unit = 1 if data[:4] == struct.pack("<I", 0xA1B23C4D) else 1000
    packets, at = [], 24
    while at < len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, at)
        time = seconds * 1_000_000_000 + fraction * unit
        packets.append((time, data[at + 16 : at + 16 + captured]))
        at += 16 + captured
    return packets


def frames(count: int, size: int = 60) -> list[bytes]:
    """Return frames that differ, each with its number in its last bytes."""
    return [bytes(size - 4) + number.to_bytes(4, "big") for number in range(count)]
