"""Values written in C++, as constant expressions over the types of values.hh."""

from __future__ import annotations

from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface

_INT64_MIN, _INT64_MAX = -(1 << 63), (1 << 63) - 1


def cpp_int(number: int) -> str:
    """Write an integer; the smallest one has no literal of its own in C++."""
    if number == _INT64_MIN:
        return f"({number + 1} - 1)"
    return f"{number}u" if number > _INT64_MAX else str(number)


def cpp_double(number: Decimal | float) -> str:
    """Write a floating-point number, exactly."""
    return repr(float(number))


def cpp_ip(address: IPv4Address) -> str:
    """Write an address in C++."""
    return f"IPAddress({', '.join(str(octet) for octet in address.packed)})"


def cpp_prefix(prefix: IPv4Interface) -> str:
    """Write a prefix in C++."""
    return f"IPPrefix({cpp_ip(prefix.ip)}, {prefix.network.prefixlen})"


def cpp_ether(address: bytes) -> str:
    """Write an Ethernet address in C++."""
    return f"EtherAddress{{{{{', '.join(f'0x{octet:02x}' for octet in address)}}}}}"


def text_ether(address: bytes) -> str:
    """Write an Ethernet address canonically: `02:00:00:00:00:01`."""
    return address.hex(":")


def cpp_string(text: str) -> str:
    """Write a string in C++; bytes that are not printable ASCII become octal escapes.

    The length is written where the bytes contain a NUL, which would end a plain literal.
    """
    raw = text.encode("utf-8", "surrogateescape")
    literal = '"' + "".join(_escape(octet) for octet in raw) + '"'
    return f"String({literal}, {len(raw)})" if 0 in raw else literal


def _escape(octet: int) -> str:
    if octet in b'"\\?':  # '?' would begin a trigraph for old readers and costs nothing
        return "\\" + chr(octet)
    return chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03o}"
