"""A flat configuration that can be changed: elements by name and by class, connections by port."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pmill.syntax import FlatConfig, FlatConnection, FlatElement
from pmill.xform.arguments import arguments_of

# An element and the number of one of its ports.
End = tuple[str, int]
# Where something stands in the configuration: the place of what it replaces, and when it came.
Rank = tuple[int, int]


class Router:
    """Elements and connections, each with the place that it has when all is printed."""

    def __init__(self, flat: FlatConfig) -> None:
        self._flat = flat
        self._elements: dict[str, tuple[FlatElement, Rank]] = {}
        self._by_class: dict[str, dict[str, None]] = {}
        self._outgoing: dict[str, dict[int, dict[End, tuple[FlatConnection, Rank]]]] = {}
        self._incoming: dict[str, dict[int, dict[End, None]]] = {}
        self._arguments: dict[str, tuple[str, ...]] = {}
        for number, element in enumerate(flat.elements):
            self.add_element(element, (number, 0))
        for number, connection in enumerate(flat.connections):
            self.add_connection(connection, (number, 0))

    def __contains__(self, name: str) -> bool:
        return name in self._elements

    def __len__(self) -> int:
        return len(self._elements)

    def __getitem__(self, name: str) -> FlatElement:
        return self._elements[name][0]

    def rank(self, name: str) -> Rank:
        """Return where an element stands."""
        return self._elements[name][1]

    def of_class(self, class_name: str) -> Collection[str]:
        """Return the elements of a class."""
        return self._by_class.get(class_name, {})

    def arguments(self, name: str) -> tuple[str, ...]:
        """Return the arguments of an element."""
        if name not in self._arguments:
            self._arguments[name] = arguments_of(self[name].config)
        return self._arguments[name]

    def targets(self, end: End) -> Iterable[End]:
        """Return where an output leads."""
        return self._outgoing[end[0]].get(end[1], ())

    def sources(self, end: End) -> Iterable[End]:
        """Return what leads to an input."""
        return self._incoming[end[0]].get(end[1], ())

    def outputs(self, name: str) -> Iterable[int]:
        """Return the outputs of an element that are connected."""
        return self._outgoing[name]

    def inputs(self, name: str) -> Iterable[int]:
        """Return the inputs of an element that are connected."""
        return self._incoming[name]

    def add_element(self, element: FlatElement, rank: Rank) -> None:
        """Add an element without connections."""
        self._elements[element.name] = (element, rank)
        self._by_class.setdefault(element.class_name, {})[element.name] = None
        self._outgoing[element.name] = {}
        self._incoming[element.name] = {}

    def add_connection(self, c: FlatConnection, rank: Rank) -> None:
        """Add a connection; one that is there already stays as it is."""
        source, target = (c.source, c.source_port), (c.target, c.target_port)
        self._outgoing[c.source].setdefault(c.source_port, {}).setdefault(target, (c, rank))
        self._incoming[c.target].setdefault(c.target_port, {})[source] = None

    def remove(self, name: str) -> Rank | None:
        """Remove an element and its connections; return where the first of these stood."""
        ranks = []
        for port, targets in self._outgoing.pop(name).items():
            ranks += [rank for _, rank in targets.values()]
            for target, entry in targets:
                if target != name:
                    self._incoming[target][entry].pop((name, port))
        for port, sources in self._incoming.pop(name).items():
            for source, output in sources:
                if source != name:
                    ranks.append(self._outgoing[source][output].pop((name, port))[1])
        element, _ = self._elements.pop(name)
        del self._by_class[element.class_name][name]
        self._arguments.pop(name, None)
        return min(ranks, default=None)

    def flat(self) -> FlatConfig:
        """Return the configuration that has become of it."""
        elements = sorted(self._elements.values(), key=lambda placed: placed[1])
        ports = (port for ports in self._outgoing.values() for port in ports.values())
        placed = (connection for port in ports for connection in port.values())
        connections = sorted(placed, key=lambda placed: placed[1])
        return FlatConfig(
            source=self._flat.source,
            elements=tuple(element for element, _ in elements),
            connections=tuple(connection for connection, _ in connections),
            requirements=self._flat.requirements,
        )
