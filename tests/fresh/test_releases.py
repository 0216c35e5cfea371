"""What depends on the release of DPDK is in one place, and programs say which one they are for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from pmill.resources import runtime_dir
from pmill.toolchain import TESTED_DPDK, find_tools
from tests.conftest import ROOT


def test_one_header_asks_for_the_release() -> None:
    asking = [
        path.relative_to(runtime_dir())
        for path in sorted(runtime_dir().rglob("*"))
        if path.suffix in (".hh", ".cc") and re.search(r"\bRTE_VER", path.read_text())
    ]
    assert asking == [Path("include/pmill/dpdk.hh")]


def test_an_old_release_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "rte_version.h").write_text(
        "#define RTE_VERSION_NUM(a,b,c,d) ((a) << 24 | (b) << 16 | (c) << 8 | (d))\n"
        "#define RTE_VERSION RTE_VERSION_NUM(21, 11, 9, 99)\n"
    )
    header = runtime_dir() / "include" / "pmill" / "dpdk.hh"
    command = [find_tools().clang, "-fsyntax-only", "-x", "c++", "-I", tmp_path, header]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "pmill needs DPDK 22.11 or newer" in done.stderr


def test_this_release_is_a_tested_one() -> None:
    """What the tests run with is what users are told."""
    assert find_tools().dpdk_version.startswith(TESTED_DPDK)


def test_the_script_is_a_script() -> None:
    script = ROOT / "tests" / "fresh" / "debian"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)
