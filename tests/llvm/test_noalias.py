"""What scopes buy, and where: between two rounds of O3, and not before the first."""

from __future__ import annotations

from pathlib import Path

import llvmlite.binding as llvm
import pytest

from pmill.llvm.base import Context
from pmill.llvm.hot import hot_code
from pmill.llvm.internalize import Internalize
from pmill.llvm.ir import Module
from pmill.llvm.noalias import NoAlias
from tests.llvm.programs import bitcode, optimised


class Silent(NoAlias):
    """Runs the second round of O3, and says nothing."""

    def rewrite(self, module: Module, context: Context) -> bool:
        module.lines.append("; changed")
        return True


def loads(module: Module) -> int:
    """The loads in the hot code."""
    found = [i for code in hot_code(module) for i in code if i.opcode == "load"]
    assert found, "then there is no hot code"
    return len(found)


def early(code: bytes) -> str:
    """The unoptimised module with scopes, where it has any."""
    with llvm.parse_bitcode(code) as parsed:
        module = Module(str(parsed))
    NoAlias().rewrite(module, Context())
    return module.text


@pytest.mark.parametrize("example", ["router-static", "router"])
def test_loads_disappear_between_the_rounds_only(example: str, tmp_path: Path) -> None:
    code = bitcode(example)
    without = loads(optimised(code, (Internalize(), Silent()), tmp_path))
    between = loads(optimised(code, (Internalize(), NoAlias()), tmp_path))
    before = loads(optimised(early(code), (Internalize(), Silent()), tmp_path))
    assert between < without
    assert before == without


@pytest.mark.parametrize("metadata", ["copying", "xchange"])
def test_loads_disappear_in_every_metadata_model(metadata: str, tmp_path: Path) -> None:
    code = bitcode("router-static", metadata=metadata)
    without = loads(optimised(code, (Internalize(), Silent()), tmp_path))
    assert loads(optimised(code, (Internalize(), NoAlias()), tmp_path)) < without


def test_both_halves_of_a_store_and_reload(tmp_path: Path) -> None:
    """A byte of a packet is written, and the counter is not read again."""
    text = (Path(__file__).parent / "noalias" / "reload.ll").read_text()
    with_pass = optimised(text, (NoAlias(),), tmp_path)
    without = optimised(text, (Silent(),), tmp_path)
    count = [
        sum(i.opcode == "load" for i in m.functions["work"].instructions)
        for m in (without, with_pass)
    ]
    assert count[1] < count[0]
