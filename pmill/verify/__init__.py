"""Shows that pmill's passes keep what a program does: `pmill verify`.

A program without any pass is the reference; programs with all of them, with one alone and with all
but one must send the same packets in the same order, count the same and say the same. `verify` is
the door for programs, `main` that for the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pmill.verify.command import main
    from pmill.verify.verifying import Verdict, verify

__all__ = ["Verdict", "main", "verify"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = "pmill.verify.command" if name == "main" else "pmill.verify.verifying"
    return getattr(import_module(home), name)
