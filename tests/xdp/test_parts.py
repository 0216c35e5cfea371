"""Rings and unfinished checksums, checked by programs of their own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
MEMORY = ["-O1", "-fsanitize=address,undefined"]
EAL = ("--no-huge", "--no-pci", "--no-telemetry", "--no-shconf", "-m", "64", "-l", "0")
THREADS = ["-O1", "-fsanitize=thread"]


@pytest.mark.parametrize("flags", [["-O3"], MEMORY], ids=["fast", "memory"])
def test_unfinished_checksums_are_completed(root: Path, tmp_path: Path, flags: list[str]) -> None:
    _check("checksum_checks.cc", root, tmp_path, flags)


@pytest.mark.parametrize("flags", [["-O3"], THREADS], ids=["fast", "threads"])
def test_rings_pass_on_what_they_get(root: Path, tmp_path: Path, flags: list[str]) -> None:
    _check("ring_checks.cc", root, tmp_path, flags)


@pytest.mark.parametrize("flags", [["-O3"], MEMORY], ids=["fast", "memory"])
def test_buffers_are_exchanged(root: Path, tmp_path: Path, flags: list[str]) -> None:
    _check("exchange_checks.cc", root, tmp_path, flags)


def test_queues_of_mbufs(root: Path, tmp_path: Path) -> None:
    _check("queue_checks.cc", root, tmp_path, ["-O1"], *EAL)


def _check(name: str, root: Path, folder: Path, flags: list[str], *words: str) -> None:
    clang = shutil.which("clang++-19") or shutil.which("clang++")
    assert clang is not None
    program = folder / "checks"
    command = [clang, "-std=c++20", "-w", *_dpdk("--cflags"), "-march=x86-64-v3", *flags]
    command += ["-fno-sanitize-recover=all", "-I", str(root / "runtime/include")]
    libraries = _dpdk("--libs") if words else []
    subprocess.run([*command, str(HERE / name), "-o", str(program), *libraries], check=True)
    done = subprocess.run(
        [program, *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert words or done.stderr == ""  # EAL has something to say


def _dpdk(what: str) -> list[str]:
    command = ["pkg-config", what, "libdpdk"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
