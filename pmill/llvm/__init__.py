"""The LLVM stage: bitcode in, object out, through llvmlite.

`pipeline` loads llvmlite, so it is imported when something of it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmill.llvm.version import llvm_version, llvmlite_files

if TYPE_CHECKING:
    from pmill.llvm.base import Broken, Context, Frame, LlvmPass
    from pmill.llvm.pipeline import DEFAULT, Backend, Form, Made

__all__ = [
    "DEFAULT",
    "Backend",
    "Broken",
    "Context",
    "Form",
    "Frame",
    "LlvmPass",
    "Made",
    "llvm_version",
    "llvmlite_files",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pmill.llvm import base, pipeline

    return getattr(pipeline, name, None) or getattr(base, name)
