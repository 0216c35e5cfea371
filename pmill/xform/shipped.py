"""The pattern files that come with pmill."""

from __future__ import annotations

from pathlib import Path


def shipped_patterns() -> dict[str, Path]:
    """Return the pattern files of pmill by their names, which the command line takes for them."""
    return {path.stem: path for path in sorted(Path(__file__).parent.glob("*.click"))}
