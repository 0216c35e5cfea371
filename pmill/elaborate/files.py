"""Files that arguments name and that are read while compiling: `FILE routes.txt`."""

from __future__ import annotations

from pathlib import Path

__all__ = ["Files"]


class Files:
    """Reads files and remembers which: a program is outdated when one of them has changed.

    Names are relative to the directory of the configuration, or to the current one when it was
    read from standard input.
    """

    def __init__(self, configuration: str) -> None:
        self._directory = Path(configuration).parent
        self._contents: dict[Path, bytes] = {}

    def read(self, name: str) -> bytes:
        """Return what a file holds, the same for all who ask; raises OSError."""
        path = (self._directory / name).resolve()
        if path not in self._contents:
            self._contents[path] = path.read_bytes()
        return self._contents[path]

    @property
    def names(self) -> tuple[str, ...]:
        """The files that were read, by their full names, sorted."""
        return tuple(sorted(map(str, self._contents)))
