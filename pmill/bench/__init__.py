"""Measures compiled programs: cycles and instructions a packet, and how long compiling takes.

`main` is the only door; it is what `pmill bench` calls.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(args: Sequence[str]) -> int:
    """Run `pmill bench ARGS`; returns 0 when every target is met, 1 when one is missed."""
    from pmill.bench.command import run

    return run(args)
