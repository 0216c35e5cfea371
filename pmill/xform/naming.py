"""Names for what a replacement brings along.

It is named as if it were an instance `X@N` of a compound, in the innermost compound that holds all
it replaces: so what its arguments name is found from there. An instance of one element is that
element: `lan/Combo@1`; of several, they are in it: `lan/Combo@1/check`. An element that has the
same name in `X` and in `X_Replacement` keeps the name of the element it replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pmill.xform.patterns import Pattern


class Names:
    """The names of elements and compounds that were ever taken."""

    def __init__(self, elements: Iterable[str]) -> None:
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}
        for name in elements:
            while name and name not in self._taken:  # the compounds around it are names, too
                self._taken.add(name)
                name = name.rpartition("/")[0]

    def choose(
        self, pattern: Pattern, replaced: Sequence[str], kept: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the full name of every element of a replacement; `kept` are given by name."""
        inner = [e.name for e in pattern.replacement.elements]
        fresh = [name for name in inner if name not in kept]
        instance = self._instance(_around(replaced) + pattern.name) if fresh else ""
        alone = len(inner) == 1
        return {
            name: kept.get(name) or (instance if alone else f"{instance}/{name}") for name in inner
        }

    def _instance(self, base: str) -> str:
        """Return `base@N` with the first N that was never taken."""
        number = self._last.get(base, 0) + 1
        while f"{base}@{number}" in self._taken:
            number += 1
        self._last[base] = number
        self._taken.add(f"{base}@{number}")
        return f"{base}@{number}"


def _around(names: Sequence[str]) -> str:
    """Return the innermost compound that holds all these elements: "" or "a/b/"."""
    scopes = [name.split("/")[:-1] for name in names]
    depth = 0
    while all(len(s) > depth and s[depth] == scopes[0][depth] for s in scopes):
        depth += 1
    return "".join(f"{part}/" for part in scopes[0][:depth])
