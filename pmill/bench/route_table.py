"""Writes routing tables like that of the Internet, and destinations in them.

The lengths of prefixes are spread as in the table of the default-free zone, of which reports are
published daily (bgp.potaroo.net): three fifths are /24, then come /22 and /23. A few in a thousand
are longer: no provider announces such, but has them inside. Addresses are spread evenly, so that
shorter prefixes are full of longer ones.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

# Of 100,000 prefixes, so many have this length.
_LENGTHS: Final = {
    8: 2,
    9: 2,
    10: 4,
    11: 10,
    12: 30,
    13: 60,
    14: 125,
    15: 210,
    16: 1400,
    17: 850,
    18: 1400,
    19: 2600,
    20: 4600,
    21: 5300,
    22: 11500,
    23: 10300,
    24: 61307,
    28: 100,
    32: 200,
}
_FIRST: Final = 1 << 24  # 1.0.0.0
_BEHIND: Final = 224 << 24
_GATEWAYS: Final = 64

Prefix = tuple[int, int]  # address and length


def prefixes(count: int, seed: int = 1) -> list[Prefix]:
    """Return so many different prefixes, in no order."""
    rng = random.Random(seed)
    found: dict[Prefix, None] = {}
    lengths, weights = list(_LENGTHS), list(_LENGTHS.values())
    while len(found) < count:
        for length in rng.choices(lengths, weights, k=count - len(found)):
            address = rng.randrange(_FIRST, _BEHIND)
            found[address >> (32 - length) << (32 - length), length] = None
    return list(found)


def write_table(path: Path, table: Sequence[Prefix], outputs: int, seed: int = 2) -> None:
    """Write the routes to these prefixes, by gateways on all outputs, and a default route."""
    rng = random.Random(seed)
    lines = ["# prefix, gateway, output\n", "0.0.0.0/0 192.0.2.1 0\n"]
    for address, length in table:
        gateway = rng.randrange(_GATEWAYS)
        lines.append(
            f"{_dotted(address)}/{length} 192.0.2.{gateway + 1} {gateway % outputs}\n",
        )
    path.write_text("".join(lines))


def write_destinations(path: Path, table: Sequence[Prefix], count: int = 1024) -> None:
    """Write addresses inside of prefixes of a table, four bytes each."""
    rng = random.Random(3)
    found = []
    for _ in range(count):
        address, length = rng.choice(table)
        found.append(struct.pack(">I", address | rng.getrandbits(32) >> length))
    path.write_bytes(b"".join(found))


def _dotted(address: int) -> str:
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"
