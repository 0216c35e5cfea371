"""The pipeline graph: flat elements, typed arguments, resolved ports. Immutable.

Passes take a `PipelineGraph` and return another. Only this package imports networkx.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pmill.diagnostics import Span
from pmill.elements.spec import ElementSpec
from pmill.match import Box, Matcher, Rules, Step

if TYPE_CHECKING:
    import networkx

Processing = Literal["push", "pull"]
# How a packet crosses a connection: through a table of pointers ("virtual"), by a direct call
# ("direct"), inlined into the caller's loop body ("inline"), or by a call that is kept out of
# line, either because its target is shared ("outlined") or because it is rarely taken ("cold"); or
# it waits for the rest of its burst before it goes on ("staged").
Call = Literal["virtual", "direct", "inline", "outlined", "cold", "staged"]


# A worker: its number, from 0, or from -1 backwards; or its NUMA node and its number there.
Home = int | tuple[int, int]
# A turn in every round.
TICKETS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerUse:
    """A handler that a configuration writes, `ELEMENT.HANDLER`, and where it says so.

    `certain`: it will be called, so it must exist. A path with a `$` is known only at run time.
    """

    path: str
    span: Span
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Patterns as they were written: `program` has output `n` for the packets of pattern `n`."""

    program: tuple[Step, ...]
    spans: tuple[Span, ...]
    noun: str  # what one of them is called


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The typed value of one argument.

    `cpp` is a constexpr initialiser; `text` is what the start-up parser of runtime/args.hh reads
    when the argument is not embedded; both say the same. `click` is how a configuration writes
    it (None: the argument was not given and has its default). `count` is the number of items of
    a list, None for a scalar. `anno` is the (offset, size) of an annotation argument. `uses` are
    the handlers that the value calls. `unread` are metadata fields that the element declares to
    read, and does not with this value. `element` is the name of the element that the argument
    names; only emission knows its `cpp`. `marked`: written `!value`, it must stay changeable.
    `patterns`: those of which the value is the decision program; `shortened`: it leaves out what is
    known of the packets, so that `click` says more.
    `data`: the value is these bytes, an argument of type Data, or is made of them: they go into the
    program as they are, `text` does not say them, and `cpp` is empty or has `@data` in their place.
    `footprint` is the number of bytes of memory that using the value for one packet may touch any
    of: how large a table is when the program runs. `remark` says to people what was chosen for it.
    `hits` are the packets that each of the rules got when a profile was made; `boxes` are packets
    that are looked for before they are looked up.
    `rules` is what a decision program was made of; `matcher` is what embedding it uses instead of
    the program. `span` is where the configuration gives it.
    """

    cpp: str
    text: str
    click: str | None
    count: int | None = None
    anno: tuple[int, int] | None = None
    uses: tuple[HandlerUse, ...] = ()
    unread: tuple[str, ...] = ()
    element: str | None = None
    patterns: Patterns | None = field(default=None, compare=False, repr=False)
    shortened: bool = False
    data: bytes | None = field(default=None, repr=False)
    footprint: int = 0
    remark: str = ""
    rules: Rules | None = field(default=None, repr=False)
    matcher: Matcher | None = None
    marked: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)
    hits: tuple[int, ...] = field(default=(), repr=False)
    boxes: tuple[Box, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the optimiser is told of every packet that memory gives back.

    That is one that is pulled from an element that kept it, or goes on to one that it waited for.

    The packet has `length` bytes at least; the network header is marked `network` bytes from the
    first one, None: nobody knows where.
    """

    length: int
    network: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element instance.

    `holds`: what it checks is known to be so, and what it marks to be marked: it only counts.
    `told`: what the optimiser cannot see of what it kept, or of what waited before it.
    `frozen`: its arguments are compile-time constants, but for those in `kept`, which must not
    become so: names of members of `Args`, and of handlers of what workers run (`tickets`).
    `home`: the worker that runs it, None: any. `tickets`: how many of its turns make `TICKETS`
    rounds.
    """

    name: str
    spec: ElementSpec
    arguments: Mapping[str, Value]  # by member name, in the order of the spec
    config: str  # the configuration string, canonical
    inputs: tuple[Processing, ...]
    outputs: tuple[Processing, ...]
    span: Span
    frozen: bool = False
    kept: frozenset[str] = frozenset()
    holds: bool = False
    told: Told | None = None
    home: Home | None = None
    tickets: int = TICKETS

    def is_constant(self, argument: str) -> bool:
        """Whether an argument, by its member, is known when compiling."""
        return self.frozen and argument not in self.kept

    @property
    def runs(self) -> bool:
        """Whether the worker's loop runs it."""
        return self.drives or (self.spec.source and "pull" not in self.outputs)

    @property
    def drives(self) -> bool:
        """Whether it pulls and is not pulled from: the worker's loop runs it."""
        return "pull" in self.inputs and "pull" not in self.outputs

    @property
    def stores(self) -> bool:
        """Whether packets are pushed to it and pulled from it, as with a Queue."""
        return "push" in self.inputs and "pull" in self.outputs

    @property
    def references(self) -> tuple[str, ...]:
        """The elements that its arguments name."""
        return tuple(v.element for v in self.arguments.values() if v.element is not None)

    @property
    def label(self) -> str:
        """`name :: Class`, as messages and comments write it."""
        return f"{self.name} :: {self.spec.name}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Port:
    """A port of an element: its name and the port's number from 0."""

    element: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A packet path from an output to an input.

    `packets`: how many crossed it when a profile was made; None: there is no profile.
    """

    source: Port
    target: Port
    span: Span
    call: Call = "virtual"
    packets: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where metadata lies in a packet: `size` bytes `at` so many from its area's beginning.

    `first` is the number of the first field's bit, which of an annotation is its offset in Click's
    area; a place holds the annotations of `size` bytes there, or one field outside of the area.
    """

    first: int
    size: int
    at: int


