"""A cache that has pmill's compiled headers but no programs yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.cache import cache_dir

# What depends on pmill and the tools alone, and takes long to make.
_SHARED = ("header", "support", "packets", "checked", "elements", "llvm")


def use_fresh_programs(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Make pmill keep programs in a new cache below `folder`; return it."""
    usual, fresh = cache_dir(), folder / "cache"
    fresh.mkdir()
    for kind in _SHARED:
        (usual / kind).mkdir(parents=True, exist_ok=True)
        (fresh / kind).symlink_to(usual / kind)
    (fresh / "tools.json").symlink_to(usual / "tools.json")
    monkeypatch.setenv("PMILL_CACHE", str(fresh))
    return fresh
