"""Prints a flat configuration as Click's tools do: declarations, then chains of connections.

require(compact_config);

a :: InfiniteSource(LIMIT 3);
t :: Tee;

a -> t;
t [1] -> [2] q
    -> Discard@5;
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pmill.syntax.flat import FlatConfig, FlatConnection

_End = tuple[str, int]
_Ends = tuple[_End, _End]


def flat_text(flat: FlatConfig) -> str:
    """Return the configuration; it reads back as the same elements and connections."""
    sections = [_requirements(flat), _declarations(flat), _connections(flat.connections)]
    return "\n".join(section for section in sections if section)


def declarations_text(flat: FlatConfig) -> str:
    """Return the declarations alone."""
    return _declarations(flat)


def _requirements(flat: FlatConfig) -> str:
    return f"require({', '.join(flat.requirements)});\n" if flat.requirements else ""


def _declarations(flat: FlatConfig) -> str:
    configs = ((e, f"({e.config.text})" if e.config.text else "") for e in flat.elements)
    return "".join(f"{e.name} :: {e.class_name}{config};\n" for e, config in configs)


def _connections(connections: Sequence[FlatConnection]) -> str:
    """Join connections to chains; one begins where no other leads to its output 0."""
    unique = list(dict.fromkeys(_ends(c) for c in connections))
    continued = {target for _, (target, _) in unique}
    heads = [c for c in unique if c[0][1] != 0 or c[0][0] not in continued]
    behind: dict[_End, list[_Ends]] = {}
    for c in unique:
        behind.setdefault(c[0], []).append(c)
    arrows = {_ends(c): f"~{c.context}>" for c in connections if c.context is not None}
    lines = []
    for head in [*heads, *unique]:
        if head in behind[head[0]]:
            lines.append(_chain(list(_followed(head, behind)), arrows))
    return "".join(f"{line};\n" for line in lines)


def _ends(c: FlatConnection) -> _Ends:
    return (c.source, c.source_port), (c.target, c.target_port)


def _followed(head: _Ends, behind: dict[_End, list[_Ends]]) -> Iterator[_Ends]:
    """Yield a chain of connections, and take them out of those that are left, by their source."""
    following: _Ends | None = head
    while following is not None:
        behind[following[0]].remove(following)
        yield following
        target, _ = following[1]
        following = next(iter(behind.get((target, 0), ())), None)


def _chain(connections: Sequence[_Ends], arrows: Mapping[_Ends, str]) -> str:
    source, port = connections[0][0]
    text = source + (f" [{port}]" if port else "")
    for number, ends in enumerate(connections):
        target, port = ends[1]
        arrow = arrows.get(ends, "->")
        text += f"\n    {arrow} " if number else f" {arrow} "
        text += (f"[{port}] " if port else "") + target
    return text
