"""Puts replacements in the place of what looks like patterns, until nothing does.

Each pattern is applied as often as it can be before the next; whatever a replacement touches is
looked at again, by all patterns. The work grows with the elements of a pattern's rarest class and
with the number of replacements, not with the whole configuration for each of them.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pmill.diagnostics import Span, fail
from pmill.syntax import FlatConfig
from pmill.syntax.body import Border, Link, Node
from pmill.syntax.splice import splice
from pmill.syntax.variables import expand, global_scope
from pmill.xform.matching import Match, find
from pmill.xform.naming import Names
from pmill.xform.patterns import Pattern
from pmill.xform.router import Router

MAX_REPLACEMENTS = 50_000
MAX_ELEMENTS = 50_000  # as many as a configuration may have
MAX_DEPTH = 100  # of replacements in replacements


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """What has become of a configuration, and how often each pattern was applied, by its name."""

    flat: FlatConfig
    counts: Mapping[str, int]


def rewrite(flat: FlatConfig, patterns: Sequence[Pattern]) -> Rewritten:
    """Replace all that looks like a pattern; PM0613 when that has no end."""
    run = _Rewriting(flat, patterns)
    run.run()
    return Rewritten(flat=run.router.flat(), counts=run.counts)


class _Rewriting:
    def __init__(self, flat: FlatConfig, patterns: Sequence[Pattern]) -> None:
        self.router = Router(flat)
        self.names = Names(e.name for e in flat.elements)
        self.patterns = patterns
        self.counts = {pattern.name: 0 for pattern in patterns}
        self.replacements = 0
        self.numbers = itertools.count(1)  # of what is new, in its order
        # Elements with which a piece may begin, that have not been tried, for each pattern.
        self.pending = [deque(_rarest(self.router, pattern)) for pattern in patterns]

    def run(self) -> None:
        """Apply the patterns in order, and again, until there is nothing left to try."""
        while any(self.pending):
            for pattern, pending in zip(self.patterns, self.pending, strict=True):
                while pending:
                    name = pending.popleft()
                    match = self._find(pattern, name) if name in self.router else None
                    if match is not None:
                        self._replace(pattern, match)

    def _find(self, pattern: Pattern, name: str) -> Match | None:
        for role in pattern.roles.get(self.router[name].class_name, ()):
            match = find(self.router, pattern, role, name)
            if match is not None:
                return match
        return None

    def _replace(self, pattern: Pattern, match: Match) -> None:
        self.counts[pattern.name] += 1
        self.replacements += 1
        large = len(self.router) + len(pattern.replacement.elements) > MAX_ELEMENTS
        deep = match.elements[0].count("@") > MAX_DEPTH
        if large or deep or self.replacements > MAX_REPLACEMENTS:
            raise fail(
                "PM0613",
                f"pattern '{pattern.name}' is found again and again: {self.replacements} times, "
                f"in {len(self.router)} elements",
                pattern.replacement.span,
                hint="a replacement must not contain, nor lead back to, what is looked for",
            )
        touched = [*self._exchange(pattern, match), *_neighbours(match)]
        for other, pending in zip(self.patterns, self.pending, strict=True):
            pending += (n for n in touched if self.router[n].class_name in other.roles)

    def _exchange(self, pattern: Pattern, match: Match) -> list[str]:
        """Put the replacement in the place of a piece; return the new elements."""
        rank = min(self.router.rank(name) for name in match.elements)
        place = self.router[min(match.elements, key=self.router.rank)].span
        kept = {
            element.name: name
            for element, name in zip(pattern.elements, match.elements, strict=True)
            if element.name
        }
        removed = [self.router.remove(name) for name in match.elements]
        first = min((r for r in removed if r is not None), default=rank)
        new = self.names.choose(pattern, match.elements, kept)
        scope = global_scope(match.captures)
        for element in pattern.replacement.elements:
            config = expand(element.config, scope)
            element = replace(element, name=new[element.name], config=config, span=place)
            self.router.add_element(element, (rank[0], next(self.numbers)))
        for connection in splice(self._links(pattern, match, new)):
            self.router.add_connection(connection, (first[0], next(self.numbers)))
        return list(new.values())

    def _links(self, pattern: Pattern, match: Match, new: Mapping[str, str]) -> Iterable[Link]:
        """Yield the connections of a replacement with all around it, which meet at its border."""
        border = Border(entry=Node(), exit=Node())
        inside = {"input": border.entry, "output": border.exit}
        inside |= {inner: Node(name) for inner, name in new.items()}
        for port, sources in match.sources.items():
            for source in sources:
                if isinstance(source, tuple):  # what comes back is one of the targets below
                    span = self.router[source[0]].span
                    yield _link((Node(source[0]), source[1]), (border.entry, port), span)
        for c in pattern.replacement.connections:
            begin, end = (inside[c.source], c.source_port), (inside[c.target], c.target_port)
            yield _link(begin, end, c.span)
        for port, targets in match.targets.items():
            for target in targets:
                if isinstance(target, tuple):
                    span = self.router[target[0]].span
                    yield _link((border.exit, port), (Node(target[0]), target[1]), span)
                else:
                    span = pattern.replacement.span
                    yield _link((border.exit, port), (border.entry, target), span)


def _link(source: tuple[Node, int], target: tuple[Node, int], span: Span) -> Link:
    return Link(
        source=source[0],
        source_port=source[1],
        target=target[0],
        target_port=target[1],
        source_span=span,
        target_span=span,
    )


def _rarest(router: Router, pattern: Pattern) -> Iterable[str]:
    """Return the elements of that class of a pattern of which there are the fewest."""
    return min((router.of_class(name) for name in pattern.roles), key=len)


def _neighbours(match: Match) -> Iterable[str]:
    """Return the elements around a piece."""
    around = itertools.chain(*match.sources.values(), *match.targets.values())
    return dict.fromkeys(end[0] for end in around if isinstance(end, tuple))
