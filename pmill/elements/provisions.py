"""What a configuration may require beside element classes."""

from __future__ import annotations

from typing import Final

# Click's names: `require(...)` and `click-buildtool provides` ask for them.
PROVISIONS: Final = frozenset(
    {"compact_config", "dpdk", "dpdk-packet", "umultithread", "userlevel"}
)
