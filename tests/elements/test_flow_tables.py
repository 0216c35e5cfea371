"""The table of flows and what ends them, alone, against plain ones."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
FAST = ("-O2", "-march=x86-64-v3")
MEMORY = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
PARTS = ("flow/table.cc", "flow/wheel.cc", "flow/flows.cc", "huge_array.cc")


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compile the checks; return the program."""
    folder = tmp_path_factory.mktemp("flows")

    def build(flags: tuple[str, ...]) -> Path:
        clang = shutil.which("clang++-19") or shutil.which("clang++")
        assert clang is not None
        cflags = subprocess.run(
            ["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True, check=True
        ).stdout.split()
        sources = [root / "runtime/src" / name for name in PARTS]
        program = folder / f"checks{abs(hash(flags))}"
        command = [clang, "-std=c++20", "-w", *cflags, *flags, f"-I{root / 'runtime/include'}"]
        subprocess.run([*command, HERE / "flow_checks.cc", *sources, "-o", program], check=True)
        return program

    return build


def check(program: Path, flows: int) -> None:
    done = subprocess.run(
        [program, str(flows)], capture_output=True, text=True, timeout=500, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("flags", [FAST, MEMORY], ids=["fast", "memory"])
def test_against_plain_tables(built: Callable[..., Path], flags: tuple[str, ...]) -> None:
    check(built(flags), 20_000)


@pytest.mark.slow
def test_a_million_flows(built: Callable[..., Path]) -> None:
    check(built(FAST), 1_000_000)
