"""How long frames are: a mix of sizes and of ranges, each as common as its weight says.

    64      64:1,1514:3      60-1514      imix      campus

Sizes are bytes of a frame without its checksum, so the longest of usual Ethernet is 1514.
"""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass
from typing import Final

from pmill.diagnostics import DiagnosticError, did_you_mean, fail

# Ethernet, IPv4 and TCP without options.
SHORTEST: Final = 14 + 20 + 20
# The longest of Ethernet without its checksum, and with the longest IP packet.
USUAL_LONGEST: Final = 1514
LONGEST: Final = 14 + 0xFFFF

NAMED: Final = {
    # The simple Internet mix: 7 packets of 40 bytes, 4 of 576, 1 of 1500, as frames.
    "imix": "60:7,590:4,1514:1",
    # Many acknowledgements, more full frames, little between: what networks of offices and
    # universities have seen since most bytes are streams. The mean is 980 bytes.
    "campus": "60:215,61-159:80,160-575:50,576-1279:70,1280-1513:90,1514:495",
}
_PART: Final = re.compile(r"(\d+)(?:-(\d+))?(?::(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeMix:
    """Ranges of sizes, first and last, and up to which sum of weights each is meant."""

    ranges: tuple[tuple[int, int], ...]
    cumulative: tuple[int, ...]

    def draw(self, rng: random.Random) -> int:
        """Return one size."""
        if len(self.ranges) == 1:
            first, last = self.ranges[0]
        else:
            (chosen,) = rng.choices(self.ranges, cum_weights=self.cumulative)
            first, last = chosen
        return first if first == last else rng.randint(first, last)

    @property
    def mean(self) -> float:
        """The size that all drawn ones approach."""
        before, total = 0, 0.0
        for (first, last), until in zip(self.ranges, self.cumulative, strict=True):
            total += (until - before) * (first + last) / 2
            before = until
        return total / before


def read_sizes(text: str) -> SizeMix:
    """Return the mix that a text names; PM0931 when there is none."""
    ranges, weights = [], []
    for part in NAMED.get(text, text).split(","):
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise _wrong(f"'{part}' is no size", _hint(text))
        first = int(found[1])
        last = int(found[2] or first)
        if not SHORTEST <= first <= last <= LONGEST:
            limits = f"sizes are from {SHORTEST}, an empty TCP segment, to {LONGEST} bytes"
            raise _wrong(f"'{part}' is no size of a frame with IP in it", limits)
        ranges.append((first, last))
        weights.append(int(found[3] or 1))
    if not any(weights):
        raise _wrong("all weights are 0", "give one of them another: 64:1,1514:3")
    return SizeMix(ranges=tuple(ranges), cumulative=tuple(itertools.accumulate(weights)))


def _hint(text: str) -> str:
    near = did_you_mean(text, list(NAMED)) if text.isalpha() else None
    return near or f"a size as 64, a range as 60-1514, a mix as 60:7,1514:1, or {', '.join(NAMED)}"


def _wrong(what: str, hint: str) -> DiagnosticError:
    return fail("PM0931", f"--size: {what}", hint=hint)
