"""What stretches of a worker's busy iterations cost usually."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pmill.resources import runtime_dir
from pmill.toolchain import find_tools

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("stretches") / "median"
    tools = find_tools()
    folders = [f"-I{runtime_dir() / 'src'}", f"-I{runtime_dir() / 'include'}"]
    flags = ["-std=c++20", "-w", *tools.dpdk_cflags, "-march=x86-64-v3", *folders]
    source = HERE / "stretch_checks.cc"
    subprocess.run(
        [tools.clang, *flags, source, "-o", program, "-lstdc++", *tools.dpdk_libs], check=True
    )
    return program


@pytest.mark.parametrize(
    ("stretches", "median"),
    [
        ((), 0),
        (("80/2",), 40),
        (("80/2", "9000/1", "41/1"), 41),
        (("1..4096",), 2049),
        # There is room for 4096: then every second one is kept, of the whole run.
        (("1..8192",), 4097),
        (("1..100000",), 50000),
        (("1..9", "+", "11..19", "+", "21..29"), 15),
    ],
)
def test_median(program: Path, stretches: tuple[str, ...], median: float) -> None:
    done = subprocess.run([program, *stretches], capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(median, rel=0.01)
