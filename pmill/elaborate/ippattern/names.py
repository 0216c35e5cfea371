"""Names of protocols, services, TCP flags and ICMP types in patterns.

The tables come first, so that a pattern means the same on every machine; only a service that is
not in them is asked of the system (`/etc/services`). Numbers are IANA's.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Final

from pmill.elaborate.lowerings.icmp import TYPES

__all__ = ["ICMP_TYPES", "NAMES", "PORTS", "PROTOCOLS", "TCP_FLAGS", "service"]

PROTOCOLS: Final[Mapping[str, int]] = {
    "icmp": 1,
    "igmp": 2,
    "ipip": 4,
    "tcp": 6,
    "egp": 8,
    "udp": 17,
    "dccp": 33,
    "ipv6": 41,
    "rsvp": 46,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "eigrp": 88,
    "ospf": 89,
    "pim": 103,
    "vrrp": 112,
    "l2tp": 115,
    "sctp": 132,
    "udplite": 136,
}

PORTS: Final[Mapping[str, int]] = {
    "echo": 7,
    "discard": 9,
    "daytime": 13,
    "chargen": 19,
    "ftp-data": 20,
    "ftp": 21,
    "ssh": 22,
    "telnet": 23,
    "smtp": 25,
    "time": 37,
    "whois": 43,
    "tacacs": 49,
    "domain": 53,
    "dns": 53,
    "bootps": 67,
    "bootpc": 68,
    "tftp": 69,
    "gopher": 70,
    "finger": 79,
    "www": 80,
    "http": 80,
    "kerberos": 88,
    "pop3": 110,
    "sunrpc": 111,
    "auth": 113,
    "nntp": 119,
    "ntp": 123,
    "netbios-ns": 137,
    "netbios-dgm": 138,
    "netbios-ssn": 139,
    "imap": 143,
    "snmp": 161,
    "snmp-trap": 162,
    "bgp": 179,
    "irc": 194,
    "imap3": 220,
    "ldap": 389,
    "https": 443,
    "isakmp": 500,
    "syslog": 514,
    "rip": 520,
    "route": 520,
    "ldaps": 636,
    "imaps": 993,
    "pop3s": 995,
    "socks": 1080,
    "openvpn": 1194,
    "radius": 1812,
    "nfs": 2049,
    "mysql": 3306,
    "sip": 5060,
    "postgresql": 5432,
}

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


def service(name: str, protocol: str | None) -> int | None:
    """Return the port that the system knows by a name, for TCP before UDP; None if it does not."""
    for kind in (protocol,) if protocol else ("tcp", "udp"):
        try:
            return socket.getservbyname(name, kind)
        except (OSError, ValueError):
            continue
    return None
