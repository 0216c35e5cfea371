"""Names of ports: what PortInfo says, then the services that everybody knows.

    PortInfo(web 8080/tcp, game 27015 doom # both protocols)

A name is looked up beside the element that uses it, then outside of each compound around it, then
among well-known services, and last in this machine's table of services, `/etc/services`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pmill.elaborate.references import candidates
from pmill.elaborate.scalars import parse_int, parse_word
from pmill.syntax import split_arguments, split_words
from pmill.syntax.flat import ConfigText

CLASS: Final = "PortInfo"
# The protocols whose ports an argument of a type may name; the first that knows the name counts.
TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "TcpPort": ("tcp",),
    "UdpPort": ("udp",),
    "Port": ("tcp", "udp"),
}
PROTOCOLS: Final = ("tcp", "udp")
MOST: Final = 0xFFFF

_PORT = re.compile(r"(?P<number>[^/]+)(?:/(?P<protocol>tcp|udp))?")
# Known everywhere, even where no table of services is installed.
KNOWN: Final[Mapping[str, Mapping[str, int]]] = {
    "tcp": {
        "echo": 7, "discard": 9, "daytime": 13, "chargen": 19, "ftp-data": 20, "ftp": 21,
        "ssh": 22, "telnet": 23, "smtp": 25, "time": 37, "whois": 43, "tacacs": 49, "dns": 53,
        "domain": 53, "gopher": 70, "finger": 79, "http": 80, "www": 80, "kerberos": 88,
        "pop3": 110, "sunrpc": 111, "auth": 113, "nntp": 119, "ntp": 123, "netbios-ns": 137,
        "netbios-dgm": 138, "netbios-ssn": 139, "imap": 143, "imap2": 143, "bgp": 179, "irc": 194,
        "imap3": 220, "ldap": 389, "https": 443, "ldaps": 636, "imaps": 993, "ircs": 994,
        "pop3s": 995, "socks": 1080, "nfs": 2049, "mysql": 3306, "sip": 5060, "postgresql": 5432,
    },
    "udp": {
        "echo": 7, "discard": 9, "daytime": 13, "chargen": 19, "time": 37, "tacacs": 49, "dns": 53,
        "domain": 53, "bootps": 67, "bootpc": 68, "tftp": 69, "kerberos": 88, "sunrpc": 111,
        "ntp": 123, "netbios-ns": 137, "netbios-dgm": 138, "netbios-ssn": 139, "snmp": 161,
        "snmp-trap": 162, "https": 443, "isakmp": 500, "syslog": 514, "rip": 520, "route": 520,
        "openvpn": 1194, "radius": 1812, "nfs": 2049, "sip": 5060,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PortBook:
    """The ports that names have: name -> `tcp` or `udp` -> port."""

    names: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def literal(self, wanted: str, text: str, user: str) -> str:
        """Return the number that a text in an argument of `user` means, of one of `TYPES`.

        It is the text itself unless that is the name of such a port.
        """
        if parse_int(text) is not None:
            return text
        for name in candidates(text, user):
            entry = self.names.get(name, {})
            for protocol in TYPES[wanted]:
                if protocol in entry:
                    return str(entry[protocol])
        found = (_service(text, protocol) for protocol in TYPES[wanted])
        return next((str(port) for port in found if port is not None), text)


def read(infos: Iterable[tuple[str, ConfigText]]) -> PortBook:
    """Return what the PortInfo elements of these names and configurations say.

    What is wrong with them is reported when their arguments are.
    """
    names: dict[str, dict[str, int]] = {}
    for element, config in infos:
        scope = element.rpartition("/")[0]
        for item in split_arguments(config):
            words = [word.text for word in without_comment(split_words(item))]
            ports = ports_of(words[1]) if len(words) > 1 else None
            for name in [words[0], *words[2:]] if ports else []:
                names.setdefault(f"{scope}/{name}" if scope else name, {}).update(ports or {})
    return PortBook(names)


def without_comment(words: Sequence[ConfigText]) -> tuple[ConfigText, ...]:
    """Return the words in front of the first that begins with `#`."""
    end = next((i for i, word in enumerate(words) if word.text.startswith("#")), len(words))
    return tuple(words[:end])


def is_name(text: str) -> bool:
    """Whether a text can be the name of a port."""
    return parse_word(text) is not None and parse_int(text) is None


def ports_of(text: str) -> dict[str, int] | None:
    """Return the port of each protocol that `80`, `80/tcp` or `80/udp` gives; None for another."""
    m = _PORT.fullmatch(text)
    number = parse_int(m["number"]) if m else None
    if m is None or number is None or not 0 <= number <= MOST:
        return None
    return dict.fromkeys((m["protocol"],) if m["protocol"] else PROTOCOLS, number)


def _service(name: str, protocol: str) -> int | None:
    known = KNOWN[protocol].get(name)
    if known is not None:
        return known
    import socket  # takes time to load, and few names are not known here

    try:
        return socket.getservbyname(name, protocol)
    except (OSError, ValueError):  # no such service, or no text for one
        return None
