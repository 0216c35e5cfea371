"""Reserves hugepages of 2 MiB, and gives them back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pmill.diagnostics import fail

_SYSFS: Final = Path("/sys/kernel/mm/hugepages/hugepages-2048kB")


def free() -> int:
    """Return how many hugepages are free; 0 where the kernel has none."""
    try:
        return int((_SYSFS / "free_hugepages").read_text())
    except OSError:
        return 0


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
        got = int(file.read_text()) - before
        if got < pages:
            raise fail(
                "PM0901",
                f"the kernel reserved {got} of {pages} hugepages",
                hint="free some memory, or reserve them when the machine starts",
            )
        yield
    finally:
        file.write_text(str(before))
