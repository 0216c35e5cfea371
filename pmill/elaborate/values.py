"""The types an element's arguments can have: Click's text becomes a `graph.Value`.

Twin of runtime/include/pmill/values.hh (the types) and args.hh (the texts read at start-up).
An `ArgType` knows one C++ type: how a configuration writes it, the constant expression that
denotes it (`cpp`), and its canonical text (`text`); both always denote the same value.

Names of addresses, ports and annotations are not values here: `pmill/elaborate/names.py` is asked
before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isinf
from typing import Any

from pmill.elaborate.scalars import (
    annotation_field,
    parse_bandwidth,
    parse_bool,
    parse_duration,
    parse_ether,
    parse_filename,
    parse_int,
    parse_ip,
    parse_prefix,
    parse_real,
    parse_word,
)
from pmill.elaborate.writing import (
    cpp_double,
    cpp_ether,
    cpp_int,
    cpp_ip,
    cpp_prefix,
    cpp_string,
    text_ether,
)
from pmill.elements.spec import ElementSpec
from pmill.graph import Value, metadata

__all__ = [
    "ArgType",
    "BadValue",
    "check_bounds",
    "cpp_ether",
    "cpp_int",
    "cpp_ip",
    "cpp_prefix",
    "cpp_string",
    "find_type",
    "item_type",
    "list_value",
    "parse_bool",
    "parse_duration",
    "parse_ether",
    "parse_int",
    "parse_ip",
    "parse_prefix",
    "parse_value",
    "scalar_value",
    "text_ether",
]

_INTEGERS = {
    f"{'' if signed else 'u'}int{bits}_t": (
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    )
    for signed in (True, False)
    for bits in (8, 16, 32, 64)
}
_INT64 = _INTEGERS["int64_t"]
_UINT64 = _INTEGERS["uint64_t"]
_MOST_PORT = 0xFFFF
_LIST = re.compile(r"List<\s*(?P<item>.*\S)\s*>")
_ANNO = re.compile(r"Anno<\s*(?P<size>[124])\s*>")


class BadValue(Exception):
    """A text that is not a value of the wanted type; the message completes `ARGUMENT: …`."""

    def __init__(self, message: str, *, out_of_range: bool = False) -> None:
        super().__init__(message)
        self.out_of_range = out_of_range


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgType:
    """One argument type, over Python objects of its own (`int`, `IPv4Address`, `bytes` …)."""

    cpp_name: str
    expected: str  # completes "expected …"
    parse: Callable[[str], Any]  # the unquoted text; None when it is no such value
    cpp: Callable[[Any], str]
    text: Callable[[Any], str]
    bounds: tuple[int, int] | None = None  # of the object, inclusive
    anno_size: int | None = None
    is_text: bool = False  # any text is a value: `!` and quotes are part of it


def find_type(name: str, spec: ElementSpec, *, bare: bool = False) -> ArgType | None:
    """Return the scalar type that a header writes as `name`, None for a struct of its own."""
    short = name.removeprefix("std::")
    if short in _INTEGERS:
        return _integer(short)
    if anno := _ANNO.fullmatch(name):
        return _anno(int(anno["size"]))
    for enum in spec.enums:
        if name in (enum.name, f"{spec.name}::{enum.name}"):
            return _enum(f"{spec.name}::{enum.name}", enum.values)
    if name == "IPPrefix" and bare:
        return _BARE_PREFIX
    return _TYPES.get(name)


def item_type(name: str) -> str | None:
    """Return T for `List<T>`, None for any other type."""
    m = _LIST.fullmatch(name)
    return m["item"] if m else None


def parse_value(arg_type: ArgType, text: str, bounds: tuple[int, int] | None) -> Any:
    """Return the object that an unquoted text denotes, within the bounds; raise BadValue."""
    found = arg_type.parse(text)
    if found is None:
        raise BadValue(f"expected {arg_type.expected}, not {_shown(text)}")
    check_bounds(arg_type, found, text, bounds)
    return found


def check_bounds(arg_type: ArgType, found: Any, text: str, bounds: tuple[int, int] | None) -> None:
    """Raise BadValue unless the object lies in its type's and its argument's bounds."""
    low, high = arg_type.bounds or bounds or (found, found)
    if arg_type.bounds is not None and bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    if not low <= found <= high:
        message = f"{_shown(text)} is out of range, expected {low} to {high}"
        raise BadValue(message, out_of_range=True)


def _shown(text: str) -> str:
    """Quote a text for a message: short, and without what no terminal should get."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return f"'{clean}'" if len(clean) <= 40 else f"'{clean[:37]}...'"


def scalar_value(arg_type: ArgType, found: Any, click: str | None) -> Value:
    """Return the Value of one object."""
    anno = None if arg_type.anno_size is None else (int(found), arg_type.anno_size)
    return Value(cpp=arg_type.cpp(found), text=arg_type.text(found), click=click, anno=anno)


def list_value(arg_type: ArgType, found: Sequence[Any], click: str | None) -> Value:
    """Return the Value of a list of objects: items with commas in C++, with spaces in text."""
    return Value(
        cpp=", ".join(arg_type.cpp(item) for item in found),
        text=" ".join(arg_type.text(item) for item in found),
        click=click,
        count=len(found),
    )


