"""The table of flows, what ends them, and what they are translated to, alone against plain ones."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import slow

HERE = Path(__file__).resolve().parent
FAST = ("-O2", "-march=x86-64-v3")
MEMORY = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
# DPDK's locks are assembly, which a ThreadSanitizer does not see, unless they are told not to be.
THREADS = ("-O1", "-fsanitize=thread", "-DRTE_FORCE_INTRINSICS")
PARTS = {
    "flow_checks.cc": ("flow/key.cc", "flow/table.cc", "flow/wheel.cc", "flow/flows.cc"),
    "nat_checks.cc": (
        *("flow/table.cc", "flow/wheel.cc", "flow/flows.cc"),
        *("flow/nat.cc", "flow/mapping.cc"),
    ),
}


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compile the checks; return the program."""
    folder = tmp_path_factory.mktemp("flows")

    def build(name: str, flags: tuple[str, ...]) -> Path:
        clang = shutil.which("clang++-19") or shutil.which("clang++")
        assert clang is not None
        cflags = subprocess.run(
            ["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True, check=True
        ).stdout.split()
        sources = [root / "runtime/src" / part for part in (*PARTS[name], "huge_array.cc")]
        program = folder / f"{name}{len(list(folder.iterdir()))}"
        command = [clang, "-std=c++20", "-w", *cflags, *flags, f"-I{root / 'runtime/include'}"]
        subprocess.run([*command, HERE / name, *sources, "-o", program], check=True)
        return program

    return build


def check(program: Path, *words: str) -> None:
    done = subprocess.run(
        [program, *words], capture_output=True, text=True, timeout=500, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("flags", [slow(FAST), MEMORY], ids=["fast", "memory"])
def test_against_plain_tables(built: Callable[..., Path], flags: tuple[str, ...]) -> None:
    check(built("flow_checks.cc", flags), "20000")


@pytest.mark.slow
def test_a_million_flows(built: Callable[..., Path]) -> None:
    check(built("flow_checks.cc", FAST), "1000000")


@pytest.mark.parametrize(
    "flags", [slow(FAST), MEMORY, slow(THREADS)], ids=["fast", "memory", "threads"]
)
def test_mappings(built: Callable[..., Path], flags: tuple[str, ...]) -> None:
    """Those of one worker, and of two that use each other's."""
    check(built("nat_checks.cc", flags))
