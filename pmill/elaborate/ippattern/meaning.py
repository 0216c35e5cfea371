"""What a pattern means: its predicate.

A comparison holds only where the bytes that it needs are there, whatever its relation is. Fields
of a transport header are there in packets of that protocol that are no later fragments. So
`port != 80` is said of TCP and UDP packets only, and `not port 80` of all others, too.

`!=`, `<` and `<=` deny `==`, `>=` and `>`: `port < 1024` holds where neither port is 1024 or more,
as `port != 80` holds where neither is 80.
"""

from __future__ import annotations

from pmill.elaborate.ippattern import nodes
from pmill.elaborate.ippattern.fields import FIELDS, FRAGMENT_OFFSET, Field
from pmill.elaborate.ippattern.reading import Reader, Test
from pmill.match.predicates import (
    FALSE,
    TRUE,
    Base,
    Predicate,
    Present,
    all_of,
    any_of,
    choice,
    equal,
    larger,
    negated,
)

__all__ = ["meaning"]

_DENYING = ("!=", "<", "<=")


def meaning(tree: nodes.Node, reader: Reader) -> Predicate | None:
    """Return the predicate of a tree, None after errors; primitives are read in their order."""
    match tree:
        case nodes.Constant(value=value):
            return TRUE if value else FALSE
        case nodes.Negation(part=part):
            inner = meaning(part, reader)
            return None if inner is None else negated(inner)
        case nodes.AllOf(parts=parts):
            found = _meanings(parts, reader)
            return None if found is None else all_of(*found)
        case nodes.AnyOf(parts=parts):
            found = _meanings(parts, reader)
            return None if found is None else any_of(*found)
        case nodes.Choice(condition=condition, then=then, otherwise=otherwise):
            found = _meanings((condition, then, otherwise), reader)
            return None if found is None else choice(*found)
        case _:
            test = reader.read(tree)
            return None if test is None else _predicate(test)


def _meanings(parts: tuple[nodes.Node, ...], reader: Reader) -> list[Predicate] | None:
    """Return the predicates of all parts; None when one has none, with the errors of all."""
    found = [meaning(part, reader) for part in parts]
    known = [predicate for predicate in found if predicate is not None]
    return known if len(known) == len(found) else None


def _predicate(test: Test) -> Predicate:
    """Return when a test holds: at one end or at both, in packets that have such a header."""
    ends = [_compared(field, test) for field in test.fields]
    every = test.every != (test.relation in _DENYING)
    whole = all_of(*ends) if every else any_of(*ends)
    conditions: list[Predicate] = []
    if test.fields[0].base is Base.TRANSPORT:
        conditions.append(_equals(FRAGMENT_OFFSET, FRAGMENT_OFFSET.largest, 0))
    if test.protocols:
        conditions.append(any_of(*(_equals(FIELDS["proto"], 0xFF, p) for p in test.protocols)))
    return all_of(*conditions, whole)


def _compared(field: Field, test: Test) -> Predicate:
    """Return when a relation holds for the bits that the test's mask leaves of a field."""
    match test.relation:
        case "==":
            return _equals(field, test.mask, test.value)
        case "!=":
            found = negated(_equals(field, test.mask, test.value))
        case ">":
            found = _exceeds(field, test.mask, test.value)
        case ">=":
            found = _exceeds(field, test.mask, test.value - 1)
        case "<":
            found = negated(_exceeds(field, test.mask, test.value - 1))
        case _:
            found = negated(_exceeds(field, test.mask, test.value))
    return all_of(_present(field, test.mask), found)


def _equals(field: Field, mask: int, value: int) -> Predicate:
    if value & ~mask:
        return FALSE
    shift = field.shift
    return equal(field.base, field.offset, field.size, mask << shift, value << shift)


def _exceeds(field: Field, mask: int, value: int) -> Predicate:
    shift = field.shift
    return larger(field.base, field.offset, field.size, mask << shift, value << shift)


def _present(field: Field, mask: int) -> Predicate:
    """Return whether the bytes in which the mask has bits are there."""
    if not mask:
        return TRUE
    bits = mask << field.shift
    trailing_zeros = (bits & -bits).bit_length() - 1
    return Present(base=field.base, end=field.offset + field.size - trailing_zeros // 8)
