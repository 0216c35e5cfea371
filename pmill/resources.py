"""Locates the folders that pmill reads at run time.

In a checkout they lie beside the package; an installed wheel carries them in `pmill/_data/`.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def grammar_dir() -> Path:
    """Return the folder of the Lark grammars."""
    return _folder("grammar")


def templates_dir() -> Path:
    """Return the folder of the Jinja templates."""
    return _folder("templates")


def runtime_dir() -> Path:
    """Return the folder of the C++ runtime: `include/` and `elements/`."""
    return _folder("runtime")


def explanations_dir() -> Path:
    """Return the folder of the stories behind the codes of messages; a part of the package."""
    return _PACKAGE / "explanations"


def building_dir(tool: str) -> Path:
    """Return the folder of the files for a build tool: cmake, meson or pkgconfig."""
    return _PACKAGE / "building" / tool


def _folder(name: str) -> Path:
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
