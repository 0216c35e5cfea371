"""Everything a template may see: plain values, every decision made."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentPlan:
    """One member of an instance's Args: `cpp` is a constexpr initialiser, `text` a start-up one.

    `text` is None when `cpp` is assigned at start-up, too. `constant`: it is known when compiling.
    """

    name: str
    type: str
    cpp: str
    text: str | None
    constant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HopPlan:
    """What is behind a port: `type` is the C++ hop, `comment` names the element for people."""

    port: int
    type: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstancePlan:
    """One element instance. `location` is `file:line` of its place in the configuration.

    `frozen`: nothing of it can be changed; `mixed`: some arguments can, and others are constants.
    `told` is what is known of what memory gives back, in C++. `holds`: it need not check what it
    checks. `receives`: its inputs to which packets are pushed, as `ident` or `ident, 1`.
    `live_bits`: the fields of a packet that it reads, or an element behind it; `born_bits`: those
    that share their place with others and begin to matter here. `rare`: no usual packet gets there.
    `follows`: packets come straight from the element that it names. `foresees` are the lookups that
    guess what its frames will ask them for; one for somebody has the number `foreseen`.
    `straight` is the element that gets all that it receives, which `ends_straight`.
    `usual` is the output that most packets take.
    `sources`: what its inputs pull from, empty when it does not pull. `connected` has a bit for
    each of the first 64 outputs that lead anywhere. `ahead` are the instances it minds when they
    are full. `schedule` is its Schedule in C++, empty for the usual one. `decisions` is the number
    of steps of its program in which packets are counted, 0 where none are. `config` is its
    configuration string, `ins` and `outs` have a letter a port: h push, l pull, in capitals where
    the class would do either.
    """

    ident: str
    name: str
    class_name: str
    location: str
    frozen: bool
    holds: bool
    told: str
    mixed: bool
    arguments: tuple[ArgumentPlan, ...]
    receives: tuple[str, ...]
    live_bits: int
    live_names: tuple[str, ...]
    born_bits: int
    born_names: str
    rare: bool
    follows: bool
    foreseen: int | None
    foresees: tuple[str, ...]
    straight: str
    ends_straight: bool
    usual: int | None
    hops: tuple[HopPlan, ...]
    sources: tuple[HopPlan, ...]
    connected: int
    ahead: tuple[str, ...]
    schedule: str
    decisions: int
    config: str
    ins: str
    outs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterPlan:
    """One counter of an element class. `output` is -1 when the packets it counts end here."""

    member: str
    name: str
    doc: str
    kind: str
    output: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlan:
    """An argument that has a handler: `shown` is its name there, `range` a C++ argument."""

    name: str
    shown: str
    writable: bool
    range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerPlan:
    """A handler that is the functions `read_MEMBER` and `write_MEMBER`.

    `keeps`: writing changes an argument.
    """

    name: str
    member: str
    reads: bool
    writes: bool
    keeps: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPlan:
    """One element class that the program uses."""

    name: str
    header: str
    counters: tuple[CounterPlan, ...]
    arguments: tuple[ShownPlan, ...]
    handlers: tuple[HandlerPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePlan:
    """Where metadata lies: `size` bytes of which `first` is the first field's bit; `name` tells."""

    first: int
    size: int
    at: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutPlan:
    """The packet's shape: field sets as bits, whether extents change, where packet objects live.

    `places` say where metadata lies in its area, whose last one ends at `area_bytes`.
    """

    live_bits: int
    live_names: tuple[str, ...]
    places: tuple[PlacePlan, ...]
    area_bytes: int
    read_bits: int
    written_bits: int
    resizes: bool
    in_memory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """Bytes that are linked to the program as an object of their own, under `symbol`."""

    symbol: str
    size: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlonePlan:
    """An instance that serves one worker, and those whose packets come there; `why` is for people.

    Instances are given by their numbers; of those whose packets come there, with whether they pull
    them.
    """

    instance: int
    tasks: tuple[tuple[int, bool], ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmitPlan:
    """One program.

    `halves`: it can be compiled as two objects, see the template. `references`: elements name each
    other in arguments. `text` is the configuration in lines, `links` its connections: numbers of
    instances and ports. `requirements` has a line for each. `parts` are those of the runtime that
    not every program has. `on_the_way` has all instances in the order in which packets meet them.
    `foreseen` is the number of lookups that guess at frames.
    `stages` are the hops by which packets go on that waited for their burst, for every stage behind
    the first. `alone` are the instances that serve one worker. `data` are tables that are no text.
    `counted`: the program counts the packets on every connection. `library` are the ports of
    what is no program, but called by an application.
    """

    version: str
    source: str
    layout: LayoutPlan
    virtual_calls: bool
    halves: bool
    references: bool
    classes: tuple[ClassPlan, ...]
    instances: tuple[InstancePlan, ...]
    on_the_way: tuple[str, ...]
    links: tuple[tuple[int, int, int, int], ...]
    text: tuple[str, ...]
    requirements: str
    parts: tuple[str, ...]
    stages: tuple[tuple[str, ...], ...]
    foreseen: int
    alone: tuple[AlonePlan, ...]
    data: tuple[DataPlan, ...]
    counted: bool
    library: tuple[str, ...] | None
