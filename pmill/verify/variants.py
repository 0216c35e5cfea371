"""Which sets of passes are compared: none, all, one alone, all but one.

    passes a, b (requires a), c
    ->  off {}; on {a, b, c}; only a {a}, only b {a, b}, only c {c};
        without a {c}, without b {a, c}, without c {a, b}

A pass without what it requires does nothing, so it is alone together with that, and gone with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pmill.driver import LLVM_PASSES
from pmill.options import CompileOptions
from pmill.passes import DEFAULT, Pass

Passes = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A set of passes, and what it is called: "all passes", "only fuse_regions", …"""

    label: str
    passes: Passes


@dataclass(frozen=True, kw_only=True)
class PassList:
    """The passes that options allow, in their order; LLVM's are behind those over the graph."""

    options: CompileOptions
    pipeline: tuple[Pass, ...] | None  # None: the default

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all of them."""
        return tuple(self._requires)

    @cached_property
    def all(self) -> Passes:
        """All of them."""
        return frozenset(self.names)

    @cached_property
    def _requires(self) -> Mapping[str, Passes]:
        """What each requires, directly or not, without those that can never run."""
        found: dict[str, Passes] = {}
        chosen: Sequence[Pass] = DEFAULT if self.pipeline is None else self.pipeline
        for p in chosen:
            if p.level <= self.options.level and p.name not in self.options.disabled:
                needed = [found[name] | {name} for name in p.requires if name in found]
                if len(needed) == len(p.requires):
                    found[p.name] = frozenset().union(*needed)
        if self.options.level >= 3:
            found |= {n: frozenset() for n in LLVM_PASSES if n not in self.options.disabled}
        return found

    def with_required(self, name: str) -> Passes:
        """Return a pass and all that it requires."""
        return self._requires[name] | {name}

    def closed(self, passes: Passes) -> Passes:
        """Leave out those that lack what they require."""
        return frozenset(n for n in passes if self._requires[n] <= passes)

    def variants(self, *, each: bool) -> tuple[Variant, ...]:
        """Return what is compared with the program without passes; `each`: pass by pass, too."""
        found = [Variant(label="all passes", passes=self.all)]
        if each:
            for name in self.names:
                found.append(Variant(label=f"only {name}", passes=self.with_required(name)))
            for name in self.names:
                rest = self.closed(self.all - {name})
                found.append(Variant(label=f"without {name}", passes=rest))
        return tuple(found)

    def options_of(self, passes: Passes) -> CompileOptions:
        """Return the options that run exactly these passes, written as a user would.

        What per-packet code must not do, it may do where a pass is left out.
        """
        if passes == self.all:
            return self.options
        if not passes:
            return replace(self.options, level=0, disabled=frozenset())
        disabled = self.options.disabled | (self.all - passes)
        return replace(self.options, disabled=disabled, contracts=False)
