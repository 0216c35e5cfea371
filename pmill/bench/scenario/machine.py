"""On what was measured: whoever reads a number later wants to know."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path

from pmill import __version__
from pmill.bench.settings import Settings


def machine(settings: Settings, tools: Mapping[str, str], files: Iterable[Path]) -> dict[str, str]:
    """Return the machine, the tools and the configurations, as strings by what they are."""
    return {
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "kernel": platform.release(),
        "system": _system(),
        "python": platform.python_version(),
        "pmill": __version__,
        **tools,
        "march": settings.march,
        **{f"sha256 of {path.name}": _digest(path) for path in sorted(set(files))},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
