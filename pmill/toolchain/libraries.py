"""The libraries that only parts of the runtime need."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pmill.diagnostics import fail


@dataclass(frozen=True, slots=True, kw_only=True)
class _Library:
    """A library as pkg-config knows it, the package that has it, and what needs it."""

    name: str
    package: str
    purpose: str


_NEEDED: Final = {
    "xdp": _Library(name="libbpf", package="libbpf-dev", purpose="ports on AF_XDP sockets (xdp:)")
}


def libraries_for(parts: Iterable[str]) -> tuple[str, ...]:
    """Return the linker's flags for parts of the runtime; PM0860 when a library is missing."""
    flags: list[str] = []
    for library in (_NEEDED[part] for part in parts if part in _NEEDED):
        pkg_config = shutil.which("pkg-config") or "pkg-config"
        done = subprocess.run(
            [pkg_config, "--libs", library.name], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise fail(
                "PM0860",
                f"{library.purpose} need {library.name}, which is not installed",
                hint=f"install it: apt-get install {library.package}",
            )
        flags += done.stdout.split()
    return tuple(flags)
