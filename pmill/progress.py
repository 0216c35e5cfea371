"""Shows what a long command is doing: one line on a terminal, nothing elsewhere."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable


def steps() -> Callable[[str], None]:
    """Return a function that shows a step in place of the one before."""
    if not sys.stderr.isatty():
        return lambda _: None

    def show(step: str) -> None:
        print(f"\r\033[K{step} …", end="", file=sys.stderr, flush=True)

    def clear() -> None:
        print("\r\033[K", end="", file=sys.stderr, flush=True)

    atexit.register(clear)
    return show