def _integer(short: str) -> ArgType:
    low, high = _INTEGERS[short]
    return ArgType(
        cpp_name=f"std::{short}",
        expected="an integer" if low < 0 else "a non-negative integer",
        parse=parse_int,
        cpp=cpp_int,
        text=str,
        bounds=(low, high),
    )


def _anno(size: int) -> ArgType:
    def parse(text: str) -> int | None:
        number = parse_int(text)
        if number is not None:
            return number
        field = metadata.fields().get(annotation_field(text))
        return field.offset if field is not None and field.size == size else None

    plural = "" if size == 1 else "s"
    return ArgType(
        cpp_name=f"Anno<{size}>",
        expected=f"the name or the offset of an annotation of {size} byte{plural}",
        parse=parse,
        cpp=lambda offset: f"Anno<{size}>{{{offset}}}",
        text=str,
        bounds=(0, metadata.ANNOTATION_BYTES - size),
        anno_size=size,
    )


def _enum(name: str, words: tuple[str, ...]) -> ArgType:
    """An enumeration; `_` in an enumerator stands for `-`, and the case does not matter."""
    numbers = {word.lower().replace("_", "-"): number for number, word in enumerate(words)}
    shown = [repr(word) for word in numbers]
    return ArgType(
        cpp_name=name,
        expected=" or ".join((*([", ".join(shown[:-1])] if shown[1:] else []), shown[-1])),
        parse=lambda text: numbers.get(text.lower().replace("_", "-")),
        cpp=lambda number: f"static_cast<{name}>({number})",
        text=str,
    )


def _string(name: str, expected: str, parse: Callable[[str], str | None]) -> ArgType:
    return ArgType(
        cpp_name=name, expected=expected, parse=parse, cpp=cpp_string, text=str, is_text=True
    )


def _double(text: str) -> Decimal | None:
    number = parse_real(text)
    return None if number is None or isinf(float(number)) else number


def _port(protocol: str) -> ArgType:
    """A port; the name of a service, which `names.py` reads, only where there is none so called."""

    def parse(text: str) -> int | None:
        number = parse_int(text)
        if number is not None and not 0 <= number <= _MOST_PORT:
            message = f"{_shown(text)} is out of range, ports are 0 to {_MOST_PORT}"
            raise BadValue(message, out_of_range=True)
        return number

    return ArgType(
        cpp_name=f"{protocol.capitalize()}Port",
        expected=f"a port or the name of a service of {protocol.upper()}",
        parse=parse,
        cpp=cpp_int,
        text=str,
    )


def _prefix(*, bare: bool) -> ArgType:
    return ArgType(
        cpp_name="IPPrefix",
        expected="an IPv4 prefix such as 10.0.0.0/8" + (" or an address" if bare else ""),
        parse=lambda text: parse_prefix(text, bare=bare),
        cpp=cpp_prefix,
        text=str,
    )


def _nanoseconds(name: str, expected: str, parse: Callable[[str], int | None]) -> ArgType:
    return ArgType(
        cpp_name=name,
        expected=expected,
        parse=parse,
        cpp=lambda ns: f"{name}{{{cpp_int(ns)}}}",
        text=str,
        bounds=_INT64,
    )


_BARE_PREFIX = _prefix(bare=True)
_TYPES = {
    "bool": ArgType(
        cpp_name="bool",
        expected="true or false",
        parse=parse_bool,
        cpp=lambda value: str(value).lower(),
        text=lambda value: str(value).lower(),
    ),
    "double": ArgType(
        cpp_name="double", expected="a number", parse=_double, cpp=cpp_double, text=cpp_double
    ),
    "IPAddress": ArgType(
        cpp_name="IPAddress",
        expected="an IPv4 address such as 10.0.0.1",
        parse=parse_ip,
        cpp=cpp_ip,
        text=str,
    ),
    "IPPrefix": _prefix(bare=False),
    "EtherAddress": ArgType(
        cpp_name="EtherAddress",
        expected="an Ethernet address such as 02:00:00:00:00:01",
        parse=parse_ether,
        cpp=cpp_ether,
        text=text_ether,
    ),
    "Duration": _nanoseconds("Duration", "a time such as 10ms or 0.5 (seconds)", parse_duration),
    "Timestamp": _nanoseconds("Timestamp", "a time in seconds since the epoch", parse_duration),
    "Bandwidth": ArgType(
        cpp_name="Bandwidth",
        expected="a rate such as 10Mbps or 1500 (bytes a second)",
        parse=parse_bandwidth,
        cpp=lambda rate: f"Bandwidth{{{cpp_int(rate)}}}",
        text=str,
        bounds=_UINT64,
    ),
    "TcpPort": _port("tcp"),
    "UdpPort": _port("udp"),
    "String": _string("String", "a string", lambda text: text),
    "Word": _string("Word", "a word without quotes, commas and backslashes", parse_word),
    "Filename": _string("Filename", "the name of a file", parse_filename),
}
