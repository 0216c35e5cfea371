"""What pmill knows of an element class: the Python twin of runtime/include/pmill/spec.hh.

An `ElementSpec` is read from the head of an element header (`reader.py`) and is, beside
`diagnostics`, the only vocabulary that all stages share.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from pmill.diagnostics import Span

CounterKind = Literal["read", "drop"]
# What an argument says about packets, so that elements behind know it:
# strips, unstrips  so many bytes are taken off the front, or put back there
# header            where the header begins that the element marks or checks
# verifies          whether the header's checksum is right, too
# refuses           headers that are not let out on output 0 though they are sound
# into              the value that the annotation `into` names has from here on
# equals            the value that it has on output 0, and on no other
# chooses           the output that a packet takes: the number itself, or in the annotation it names
# decides           the output that a packet takes: the program's
Fact = Literal[
    "strips", "unstrips", "header", "verifies", "refuses", "into", "equals", "chooses", "decides"
]
# What a State of which every worker has one is to several workers: spec.hh says it.
WorkersWord = Literal["", "any", "each", "flow", "one"]
ELEMENT_REFERENCE = re.compile(r"ElementRef<(\w+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgSpec:
    """One member of an element's `Args`: an argument as the configuration writes it.

    `keyword` is the member's name in capitals. A member without initialiser is mandatory, and
    mandatory members are positional; `@positional` makes one with a default positional too, in
    the order of the members. `@rest` takes all remaining positional arguments as a list.
    """

    name: str
    type: str  # the C++ type as written: "bool", "std::uint8_t", "IPAddress", "List<IPPrefix>" …
    default: str | None  # the C++ initialiser as written, without '=' or braces kept as they are
    doc: str
    span: Span
    positional: bool = False
    rest: bool = False
    bare: bool = False  # IPPrefix: an address without a length is a /32
    lowering: str | None = None  # name of the Python lowering that turns texts into the value
    reads: bool = False  # an Anno argument: the bytes it names are read
    writes: bool = False  # an Anno argument: the bytes it names are written
    sets: str | None = None  # a bool argument: when true, this metadata field is written
    reads_for: tuple[tuple[str, str], ...] = ()  # (value, field): read only with this value
    pull: bool = False  # meaningless unless an input is pull
    aliases: tuple[str, ...] = ()  # other keywords for the same argument
    handler: tuple[str, bool] | None = None  # (name, writable): shown while the program runs
    ranges: tuple[int, int] | None = None  # inclusive bounds, from `@range 0 4095`
    footprint: int = 0  # each unit of the value is so many bytes that a packet may touch any of
    before: bool = False  # without it, the element of its class through which all packets come last
    sized: bool = False  # it holds as much as the named element, and a packet may touch any of it
    named_by: str | None = None  # an argument whose name, of AddressInfo, may be this one's, too
    by_dialect: tuple[tuple[str, str], ...] = ()  # `@default click true`: defaults that differ
    fact: Fact | None = None  # what it says about packets
    into: str | None = None  # of the facts `into` and `equals`: the Anno argument

    @property
    def keyword(self) -> str:
        """The word a configuration writes before the value."""
        return self.name.upper()

    @property
    def element_class(self) -> str | None:
        """The class of the element that the argument names; None when it is a value."""
        named = ELEMENT_REFERENCE.fullmatch(self.type)
        return named[1] if named else None

    @property
    def mandatory(self) -> bool:
        """Whether a configuration must give the argument."""
        return self.default is None and not self.rest


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterSpec:
    """A counter of an element's `State` that is shown to the user.

    `drop` counters say why packets ended here: `output` is the output that takes such packets
    when it is connected (`@drop(1)`), None when they are always dropped.
    """

    name: str
    member: str
    kind: CounterKind
    doc: str
    span: Span
    output: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerSpec:
    """A handler that is a function of the element: `read_MEMBER`, `write_MEMBER`.

    `keeps` names the argument that writing changes; where that is a constant, it cannot.
    """

    name: str
    member: str
    reads: bool
    writes: bool
    doc: str
    span: Span
    keeps: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumSpec:
    """An enumeration of a header's head: the words an argument of that type may be."""

    name: str
    values: tuple[str, ...]


# How messages call the directory of pmill's own elements, in a checkout and in a wheel alike.
OWN_ELEMENTS: Final = "runtime/elements"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementSpec:
    """One element class.

    `ports`, `processing` and `flow` are Click's codes ("1/1-2", "a/ah", "x/x"). `reads` and
    `writes` name fields of runtime/include/pmill/meta.hh, `expects` those that it reads in vain
    where nothing before has set them, and `renews` those that no packet the element emits has from
    one it took. `cold` lists the outputs that packets rarely take. `resizes`: the element moves the
    packet's data or changes its length. `shared`: all workers use one state. `source`: the header
    has `poll`. `everywhere`: every worker runs it, for queues that it alone has. `single`: a
    configuration has at most one. `stateful`: its State has more than counters that are shown;
    `workers` says what that is to several workers, and `workers_doc` in a sentence. `clones`: every
    packet leaves on all outputs. `keeps`: packets may stay in its state; `fills`: it has room for
    so many, and for no more; `yields`: it makes none while all such elements behind it are full.
    `prepares`: it has `prepare`, the first step of a lookup in two; `foresees`: it has `foresee`,
    which guesses what that would ask for. `shares` are the words of what
    its packets make it use and others use, too: `stderr`, `random`, `target`.
    `passes`: it emits what it took, changed only as `writes`, `edits` (names of `part::`), `puts`
    (bytes in front) and facts of arguments say; `through`: all of it, on output 0; `marks` and
    `checks` tell what is known of the header there.
    """

    name: str
    header: str  # include path below an element directory, "ip/decipttl.hh"
    group: str
    summary: str
    description: str
    examples: tuple[str, ...]
    span: Span
    ports: str = "1/1"
    processing: str = "a/a"
    flow: str = "x/x"
    reads: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    renews: tuple[str, ...] = ()
    cold: tuple[int, ...] = ()
    resizes: bool = False
    shared: bool = False
    source: bool = False
    everywhere: bool = False
    single: bool = False
    stateful: bool = False
    workers: WorkersWord = ""
    workers_doc: str = ""
    clones: bool = False
    keeps: bool = False
    fills: bool = False
    yields: bool = False
    prepares: bool = False
    foresees: bool = False
    shares: tuple[str, ...] = ()
    passes: bool = False
    through: bool = False
    edits: tuple[str, ...] = ()
    puts: int = 0
    marks: bool = False
    checks: bool = False
    arguments: tuple[ArgSpec, ...] = ()
    counters: tuple[CounterSpec, ...] = ()
    handlers: tuple[HandlerSpec, ...] = ()
    enums: tuple[EnumSpec, ...] = ()
    aliases: tuple[str, ...] = ()  # other class names that mean this element
    needs: tuple[str, ...] = ()  # parts of the runtime: `runtime/src/NAME.cc`

    @property
    def own(self) -> bool:
        """Whether it is one of pmill's elements, not of a user's directory."""
        return self.span.source.name.startswith(f"{OWN_ELEMENTS}/")

    def argument(self, keyword: str) -> ArgSpec | None:
        """Return the argument that `keyword` names, or None."""
        for arg in self.arguments:
            if keyword == arg.keyword or keyword in arg.aliases:
                return arg
        return None
