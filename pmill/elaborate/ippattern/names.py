"""Names of protocols, services, TCP flags and ICMP types in patterns. Numbers are IANA's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pmill.elaborate.lowerings.icmp import TYPES
from pmill.elaborate.protocols import PROTOCOLS
from pmill.elaborate.services import KNOWN

__all__ = ["ICMP_TYPES", "NAMES", "PORTS", "PROTOCOLS", "TCP_FLAGS"]

PORTS: Final[Mapping[str, int]] = {**KNOWN["udp"], **KNOWN["tcp"]}

TCP_FLAGS: Final[Mapping[str, int]] = {
    "fin": 0x01,
    "syn": 0x02,
    "rst": 0x04,
    "psh": 0x08,
    "ack": 0x10,
    "urg": 0x20,
    "ece": 0x40,
    "cwr": 0x80,
}

ICMP_TYPES: Final[Mapping[str, int]] = TYPES

# By what they are values of. A name that stands alone tells what it is a value of.
NAMES: Final[Mapping[str, Mapping[str, int]]] = {
    "proto": PROTOCOLS,
    "port": PORTS,
    "opt": TCP_FLAGS,
    "type": ICMP_TYPES,
}
