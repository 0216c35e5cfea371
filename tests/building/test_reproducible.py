"""The same inputs make the same text and the same program, in any process, and are written down."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pmill import __version__
from pmill.llvm import llvm_version
from pmill.toolchain import find_tools
from tests.conftest import ROOT, run_pmill
from tests.fresh_cache import use_fresh_programs

EXAMPLES = sorted((ROOT / "examples").glob("**/*.click"))


def text_of(config: Path, seed: int) -> bytes:
    """The C++ that a process makes whose sets and dictionaries are in an order of its own."""
    words = (
        ["-I", ROOT / "examples" / "build" / "elements"] if config.parent.name == "build" else []
    )
    variables = re.findall(r"(?m)^// *pmill .*?((?: [A-Z]+=\S+)+)", config.read_text())
    done = run_pmill(
        "compile",
        config,
        "--emit=cpp",
        *words,
        *(variables[0].split() if variables else []),
        env={"PYTHONHASHSEED": str(seed)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.encode()


@pytest.mark.parametrize("config", EXAMPLES, ids=lambda path: path.stem)
def test_the_text_is_the_same_byte_for_byte(config: Path) -> None:
    if config.stem == "ports":
        return  # a library, of which limiter.click is made
    assert text_of(config, 1) == text_of(config, 2)


def test_the_program_is_the_same_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiled anew, not taken from the cache."""
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        with monkeypatch.context() as patch:
            use_fresh_programs(patch, tmp_path / name)
            program = tmp_path / name / "router"
            done = run_pmill("compile", ROOT / "examples" / "router.click", "-o", program)
            assert done.returncode == 0, done.stderr
        made.append(program.read_bytes())
    assert made[0] == made[1]


def test_the_manifest_tells_the_tools(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    done = run_pmill(
        "compile",
        ROOT / "examples" / "forwarder.click",
        "-o",
        tmp_path / "forwarder",
        "--manifest",
        manifest,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(manifest.read_text())
    tools = find_tools()
    assert told["pmill"] == __version__
    assert told["tools"] == {
        "clang": ".".join(map(str, tools.clang_version)),
        "llvm": ".".join(map(str, llvm_version())),
        "dpdk": tools.dpdk_version,
    }
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", told["tools"]["dpdk"])
