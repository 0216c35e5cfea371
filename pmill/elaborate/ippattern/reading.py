"""Primitives become tests: what they leave out is found, and what does not fit is refused.

A primitive that names no field takes it from its value, or from the primitive before it:

    src port 80 or 81              81 is a source port, too
    10.0.0.1 or tcp or www         a host, a protocol and a port

Errors: PM0463 words that do not go together, PM0464 a name that means nothing or several things,
PM0465 a number out of range, PM0466 a relation that the field does not have. Warning PM0467: a
comparison that has the same answer for every packet that has the field.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pmill.diagnostics import Span
from pmill.elaborate.ippattern import nodes
from pmill.elaborate.ippattern.fields import ECN, ENDS, FIELDS, FRAGMENT, Field, bytes_field
from pmill.elaborate.ippattern.names import PROTOCOLS
from pmill.elaborate.ippattern.values import Refused, Values
from pmill.elaborate.lowerings import LoweringContext
from pmill.syntax.flat import ConfigText

__all__ = ["Reader", "Test"]

_WITH_PORTS = ("tcp", "udp")
_ONLY_EQUAL = {"net": "a network", "ether": "an Ethernet address", "opt": "a TCP flag"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """Does `relation` hold between the bits of `mask` in a field and `value`?

    Of a source and a destination, `every` one or any. `protocols` are those of which the packet
    must have one; none where all will do.
    """

    fields: tuple[Field, ...]
    relation: str = "=="
    mask: int
    value: int
    every: bool = False
    protocols: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a primitive says of what it compares; the next may leave it out."""

    kind: str | None  # a key of FIELDS or ENDS, "bytes", or None: nothing that can be compared
    direction: nodes.Direction | None = None
    protocol: str | None = None
    field: Field | None = None  # of "bytes"
    broken: bool = False  # after an error: nothing that follows from this is worth another one


