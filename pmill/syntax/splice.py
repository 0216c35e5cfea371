"""Joins the connections that meet at the border of a compound, until only elements are left."""

from __future__ import annotations

from collections.abc import Iterable

from pmill.syntax.body import Link, Node
from pmill.syntax.flat import FlatConnection
from pmill.syntax.places import cover


def splice(links: Iterable[Link]) -> tuple[FlatConnection, ...]:
    """Return the connections between elements, in the order of the links that begin them.

    A packet that enters a compound leaves by every path inside; a path that only runs through
    borders and never reaches an element is no connection. Of equal connections the first stays.
    """
    links = list(links)
    onward: dict[tuple[Node, int], list[Link]] = {}
    for link in links:
        if link.source.element is None:
            onward.setdefault((link.source, link.source_port), []).append(link)
    found: dict[tuple[str, int, str, int], FlatConnection] = {}
    for link in links:
        if link.source.element is None:
            continue
        for target, port, context in _ends(link, onward):
            connection = FlatConnection(
                source=link.source.element,
                source_port=link.source_port,
                target=target,
                target_port=port,
                span=cover(link.source_span, link.target_span),
                context=context,
            )
            key = (connection.source, connection.source_port, target, port)
            found.setdefault(key, connection)
    return tuple(found.values())


def _ends(
    link: Link, onward: dict[tuple[Node, int], list[Link]]
) -> list[tuple[str, int, str | None]]:
    """Return the elements and ports a link reaches, through any number of borders.

    The third is the flow context that the last context arrow on the way enters.
    """
    ends: list[tuple[str, int, str | None]] = []
    seen: set[tuple[Node, int]] = set()
    stack = [(link.target, link.target_port, link.context)]
    while stack:
        node, port, context = stack.pop()
        if node.element is not None:
            ends.append((node.element, port, context))
        elif (node, port) not in seen:
            seen.add((node, port))
            following = onward.get((node, port), ())
            stack += [
                (x.target, x.target_port, context if x.context is None else x.context)
                for x in reversed(following)
            ]
    return ends
