"""Whole programs as bitcode, and what LLVM and chosen passes make of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import llvmlite.binding as llvm

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.llvm import Backend
from pmill.llvm.base import LlvmPass
from pmill.llvm.ir import Module
from pmill.options import CompileOptions
from pmill.toolchain import Compiler, find_tools
from tests.conftest import ROOT

MARCH = "x86-64-v3"


@cache
def bitcode(example: str, *, lines: bool = False, metadata: str = "overlaying") -> bytes:
    """The packets' half of an example, on which no LLVM pass has run."""
    path = ROOT / "examples" / f"{example}.click"
    source = Source(str(path), path.read_text())
    text = compile_config(source, CompileOptions(), Diagnostics(), emit="cpp").data
    assert text is not None
    generated = Path(mkdtemp(prefix="pmill-test-")) / "program.cc"
    generated.write_bytes(text)
    compiler = Compiler(tools=find_tools(), march=MARCH, metadata=metadata)
    half = "USUAL" if b"PMILL_USUAL" in text else None
    return compiler.bitcode(generated, half, lines=lines).read_bytes()


def optimised(code: bytes | str, passes: tuple[LlvmPass, ...], folder: Path) -> Module:
    """What passes and LLVM make of a module, given as bitcode or text."""
    if isinstance(code, str):
        with llvm.parse_assembly(code) as module:
            code = module.as_bitcode()
    file = folder / "module.bc"
    file.write_bytes(code)
    made = Backend(march=MARCH, passes=passes).compile(file, "llvm")
    return Module(made.code.decode())
