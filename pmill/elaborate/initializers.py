"""Defaults: an initialiser written in an element header becomes the `Value` of its argument.

Headers write defaults in C++; the compiler of the graph must know their values too, because a
program whose arguments are not embedded reads them as texts. Only simple initialisers are
read: literals, constant arithmetic, and the constructors of values.hh.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from ipaddress import IPv4Address, IPv4Interface
from typing import Any

from pmill.elaborate.values import ArgType, list_value, scalar_value
from pmill.graph import Value, metadata

_CALL = re.compile(
    r"(?P<name>[A-Za-z_][\w:]*(?:<[^<>]*>)?)?\s*(?P<open>[({])(?P<inside>.*)[)}]", re.S
)
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)
_ESCAPE = re.compile(r"\\(?:x(?P<hex>[0-9a-fA-F]+)|(?P<oct>[0-7]{1,3})|(?P<char>.))", re.S)
_ESCAPES = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11}
_NUMBER = re.compile(r"(?<![\w.])(0[xX][\da-fA-F']+|0[bB][01']+|\d[\d']*)([uUlLzZ]*)\b(?!\.)")
_OFFSET = re.compile(r"\b(?:pmill::)?meta::(\w+)\.offset\b")
_LIMITS = {
    **{f"INT{n}_MAX": (1 << (n - 1)) - 1 for n in (8, 16, 32, 64)},
    **{f"INT{n}_MIN": -(1 << (n - 1)) for n in (8, 16, 32, 64)},
    **{f"UINT{n}_MAX": (1 << n) - 1 for n in (8, 16, 32, 64)},
}
_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}


class UnreadableDefault(Exception):
    """An initialiser that is not simple enough to be read."""


def default_value(arg_type: ArgType, initialiser: str, words: tuple[str, ...]) -> Value:
    """Return the Value of a scalar argument's default; `words` are the enumerators of an enum."""
    return scalar_value(arg_type, _evaluate(arg_type, initialiser.strip(), words), None)


def default_list(arg_type: ArgType, initialiser: str, words: tuple[str, ...]) -> Value:
    """Return the Value of a list argument's default, `{}` or `{a, b}`."""
    inside = _constructor(initialiser.strip(), "List")
    if inside is None:
        raise UnreadableDefault(initialiser)
    return list_value(arg_type, [_evaluate(arg_type, item, words) for item in inside], None)


def _evaluate(arg_type: ArgType, text: str, words: tuple[str, ...]) -> Any:
    match arg_type.cpp_name:
        case "String" | "Word" | "Filename":
            return _string(text)
        case "bool":
            return _number(_unwrapped(arg_type, text, "false")) != 0
        case "double":
            return Decimal(str(_number(_unwrapped(arg_type, text, "0.0"))))
        case "IPAddress":
            return _ip(text)
        case "IPPrefix":
            return _prefix(text)
        case "EtherAddress":
            return _ether(text)
        case _ if words:
            return _enumerator(_unwrapped(arg_type, text, ""), words)
        case _:
            return _wrapped(arg_type, int(_number(_unwrapped(arg_type, text, "0"))))


def _wrapped(arg_type: ArgType, number: int) -> int:
    """Take a negative number modulo an unsigned type, as C++ does: `std::uint32_t limit = -1`."""
    if number < 0 and arg_type.bounds is not None and arg_type.cpp_name.startswith("std::uint"):
        return number & arg_type.bounds[1]
    return number


def _unwrapped(arg_type: ArgType, text: str, zero: str) -> str:
    """Return what stands in the braces of `{x}` or `T{x}`; `zero` when nothing does."""
    inside = _constructor(text, arg_type.cpp_name)
    if inside is None:
        return text
    if len(inside) > 1:
        raise UnreadableDefault(text)
    return inside[0] if inside else zero


def _constructor(text: str, name: str) -> list[str] | None:
    """Return the arguments of `name{…}`, `name(…)` or `{…}`; None when it is none of these."""
    m = _CALL.fullmatch(text)
    if m is None or (m["name"] is None and m["open"] == "("):
        return None
    if m["name"] is not None and m["name"].removeprefix("pmill::") not in (name, f"std::{name}"):
        return None
    return _split(m["inside"])


