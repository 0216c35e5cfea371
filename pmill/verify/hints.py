"""What a configuration says of the packets it expects: the values that occur in its arguments.

    IPFilter(allow src 10.0.0.0/8 && tcp dst port 80), Classifier(12/0800 30/0a??01)
    ->  network 10.0.0.0/8, TCP, port 80, type 0x0800, byte 30 = 0a, byte 32 = 01

Nothing is understood, values are only collected: a number may be a port, a TTL or a length, and
traffic tries it as each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import TypeVar

from pmill.elaborate.protocols import PROTOCOLS
from pmill.elaborate.services import KNOWN
from pmill.graph import PipelineGraph

_T = TypeVar("_T")

Network = tuple[int, int]
"""An IPv4 address and the length of its prefix."""

Pattern = tuple[tuple[int, bytes, bytes], ...]
"""Bytes at offsets, and masks of which bits of them count."""

_MAC = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{1,2}[:-]){5}[0-9a-fA-F]{1,2}(?![\w:])")
_IP = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?:/(\d{1,2}))?(?![\d.])")
_NUMBER = re.compile(r"(?<![\w.:/%])(0x[0-9a-fA-F]{1,8}|\d{1,6})(?![\w.:/%])")
_CLAUSE = re.compile(r"!?(\d+)/([0-9a-fA-F?]+)(?:%([0-9a-fA-F]+))?")
_WORD = re.compile(r"[a-z][a-z0-9-]+")
_SERVICES = {name: port for ports in KNOWN.values() for name, port in ports.items()}
_MOST_NUMBERS, _MOST_NETWORKS = 400, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Values from a configuration, each once, in the order in which they occur."""

    networks: tuple[Network, ...] = ()
    macs: tuple[bytes, ...] = ()
    numbers: tuple[int, ...] = ()
    protocols: tuple[int, ...] = ()
    patterns: tuple[Pattern, ...] = ()


def hints_of(graph: PipelineGraph) -> Hints:
    """Return what the arguments of all elements mention."""
    texts = [e.config for e in graph.elements.values()]
    text = "\n".join(texts)
    words = [w for t in texts for w in _WORD.findall(t)]
    numbers = [int(n, 0) if n.startswith("0x") else int(n) for n in _NUMBER.findall(text)]
    return Hints(
        networks=_once(_networks(text))[:_MOST_NETWORKS],
        macs=_once(_mac(found) for found in _MAC.findall(text)),
        numbers=_once(
            n for n in (*numbers, *(_SERVICES[w] for w in words if w in _SERVICES)) if n <= 0xFFFF
        )[:_MOST_NUMBERS],
        protocols=_once(PROTOCOLS[w] for w in words if w in PROTOCOLS),
        patterns=_once(
            pattern
            for e in graph.elements.values()
            if e.spec.name == "Classifier"
            for argument in e.config.split(",")
            if (pattern := _pattern(argument))
        ),
    )


def _once(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


def _networks(text: str) -> Iterable[Network]:
    for address, length in _IP.findall(text):
        try:
            yield int(IPv4Address(address)), min(int(length or 32), 32)
        except AddressValueError:  # four numbers, but no address
            continue


def _mac(text: str) -> bytes:
    return bytes(int(part, 16) for part in re.split("[:-]", text))


def _pattern(argument: str) -> Pattern:
    """Read an argument of Classifier; what is denied is tried as if it were asked for."""
    clauses = []
    for offset, digits, mask in _CLAUSE.findall(argument):
        digits = digits[: len(digits) // 2 * 2]
        value = bytes.fromhex(digits.replace("?", "0"))
        wanted = bytes.fromhex("".join("0" if d == "?" else "f" for d in digits))
        if mask and len(mask) == len(digits):
            wanted = bytes(a & b for a, b in zip(wanted, bytes.fromhex(mask), strict=True))
        if value:
            clauses.append((int(offset), value, wanted))
    return tuple(clauses)