@dataclass(frozen=True, kw_only=True)
class PipelineGraph:
    """A whole router. Elements keep the order of the configuration.

    `live` is the set of metadata fields that the packet carries; None means all of them, in
    Click's 48-byte area. `layout` says where they lie; None: in Click's order.
    """

    elements: Mapping[str, Element]
    connections: tuple[Connection, ...]
    source_name: str
    text: str = field(default="", compare=False, repr=False)  # of the configuration
    requirements: tuple[str, ...] = ()
    files: tuple[str, ...] = field(default=(), compare=False)  # that arguments name, and were read
    live: frozenset[str] | None = None
    layout: tuple[Place, ...] | None = None

    @cached_property
    def nx(self) -> networkx.MultiDiGraph[str]:
        """The graph in networkx; edge attribute `connection` holds the `Connection`."""
        import networkx  # takes long to load, and compiling needs none of it

        g: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        g.add_nodes_from(self.elements)
        for c in self.connections:
            g.add_edge(c.source.element, c.target.element, connection=c)
        return g

    @cached_property
    def _outgoing(self) -> Mapping[str, tuple[Connection, ...]]:
        found: dict[str, list[Connection]] = {name: [] for name in self.elements}
        for c in self.connections:
            found[c.source.element].append(c)
        return {n: tuple(sorted(cs, key=lambda c: (c.source, c.target))) for n, cs in found.items()}

    @cached_property
    def _incoming(self) -> Mapping[str, tuple[Connection, ...]]:
        found: dict[str, list[Connection]] = {name: [] for name in self.elements}
        for c in self.connections:
            found[c.target.element].append(c)
        return {n: tuple(sorted(cs, key=lambda c: (c.target, c.source))) for n, cs in found.items()}

    def outgoing(self, element: str) -> tuple[Connection, ...]:
        """Return the connections that leave an element, by port."""
        return self._outgoing[element]

    def incoming(self, element: str) -> tuple[Connection, ...]:
        """Return the connections that enter an element, by port."""
        return self._incoming[element]

    def is_push(self, connection: Connection) -> bool:
        """Whether packets are pushed through a connection, not pulled."""
        source = connection.source
        return self.elements[source.element].outputs[source.number] == "push"

    @property
    def back_edges(self) -> frozenset[tuple[Port, Port]]:
        """Push connections that close a cycle, found depth first from what the workers run.

        The choice depends only on the configuration's order and on what packets can reach, so
        that it is the same at every optimisation level.
        """
        return self._walk[0]

    @property
    def postorder(self) -> tuple[str, ...]:
        """All elements, each behind those it pushes to, but for back edges."""
        return self._walk[1]

    @cached_property
    def _walk(self) -> tuple[frozenset[tuple[Port, Port]], tuple[str, ...]]:
        """Walk depth first from the sources; return the back edges and the postorder."""
        state: dict[str, int] = {}
        order: list[str] = []
        back: set[tuple[Port, Port]] = set()
        runs = [n for n, e in self.elements.items() if e.spec.source or e.drives]
        starts = runs + list(self.elements)
        pushes = {n: [c for c in self._outgoing[n] if self.is_push(c)] for n in self.elements}
        for start in starts:
            if start in state:
                continue
            state[start] = 1
            stack = [(start, iter(pushes[start]))]
            while stack:
                name, edges = stack[-1]
                for c in edges:
                    target = c.target.element
                    if state.get(target) == 1:
                        back.add((c.source, c.target))
                    elif target not in state:
                        state[target] = 1
                        stack.append((target, iter(pushes[target])))
                        break
                else:
                    state[name] = 2
                    order.append(name)
                    stack.pop()
        return frozenset(back), tuple(order)

    def with_elements(self, elements: Iterable[Element]) -> PipelineGraph:
        """Return this graph with the given elements; connections between others are dropped."""
        kept = {e.name: e for e in elements}
        edges = tuple(
            c for c in self.connections if c.source.element in kept and c.target.element in kept
        )
        return replace(self, elements=kept, connections=edges)

    def with_connections(self, connections: Iterable[Connection]) -> PipelineGraph:
        """Return this graph with the given connections."""
        return replace(self, connections=tuple(connections))
