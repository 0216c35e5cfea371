"""Packets for programs: captures that `pmill traffic` makes, and what frames are made of.

`generate` is the door for programs, `main` that for the command line. The same recipe gives the
same packets everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pmill.traffic.command import main
    from pmill.traffic.generating import Recipe, generate

__all__ = ["Recipe", "generate", "main"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = "pmill.traffic.command" if name == "main" else "pmill.traffic.generating"
    return getattr(import_module(home), name)
