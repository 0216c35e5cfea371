"""Click's texts of single values: text in, Python value out, None when it is not one.

These are the rules of Click's argument types (click-language: "Configuration-argument rules"),
free of any element: ranges and messages are the callers' work. Texts are unquoted and trimmed.
"""

from __future__ import annotations

import os
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from ipaddress import IPv4Address, IPv4Interface

_INT = re.compile(
    r"(?P<sign>[+-]?)(?:0[xX](?P<hex>[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)"
    r"|0[bB](?P<bin>[01]+(?:_[01]+)*)"
    r"|0(?P<oct>_?[0-7]+(?:_[0-7]+)*)"
    r"|(?P<dec>0|[1-9][0-9]*(?:_[0-9]+)*))"
)
_REAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_TIME_UNIT = re.compile(r"(?P<number>.*?[0-9.])\s*(?P<unit>[a-z]*)")
_BANDWIDTH_UNIT = re.compile(r"(?P<number>.*?[0-9.])\s*(?P<unit>[A-Za-z/]*)")
_WORD = re.compile(r"[!#-&(-+\--\[\]-~]+")  # not " ' , \\
_OCTET = re.compile(r"[0-9]{1,3}")
_ETHER = re.compile(r"[0-9a-fA-F]{1,2}(?P<sep>[:-])(?:[0-9a-fA-F]{1,2}(?P=sep)){4}[0-9a-fA-F]{1,2}")

# No type is that wide: of longer numbers only the first digits are read, and these are too many.
_MOST_DIGITS = 400
# Enough for every time and every rate, to the nanosecond.
_EXACT = Context(prec=_MOST_DIGITS, rounding=ROUND_HALF_UP)

_BOOLS = {
    **dict.fromkeys(("1", "true", "yes", "t", "y"), True),
    **dict.fromkeys(("0", "false", "no", "f", "n"), False),
}
_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hr": 3600, "d": 86400, "day": 86400}
_SMALL = {"m": Decimal("1e-3"), "u": Decimal("1e-6"), "n": Decimal("1e-9")}
_BITS = ("bps", "b/s", "baud")
_BYTES = ("Bps", "B/s")
_LARGE = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9}
# Names Click gives to annotations where they are not just the field's name in capitals.
_CLICK_ANNOTATIONS = {
    "ICMP_PARAMPROB": "param",
    "MISC_IP": "dst_ip",
    "SEQUENCE_NUMBER": "sequence",
    "PERFCTR": "perf",
    "FIRST_TIMESTAMP": "first_timestamp",
}


def parse_int(text: str) -> int | None:
    """Parse an integer: optional sign, `0x`, `0b`, leading-0 octal, `_` between digits."""
    m = _INT.fullmatch(text)
    if m is None:
        return None
    sign = -1 if m["sign"] == "-" else 1
    if m["hex"] is not None:
        return sign * int(m["hex"], 16)
    if m["bin"] is not None:
        return sign * int(m["bin"], 2)
    if m["oct"] is not None:
        return sign * int(m["oct"].lstrip("_"), 8)
    # Python refuses to convert thousands of digits.
    return sign * int(m["dec"][:_MOST_DIGITS])


def parse_bool(text: str) -> bool | None:
    """Parse `true`, `yes`, `t`, `y`, `1` and their opposites, in lower case only."""
    return _BOOLS.get(text)


def parse_real(text: str) -> Decimal | None:
    """Parse a decimal number with optional fraction and exponent, exactly.

    What is larger than every type is as large as no type's number; what is smaller is 0.
    """
    if _REAL.fullmatch(text) is None:
        return None
    number = Decimal(text)
    if not number or abs(number.adjusted()) < _MOST_DIGITS:
        return number
    return Decimal(f"1e{_MOST_DIGITS}").copy_sign(number) if number.adjusted() > 0 else Decimal(0)


def parse_ip(text: str) -> IPv4Address | None:
    """Parse `a.b.c.d`; the octets are decimal even with leading zeros."""
    octets = _octets(text)
    return IPv4Address(bytes(octets)) if octets is not None and len(octets) == 4 else None


