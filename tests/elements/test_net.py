"""What elements share that needs no packets, checked by programs of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import slow

HERE = Path(__file__).resolve().parent


FAST = ["-O2", "-march=x86-64-v3"]
MEMORY = ["-O1", "-fsanitize=address,undefined"]
# DPDK's locks are assembly, which a ThreadSanitizer does not see, unless they are told not to be.
THREADS = ["-O1", "-fsanitize=thread", "-DRTE_FORCE_INTRINSICS"]


@pytest.mark.parametrize("flags", [slow(FAST), MEMORY], ids=["fast", "memory"])
def test_against_plain_computations(root: Path, tmp_path: Path, flags: list[str]) -> None:
    check("net_checks.cc", root / "runtime/src/net.cc", root, tmp_path, flags)


@pytest.mark.parametrize(
    "flags", [slow(FAST), MEMORY, slow(THREADS)], ids=["fast", "memory", "threads"]
)
def test_against_a_plain_table(root: Path, tmp_path: Path, flags: list[str]) -> None:
    """The table of an ARPQuerier: alone, and used by two threads at once."""
    check("arp_checks.cc", root / "runtime/src/arp/table.cc", root, tmp_path, flags)


def check(name: str, source: Path, root: Path, folder: Path, flags: list[str]) -> None:
    clang = shutil.which("clang++-19") or shutil.which("clang++")
    assert clang is not None
    cflags = subprocess.run(
        ["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True, check=True
    ).stdout.split()
    program = folder / "checks"
    subprocess.run(
        [
            *(clang, "-std=c++20", "-w", *cflags, *flags),
            *("-fno-sanitize-recover=all", "-I", root / "runtime/include"),
            *(HERE / name, source, "-o", program),
        ],
        check=True,
    )
    done = subprocess.run([program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