def _split(text: str) -> list[str]:
    """Split at the commas that no bracket encloses; nothing but spaces has no parts."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "({<") - (c in ")}>")
        if c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


@cache
def _number(text: str) -> Any:
    """Evaluate constant arithmetic: Python's grammar is close enough to C++'s once literals are."""
    plain = _OFFSET.sub(lambda m: str(_offset(m[1])), text)
    try:
        plain = _NUMBER.sub(lambda m: str(_integer(m[1].replace("'", ""))), plain)
        return _fold(ast.parse(plain.strip(), mode="eval").body)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        raise UnreadableDefault(text) from None


def _integer(digits: str) -> int:
    if digits[:2] in ("0x", "0X", "0b", "0B"):
        return int(digits, 0)
    return int(digits, 8 if digits.startswith("0") else 10)


def _offset(name: str) -> int:
    field = metadata.fields().get(name)
    if field is None or field.offset is None:
        raise UnreadableDefault(f"meta::{name}.offset")
    return field.offset


def _fold(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id="true" | "false" as word):
            return int(word == "true")
        case ast.Name(id=name) if name in _LIMITS:
            return _LIMITS[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_fold(operand)
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return ~_fold(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_fold(left), _fold(right))
        case _:
            raise ValueError


def _string(text: str) -> str:
    """Return the string of adjacent literals, `""`, or `{}`."""
    if text == "{}":
        return ""
    if not _LITERAL.match(text) or _LITERAL.sub("", text).strip():
        raise UnreadableDefault(text)
    raw = b"".join(_unescape(m[0][1:-1]) for m in _LITERAL.finditer(text))
    return raw.decode("utf-8", "surrogateescape")


def _unescape(text: str) -> bytes:
    out, end = b"", 0
    for m in _ESCAPE.finditer(text):
        out += text[end : m.start()].encode("utf-8", "surrogateescape")
        if m["hex"] or m["oct"]:
            out += bytes([(int(m["hex"], 16) if m["hex"] else int(m["oct"], 8)) & 0xFF])
        else:
            out += bytes([_ESCAPES.get(m["char"], ord(m["char"]) & 0xFF)])
        end = m.end()
    return out + text[end:].encode("utf-8", "surrogateescape")


def _ip(text: str) -> IPv4Address:
    parts = _constructor(text, "IPAddress")
    numbers = [int(_number(part)) for part in parts] if parts is not None else [-1]
    match numbers:
        case []:
            return IPv4Address(0)
        case [network_order] if 0 <= network_order < 1 << 32:
            return IPv4Address(network_order.to_bytes(4, "little"))
        case [_, _, _, _] if all(0 <= n <= 255 for n in numbers):
            return IPv4Address(bytes(numbers))
        case _:
            raise UnreadableDefault(text)


def _prefix(text: str) -> IPv4Interface:
    match _constructor(text, "IPPrefix"):
        case []:
            return IPv4Interface("0.0.0.0/0")
        case [address, length] if 0 <= int(_number(length)) <= 32:
            return IPv4Interface((_ip(address), int(_number(length))))
        case _:
            raise UnreadableDefault(text)


def _ether(text: str) -> bytes:
    parts = _constructor(text, "EtherAddress")
    if parts is not None and len(parts) == 1 and parts[0].startswith("{"):
        parts = _constructor(parts[0], "")
    octets = [int(_number(part)) for part in parts] if parts is not None else [-1]
    if len(octets) > 6 or not all(0 <= octet <= 255 for octet in octets):
        raise UnreadableDefault(text)
    return bytes(octets + [0] * (6 - len(octets)))


def _enumerator(text: str, words: tuple[str, ...]) -> int:
    """Return the number of `X::word`; the empty text is the first enumerator."""
    word = text.rpartition("::")[2]
    if word and word not in words:
        raise UnreadableDefault(text)
    return words.index(word) if word else 0
