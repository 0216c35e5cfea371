"""Malformed frames, made of what a router gets to see."""

from __future__ import annotations

import random

from pmill.traffic.malformed import malformed as malformed_of
from tests.traffic.router_mix import router_mix


def malformed(seed: int, n: int) -> list[bytes]:
    """Return `n` frames, of every kind; the same arguments give the same frames."""
    sources = router_mix(seed, min(max(n, 64), 600))
    return malformed_of(random.Random(f"malformed {seed}"), sources, n)
