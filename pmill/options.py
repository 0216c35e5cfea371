"""What a compilation is asked to do; built by the command line, build plugins and tests alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from pmill.profile import Profile

Metadata = Literal["copying", "overlaying", "xchange"]
METADATA: Final[tuple[Metadata, ...]] = ("copying", "overlaying", "xchange")
Dialect = Literal["fastclick", "click"]
DIALECTS: Final[tuple[Dialect, ...]] = ("fastclick", "click")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileOptions:
    """Everything beside the configuration's text that decides what program comes out.

    `level` 0 turns every pass off; 1 runs the graph passes, 2 adds layout and fusion, 3 adds
    pmill's LLVM passes. clang and LLVM optimise the same at every level.
    """

    level: int = 3
    disabled: frozenset[str] = frozenset()
    march: str = "native"
    sanitize: tuple[str, ...] = ()
    metadata: Metadata | Literal["auto"] = "auto"
    ports: Mapping[str, str] = field(default_factory=dict)  # drivers of ports that do not name them
    exchanges: str = ""  # the driver with which a program of the model xchange exchanges buffers
    variables: Mapping[str, str] = field(default_factory=dict)
    keep: frozenset[str] = frozenset()  # ELEMENT.HANDLER: to be written while the program runs
    include: tuple[Path, ...] = ()
    dialect: Dialect = "fastclick"
    profile: Profile | None = None
    library: str = ""  # the name of what an application calls; else it is a program
    counted: bool = False  # the program counts the packets on every connection
    contracts: bool = True  # what per-packet code must not do is an error, or a warning
    library_path: tuple[Path, ...] = ()  # CLICKPATH: where `require(library FILE)` looks


def click_path(text: str) -> tuple[Path, ...]:
    """Return the directories of a CLICKPATH; where an empty one stands does not matter."""
    return tuple(Path(part) for part in text.split(":") if part)