def parse_prefix(text: str, *, bare: bool = False) -> IPv4Interface | None:
    """Parse `a.b.c.d/len`, `a.b.c.d/mask` or `18.26/16`; with `bare`, an address is a /32.

    The host part of the address is kept. The short form must write every octet the mask covers.
    """
    address, slash, mask = text.partition("/")
    octets = _octets(address)
    if octets is None or (not slash and not (bare and len(octets) == 4)):
        return None
    length = _mask_length(mask) if slash else 32
    if length is None or length > 8 * len(octets):
        # Only the full form may have a mask of any length.
        return None
    whole = IPv4Address(bytes(octets + [0] * (4 - len(octets))))
    return IPv4Interface((whole, length))


def parse_ether(text: str) -> bytes | None:
    """Parse six groups of one or two hex digits, all separated by `:` or all by `-`."""
    if _ETHER.fullmatch(text) is None:
        return None
    return bytes(int(group, 16) for group in re.split("[:-]", text))


def parse_duration(text: str) -> int | None:
    """Parse a time such as `10 ms`, `0.5`, `2min` (default unit: seconds) to nanoseconds."""
    m = _TIME_UNIT.fullmatch(text)
    number = parse_real(m["number"]) if m else None
    if m is None or number is None:
        return None
    scale = _time_scale(m["unit"])
    return None if scale is None else _nearest(_EXACT.multiply(number, scale * 10**9))


def parse_bandwidth(text: str) -> int | None:
    """Parse a rate such as `10Mbps`, `1 GB/s`, `1500` (default unit: bytes/s) to bytes a second."""
    m = _BANDWIDTH_UNIT.fullmatch(text)
    number = parse_real(m["number"]) if m else None
    if m is None or number is None:
        return None
    if not m["unit"]:
        return _nearest(number)
    for units, share in ((_BITS, Decimal("0.125")), (_BYTES, Decimal(1))):
        for unit in units:
            prefix = _LARGE.get(m["unit"].removesuffix(unit))
            if m["unit"].endswith(unit) and prefix is not None:
                return _nearest(_EXACT.multiply(number, prefix * share))
    return None


def parse_word(text: str) -> str | None:
    """Parse a word: visible ASCII characters but for quotes, backslash and comma."""
    return text if _WORD.fullmatch(text) else None


def parse_filename(text: str) -> str | None:
    """Parse the name of a file: `~` and `~user` are home directories, `//` is `/`.

    A NUL can be in no file name.
    """
    if not text or "\0" in text:
        return None
    return re.sub("/+", "/", os.path.expanduser(text))


def annotation_field(text: str) -> str:
    """Return the name in meta.hh of the annotation that Click calls `text`."""
    return _CLICK_ANNOTATIONS.get(text, text.lower() if text.isupper() else "")


def _nearest(number: Decimal) -> int:
    """Round to the nearest integer, halves away from 0."""
    return int(number.to_integral_value(ROUND_HALF_UP))


def _octets(text: str) -> list[int] | None:
    parts = text.split(".")
    if not 1 <= len(parts) <= 4 or not all(_OCTET.fullmatch(p) for p in parts):
        return None
    octets = [int(p) for p in parts]
    return octets if max(octets) <= 255 else None


def _mask_length(text: str) -> int | None:
    if re.fullmatch("[0-9]{1,2}", text):
        return int(text) if int(text) <= 32 else None
    mask = parse_ip(text)
    if mask is None:
        return None
    inverse = ~int(mask) & 0xFFFFFFFF
    contiguous = inverse & (inverse + 1) == 0
    return 32 - inverse.bit_length() if contiguous else None


def _time_scale(unit: str) -> Decimal | None:
    """Seconds in a unit; a whole unit ("m": minute) wins over a prefix."""
    if not unit:
        return Decimal(1)
    if unit in _SECONDS:
        return Decimal(_SECONDS[unit])
    small, base = _SMALL.get(unit[0]), _SECONDS.get(unit[1:])
    return None if small is None or base is None else small * base
