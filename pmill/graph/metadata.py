"""The metadata fields of a packet, read from runtime/include/pmill/meta.hh.

Like the header, a set of fields is a bit mask: one bit for every byte of Click's annotation area,
then one for every field outside of it. Two annotations that share bytes share bits. Configurations
may also use bytes of the area to which Click gives no name; here they are fields called `byte5`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from pmill.resources import runtime_dir

ANNOTATION_BYTES = 48

_SIZES = {"8": 1, "16": 2, "32": 4, "64": 8}
_ANNOTATION = re.compile(
    r"^inline constexpr Annotation<(?P<offset>\d+), std::u?int(?P<width>\d+)_t> (?P<name>\w+);",
    re.MULTILINE,
)
_FLAG = re.compile(
    r"^inline constexpr FieldSet (?P<name>\w+)\{std::uint64_t\{1\} << (?P<bit>\d+)\};",
    re.MULTILINE,
)
_ALL = re.compile(
    r"^inline constexpr FieldSet all\{\(std::uint64_t\{1\} << (?P<bits>\d+)\) - 1\};", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A metadata field: an annotation at `offset`, or (offset None) a field outside the area."""

    name: str
    bits: int  # its place in a FieldSet
    offset: int | None = None
    size: int | None = None  # bytes of an annotation


@cache
def fields() -> Mapping[str, Field]:
    """Return every field by name: the header's, in its order, then bytes without a name."""
    text = _header()
    found: dict[str, Field] = {}
    for m in _ANNOTATION.finditer(text):
        offset, size = int(m["offset"]), _SIZES[m["width"]]
        bits = ((1 << size) - 1) << offset
        found[m["name"]] = Field(name=m["name"], bits=bits, offset=offset, size=size)
    for m in _FLAG.finditer(text):
        found[m["name"]] = Field(name=m["name"], bits=1 << int(m["bit"]))
    named = 0
    for field in found.values():
        named |= field.bits
    for offset in range(ANNOTATION_BYTES):
        if not named >> offset & 1:
            name = f"byte{offset}"
            found[name] = Field(name=name, bits=1 << offset, offset=offset, size=1)
    return MappingProxyType(found)


@cache
def all_bits() -> int:
    """Return the mask of `meta::all`."""
    found = _ALL.search(_header())
    assert found is not None, "meta.hh does not define meta::all"
    return (1 << int(found["bits"])) - 1


def field_names() -> tuple[str, ...]:
    """Return the names of all fields, in the order of `fields`."""
    return tuple(fields())


def field_bits(names: Iterable[str]) -> int:
    """Return the set of the named fields as a bit mask; `all` names every field."""
    bits = 0
    for name in names:
        bits |= all_bits() if name == "all" else fields()[name].bits
    return bits


def names_of(bits: int) -> str:
    """Return the names of a set of fields for people: a field's parts go without saying."""
    chosen: list[Field] = []
    for field in sorted(fields().values(), key=lambda f: -f.bits.bit_count()):
        inside = any(field.bits & other.bits for other in chosen)
        if field.bits & bits == field.bits and not inside:
            chosen.append(field)
            bits &= ~field.bits
    return ", ".join(sorted(field.name for field in chosen))


def fields_at(offset: int, size: int) -> tuple[str, ...]:
    """Return the names of the annotations that share bytes with [offset, offset + size)."""
    wanted = ((1 << size) - 1) << offset
    return tuple(field.name for field in fields().values() if field.bits & wanted)


def _header() -> str:
    return (runtime_dir() / "include" / "pmill" / "meta.hh").read_text(encoding="utf-8")
