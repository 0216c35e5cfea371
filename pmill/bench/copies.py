"""Copies programs, so that each run of one has other pages of the page cache.

Where a program's code lies in physical memory changes its speed, on a virtual machine by a cycle
and a half a packet: the same router by hand, copied five times, did 6.4 to 8.3 cycles of work, and
each of the copies the same in every run. So a file that is run round after round is measured with
its luck, as hugepages are (see hugepages.py); a copy for each run has that of no file.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from pmill.bench.contestants import ClickPeer, Contestant

# A page that has just been freed is the next that is given: copies stay for so many runs.
_KEPT: Final = 64


class Copies:
    """Makes copies of contestants' programs in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[Path] = []
        self._count = 0

    def fresh(self, contestant: Contestant) -> Contestant:
        """Return a contestant with a copy of its program that never ran.

        A peer is run where it is: it may look for its parts beside itself. So is a program that is
        not there: who runs it says so.
        """
        if isinstance(contestant, ClickPeer) or not (path := _found(contestant.path)):
            return contestant
        self._count += 1
        copy = self._folder / f"{path.name}-{self._count}"
        shutil.copy(path, copy)
        self._made.append(copy)
        if len(self._made) > _KEPT:
            self._made.pop(0).unlink()
        return replace(contestant, path=copy)


@contextmanager
def copies() -> Iterator[Copies]:
    """Have a folder for copies, until all have run."""
    with tempfile.TemporaryDirectory(prefix="pmill-bench-") as folder:
        yield Copies(Path(folder))


def _found(path: Path) -> Path | None:
    found = shutil.which(path)
    return None if found is None else Path(found)
