"""The functions over bytes that elements share, checked by a program of their own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.mark.parametrize(
    "flags", [["-O2", "-march=x86-64-v3"], ["-O1", "-fsanitize=address,undefined"]]
)
def test_against_plain_computations(root: Path, tmp_path: Path, flags: list[str]) -> None:
    clang = shutil.which("clang++-19") or shutil.which("clang++")
    assert clang is not None
    cflags = subprocess.run(
        ["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True, check=True
    ).stdout.split()
    program = tmp_path / "net_checks"
    subprocess.run(
        [
            *(clang, "-std=c++20", "-w", *cflags, *flags),
            *("-fno-sanitize-recover=all", "-I", root / "runtime/include"),
            *(HERE / "net_checks.cc", root / "runtime/src/net.cc", "-o", program),
        ],
        check=True,
    )
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
