"""Reserves hugepages of 2 MiB, takes others in their place, and gives them back.

Which pages a program gets changes its speed, by several cycles a packet on a virtual machine, and
programs differently: as long as the same pages are reserved, every run gets the same ones in the
same order, and what is measured is their luck (Mytkowicz et al., "Producing wrong data without
doing anything obviously wrong", ASPLOS 2009). So every round of a measurement has others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from pmill.diagnostics import fail

_SYSFS: Final = Path("/sys/kernel/mm/hugepages/hugepages-2048kB")
# So many more at most are taken for a moment: the pages that are kept are others then.
_MOST_MORE: Final = 64
# How many pages there were, and how many more are reserved.
_reserved: ContextVar[tuple[int, int] | None] = ContextVar("reserved", default=None)


def free() -> int:
    """Return how many hugepages are free; 0 where the kernel has none."""
    try:
        return int((_SYSFS / "free_hugepages").read_text())
    except OSError:
        return 0


def renew() -> None:
    """Take other pages for those that `reserved` got, if there are any; PM0901 as it does."""
    if (own := _reserved.get()) is None:
        return
    before, pages = own
    file = _SYSFS / "nr_hugepages"
    for count in (before, before + pages + random.randrange(_MOST_MORE), before + pages):
        file.write_text(str(count))
    _check(int(file.read_text()) - before, pages)


@contextmanager
def reserved(pages: int) -> Iterator[None]:
    """Have `pages` more hugepages reserved than before; 0 changes nothing.

    Raises PM0901 when the kernel does not give them; what it gave is returned first.
    """
    if pages == 0:
        yield
        return
    file = _SYSFS / "nr_hugepages"
    try:
        before = int(file.read_text())
        file.write_text(str(before + pages))
    except OSError as error:
        raise fail(
            "PM0901", f"cannot reserve hugepages: {error.strerror}", hint="run it as root"
        ) from error
    try:
        _check(int(file.read_text()) - before, pages)
        token = _reserved.set((before, pages))
        try:
            yield
        finally:
            _reserved.reset(token)
    finally:
        file.write_text(str(before))


def _check(got: int, pages: int) -> None:
    if got < pages:
        raise fail(
            "PM0901",
            f"the kernel reserved {got} of {pages} hugepages",
            hint="free some memory, or reserve them when the machine starts",
        )
