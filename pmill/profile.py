"""Profiles: which ways the packets of a trace took through a configuration.

A profile is data alone: `pmill/profiling.py` makes one by running a program that counts, passes
read it from the connections of the graph. It is saved as JSON:

    {"pmill-profile": 1, "packets": 4000,
     "connections": {"c[0]": 3990, "c[1]": 10}, "rules": {"c": [0, 3990, 10]}}

A connection is named by its active end, as in a printed graph: `c[0]` a push output, `[1]s` a pull
input. `rules` are the packets that each rule of an element got. What a profile does not name was
not there when it was made, and nothing is known of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

__all__ = ["Profile", "ProfileError"]

_VERSION: Final = 1
_MAGIC: Final = "pmill-profile"


class ProfileError(Exception):
    """A text is no profile; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How many packets a program handled, how many crossed each connection, and how many each rule
    of an element got that has rules."""

    packets: int
    connections: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    rules: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def text(self) -> str:
        """Write it as JSON: equal profiles are written equally."""
        found = {
            _MAGIC: _VERSION,
            "packets": self.packets,
            "connections": dict(sorted(self.connections.items())),
        }
        lines = (  # a line an element, however many rules it has
            f"    {json.dumps(name)}: {list(hits)}" for name, hits in sorted(self.rules.items())
        )
        rules = ",\n".join(lines)
        rest = f"{{\n{rules}\n  }}" if rules else "{}"
        return f'{json.dumps(found, indent=2)[:-2]},\n  "rules": {rest}\n}}\n'

    @classmethod
    def read(cls, text: str) -> Profile:
        """Read what `text` wrote; raises ProfileError."""
        try:
            found = json.loads(text)
        except ValueError as error:
            raise ProfileError(f"it is no JSON: {error}") from None
        if not isinstance(found, dict) or _MAGIC not in found:
            raise ProfileError("it is no profile that pmill wrote")
        if found[_MAGIC] != _VERSION:
            raise ProfileError(f"its version is {found[_MAGIC]}, not {_VERSION}")
        connections, rules = found.get("connections"), found.get("rules", {})
        if not isinstance(connections, dict):
            raise ProfileError("it has no connections")
        if not isinstance(rules, dict) or not all(isinstance(v, list) for v in rules.values()):
            raise ProfileError("its rules are no lists of numbers")
        return cls(
            packets=_count(found.get("packets")),
            connections=MappingProxyType({k: _count(v) for k, v in connections.items()}),
            rules=MappingProxyType({k: tuple(map(_count, v)) for k, v in rules.items()}),
        )


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ProfileError(f"{json.dumps(value)} is no number of packets")
    return value
