"""Element directories that installed packages offer: the entry-point group `pmill.elements`.

The value of an entry point is a package; the headers lie below the package's folder. Asking
Python's metadata takes longer than compiling nothing, so the answer is kept in the user's cache
for as long as the same packages are installed.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from pmill.cache import cache_dir, key
from pmill.diagnostics import Diagnostics

GROUP = "pmill.elements"


def entry_point_directories(diags: Diagnostics) -> list[tuple[str, Path]]:
    """Return the name and the folder of every entry point, by name; warn of those without one."""
    file = cache_dir() / "elements" / f"entry-points-{key(_installed())}"
    found = _kept(file)
    if found is None:
        found = _ask()
        _keep(file, found)
    for name, folder in found.items():
        if not folder:
            diags.warning("PM0216", f"entry point '{name}' of {GROUP} names no installed package")
    return [(name, Path(folder)) for name, folder in found.items() if folder]


def _installed() -> list[tuple[str, str, int]]:
    """What Python's metadata would be read from, and when it changed."""
    found: list[tuple[str, str, int]] = []
    for folder in sys.path:
        with contextlib.suppress(OSError):
            for name in sorted(os.listdir(folder or ".")):
                if name.endswith((".dist-info", ".egg-info", ".egg-link")):
                    stat = os.stat(os.path.join(folder or ".", name))
                    found.append((folder, name, stat.st_mtime_ns))
    return found


def _ask() -> dict[str, str]:
    """Folder by entry point; empty when its package cannot be found."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    found: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        spec = None
        # Finding a submodule imports its parents, which are not ours: anything can happen there.
        with contextlib.suppress(Exception):
            spec = find_spec(point.module)
        places = list(spec.submodule_search_locations or ()) if spec else []
        found[point.name] = places[0] if places else ""
    return found


def _kept(file: Path) -> dict[str, str] | None:
    """The last answer; None when there is none, or when a package's folder has moved since."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        found = dict(line.split("\t") for line in lines)
    except (OSError, ValueError):
        return None
    gone = any(folder and not os.path.isdir(folder) for folder in found.values())
    return None if gone else found


def _keep(file: Path, found: dict[str, str]) -> None:
    text = "".join(f"{name}\t{folder}\n" for name, folder in found.items())
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".new-", dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.replace(temporary, file)