class Reader:
    """Reads the primitives of one pattern, in their order."""

    def __init__(self, item: ConfigText, ctx: LoweringContext) -> None:
        self._item = item
        self._ctx = ctx
        self._values = Values(item, ctx)
        self._before = _Said(kind=None)

    def read(self, primitive: nodes.Primitive) -> Test | None:
        """Return the test that a primitive is, None after an error."""
        try:
            match primitive:
                case nodes.Protocol():
                    self._before, test = _Said(kind="proto"), self._protocol(primitive)
                case nodes.Flag():
                    self._before, test = _Said(kind=None), self._flag(primitive)
                case nodes.Comparison():
                    self._before = self._said(primitive)
                    test = self._comparison(primitive, self._before)
        except Refused:
            self._before = _Said(kind=None, broken=True)
            return None
        return test

    # --- each kind of primitive -----------------------------------------------------------------

    def _protocol(self, primitive: nodes.Protocol) -> Test:
        name = primitive.qualifiers.protocol
        self._check_qualifiers(primitive, "proto")
        if name is None:
            text = f"'{self._written(primitive)}' says nothing without what comes behind it"
            hint = "for example 'src host 10.0.0.1', 'ip ttl 1' or 'ether host 02:00:00:00:00:01'"
            raise self._refused("PM0463", text, primitive, hint)
        field = FIELDS["proto"]
        return Test(fields=(field,), mask=field.largest, value=PROTOCOLS[name])

    def _flag(self, primitive: nodes.Flag) -> Test:
        name = primitive.name.text
        self._check_qualifiers(primitive, name)
        field = ECN if name in ("ect", "ce") else FRAGMENT
        return Test(
            fields=(field,),
            relation="!=" if name in ("ect", "frag") else "==",
            mask=field.largest,
            value=3 if name == "ce" else 0,
            protocols=_numbers(primitive.qualifiers.protocol),
        )

    def _comparison(self, primitive: nodes.Comparison, said: _Said) -> Test:
        self._check_qualifiers(primitive, said.kind or "")
        fields = _fields(said)
        protocols = self._protocols(said, fields[0], primitive)
        mask, value = self._values.value(primitive, said.kind or "", fields[0], said.protocol)
        relation = self._relation(primitive, said.kind or "")
        self._check_answer(primitive, relation, mask, value)
        return Test(
            fields=fields,
            relation=relation,
            mask=mask,
            value=value,
            every=said.direction == "src and dst",
            protocols=protocols,
        )

    # --- what is said, and what is left out -----------------------------------------------------

    def _said(self, primitive: nodes.Comparison) -> _Said:
        """Return what a comparison is about."""
        qualifiers, subject = primitive.qualifiers, primitive.subject
        said = _Said(kind=None, direction=qualifiers.direction, protocol=qualifiers.protocol)
        if isinstance(subject, nodes.Bytes):
            return replace(said, kind="bytes", field=self._bytes(subject))
        if subject is not None:
            ether = qualifiers.family == "ether" and subject.text == "host"
            return replace(said, kind="ether" if ether else subject.text)
        if qualifiers.family == "ether":
            return replace(said, kind="ether")
        if self._before.broken and self._values.is_number(primitive.value):
            raise Refused
        return self._inherited(replace(said, kind=self._values.kind(primitive, self._before.kind)))

    def _inherited(self, said: _Said) -> _Said:
        """Return what is said together with what the primitive before said of the same."""
        before = self._before
        if said.kind is None or before.kind is None or _alike(said.kind) != _alike(before.kind):
            return said
        protocol = said.protocol or (before.protocol if said.kind in ("port", "bytes") else None)
        direction = said.direction or before.direction
        return replace(said, direction=direction, protocol=protocol, field=before.field)

    def _bytes(self, subject: nodes.Bytes) -> Field:
        """Return the field that `ip[POSITION:LENGTH]` is."""
        field = bytes_field(subject.base.text, subject.place.text)
        if field is None:
            text = f"'{subject.base.text}[{subject.place.text}]' names no bytes"
            hint = "write [POSITION] or [POSITION:LENGTH]: 1 to 4 bytes, of 'ip' in the first 256"
            raise self._refused("PM0465", text, subject.place, hint)
        return field

    # --- what fits together ---------------------------------------------------------------------

    def _check_qualifiers(self, primitive: nodes.Primitive, kind: str) -> None:
        """Refuse qualifiers that do not go with what they stand before, nor with each other."""
        q = primitive.qualifiers
        if q.twice is not None:
            text = f"'{q.twice.text}' contradicts what stands before it"
            raise self._refused("PM0463", text, q.twice, "join two conditions by 'and' or 'or'")
        if q.direction is not None and kind not in ENDS:
            written = "a protocol" if isinstance(primitive, nodes.Protocol) else f"'{kind}'"
            text = f"'{q.direction}' does not go with {written}"
            hint = "'src' and 'dst' go with host, net, port and ether host"
            raise self._refused("PM0463", text, primitive, hint)
        if q.family is not None and (q.family == "ether") != (kind == "ether"):
            text = f"'{q.family}' does not go with '{'ether host' if kind == 'ether' else kind}'"
            hint = f"leave out '{q.family}', or write 'ether host'"
            raise self._refused("PM0463", text, primitive, hint)

    def _protocols(self, said: _Said, field: Field, primitive: nodes.Primitive) -> tuple[int, ...]:
        """Return the protocols that a packet can have, none for all."""
        if said.kind == "port":
            possible: tuple[str, ...] = _WITH_PORTS
        else:
            possible = (field.protocol,) if field.protocol else ()
        if said.protocol is None:
            return tuple(PROTOCOLS[name] for name in possible)
        if possible and said.protocol not in possible:
            text = f"'{said.protocol}' does not go with what only {' and '.join(possible)} has"
            raise self._refused("PM0463", text, primitive, f"leave out '{said.protocol}'")
        return _numbers(said.protocol)

    def _relation(self, primitive: nodes.Comparison, kind: str) -> str:
        written = primitive.relation
        relation = "==" if written is None or written.text == "=" else written.text
        if written is not None and kind in _ONLY_EQUAL and relation not in ("==", "!="):
            text = f"{_ONLY_EQUAL[kind]} cannot be compared by '{written.text}'"
            raise self._refused("PM0466", text, written, "only by '==' and '!='")
        return relation

    def _check_answer(
        self, primitive: nodes.Comparison, relation: str, mask: int, value: int
    ) -> None:
        """Warn about a comparison with a number that the field, or its mask, cannot reach."""
        answer: bool | None = None
        if relation in ("==", "!="):
            answer = relation == "!=" if value & ~mask else None
        elif relation in (">", "<="):
            answer = relation == "<=" if value >= mask else None
        else:
            below, above = value == 0, value > mask
            answer = (relation == ">=") == below if below or above else None
        if answer is not None:
            self._ctx.warning(
                "PM0467",
                f"'{self._written(primitive)}' is {'always' if answer else 'never'} true",
                self._span(primitive),
                hint=f"what is compared is between 0 and {mask}",
            )

    # --- messages -------------------------------------------------------------------------------

    def _span(self, place: nodes.Word | nodes.Primitive) -> Span:
        return self._item.part(place.start, place.end)

    def _written(self, primitive: nodes.Primitive) -> str:
        return self._values.text(primitive.start, primitive.end)

    def _refused(
        self, code: str, message: str, place: nodes.Word | nodes.Primitive, hint: str
    ) -> Refused:
        self._ctx.error(code, message, self._span(place), hint=hint)
        return Refused()


def _fields(said: _Said) -> tuple[Field, ...]:
    """Return the fields that a primitive compares: two where it says no end."""
    if said.field is not None and said.kind == "bytes":
        return (said.field,)
    assert said.kind is not None
    if said.kind not in ENDS:
        return (FIELDS[said.kind],)
    source, destination = ENDS[said.kind]
    match said.direction:
        case "src":
            return (source,)
        case "dst":
            return (destination,)
        case _:
            return (source, destination)


def _numbers(protocol: str | None) -> tuple[int, ...]:
    return () if protocol is None else (PROTOCOLS[protocol],)


def _alike(kind: str) -> str:
    """Hosts and networks are at the same ends."""
    return "host" if kind == "net" else kind
