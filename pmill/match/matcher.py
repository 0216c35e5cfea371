"""Which way rules are matched, and what it is made of.

    program     straight code, a compare and a branch a step: the time grows with the rules
    vectors     tables that many rules are looked up in at once (vectors.py, joins.py, tables.py)

The costs are those of a packet, in steps of a program. A packet that matches one of the rules goes
through half of them, so a program costs half of its steps; a table costs about as much as `_TABLE`
steps, whatever the number of rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pmill.match.tables import Tables, tables
from pmill.match.vectors import Rule, bit_vectors

__all__ = ["MATCHERS", "Choice", "Matcher", "Rules", "choose", "matcher"]

MATCHERS: Final = ("vectors",)
_TABLE: Final = 2.0
_LEAST_STEPS: Final = 40  # tables also take room in the caches, which counts for more with few

Rules = tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """A way to match rules: a C++ object and its data. `about` tells its sizes to people."""

    kind: str
    tables: Tables
    about: str

    @property
    def cost(self) -> float:
        """What a packet costs, in steps of a program."""
        return _TABLE * self.tables.cost

    @property
    def cpp_type(self) -> str:
        """The type of the C++ object."""
        return self.tables.cpp_type()

    @property
    def data(self) -> bytes:
        """The data that it uses."""
        return self.tables.data

    def cpp(self, data: str) -> str:
        """Return the initialiser of the C++ object, whose data is the expression `data`."""
        return self.tables.cpp(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The matcher to use, None for a program of steps, and why."""

    matcher: Matcher | None
    why: str


@lru_cache(maxsize=64)
def matcher(kind: str, rules: Rules) -> Matcher | None:
    """Return rules in another form than a program; None when they cannot have it."""
    assert kind in MATCHERS
    found = bit_vectors(rules)
    if found is None or not any(c.dimension.size for c in found.classes):
        return None
    made = tables(found)
    rows = len(found.priorities)
    return Matcher(
        kind=kind,
        tables=made,
        about=f"{len(rules)} rules as {rows} bits, {len(found.classes)} fields, "
        f"{_size(len(made.data))}",
    )


def choose(rules: Rules, steps: int) -> Choice:
    """Choose how to match rules that have a program of so many steps."""
    if steps < _LEAST_STEPS:
        return Choice(matcher=None, why=f"a program of {steps} steps is fast enough")
    found = matcher("vectors", rules)
    if found is None:
        return Choice(matcher=None, why="what the rules ask for is no small product of sets")
    if steps / 2 <= found.cost:
        why = f"a program of {steps} steps costs less than {found.tables.cost} tables"
        return Choice(matcher=None, why=why)
    return Choice(matcher=found, why=f"{found.tables.cost} tables cost less than {steps} steps")


def _size(size: int) -> str:
    return f"{size / 1024:.0f} KiB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MiB"
