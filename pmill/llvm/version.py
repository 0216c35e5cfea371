"""Which LLVM llvmlite has, without loading it: that takes as long as reading a configuration."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from pmill import cache


def llvmlite_files() -> list[Path]:
    """Return the files that change when another llvmlite is installed."""
    spec = find_spec("llvmlite")
    return [Path(spec.origin).parent / "_version.py"] if spec and spec.origin else []


def llvm_version() -> tuple[int, ...]:
    """Return the version of llvmlite's LLVM; PM0709 when it cannot be remembered."""
    name = cache.fingerprint(llvmlite_files())
    entry = cache.lookup("llvm", name, ("version.json",))
    if entry is not None:
        return tuple(json.loads((entry / "version.json").read_text()))
    import llvmlite.binding as llvm

    with cache.store("llvm", name) as work:
        (work / "version.json").write_text(json.dumps(llvm.llvm_version_info))
    return tuple(llvm.llvm_version_info)
