"""Names of addresses: what AddressInfo says.

    AddressInfo(lan 10.0.0.1/24 02:00:00:00:00:01, dns 10.0.0.53)

A name stands for an address of the kind that is wanted where it is written: `lan` is 10.0.0.1,
10.0.0.1/24 or the Ethernet address. `lan:ip`, `lan:ipnet`, `lan:bcast` and `lan:eth` say which.
Names are looked up as those of elements are: beside the element that uses one, then outside of
each compound around it; last among the interfaces of this machine, which may have a `eth0:gw`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv6Address, IPv6Interface
from typing import Final

from pmill.elaborate.references import candidates
from pmill.elaborate.scalars import parse_ether, parse_ip, parse_prefix
from pmill.interfaces import interface
from pmill.syntax import split_arguments, split_words
from pmill.syntax.flat import ConfigText

CLASS: Final = "AddressInfo"
TYPES: Final = ("IPAddress", "IPPrefix", "EtherAddress")

# By the type that is wanted: what a name alone means, the first that it has; and what may be
# written behind it.
_PLAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "IPAddress": ("ip",),
    "IPPrefix": ("ipnet", "ip"),
    "EtherAddress": ("eth",),
}
_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "IPAddress": ("ip", "bcast", "gw"),
    "IPPrefix": ("ipnet", "ip"),
    "EtherAddress": ("eth", "ether"),
}
_NAME = re.compile(r"(?P<name>[^\s:]*[^\s:0-9][^\s:]*)(?::(?P<suffix>[a-z]+))?")


@dataclass(frozen=True, slots=True)
class AddressBook:
    """The addresses that names have: name -> `ip`, `ipnet`, `bcast` or `eth` -> literal."""

    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def literal(self, wanted: str, text: str, user: str) -> str:
        """Return the literal of one of `TYPES` that a text in an argument of `user` means.

        It is the text itself unless that is a name with an address of this kind.
        """
        m = _NAME.fullmatch(text)
        if m is None or (m["suffix"] and m["suffix"] not in _SUFFIXES[wanted]):
            return text
        kinds = (m["suffix"],) if m["suffix"] else _PLAIN[wanted]
        for name in candidates(m["name"], user):
            entry = self.names.get(name, {})
            for kind in kinds:
                if kind in entry:
                    return entry[kind]
        if kinds_of(text) is not None:
            return text  # no name at all
        found = interface(m["name"])
        return next((found[kind] for kind in kinds if kind in found), text)


def read(infos: Iterable[tuple[str, ConfigText]]) -> AddressBook:
    """Return what the AddressInfo elements of these names and configurations say.

    What is wrong with them is reported when their arguments are.
    """
    names: dict[str, dict[str, str]] = {}
    for element, config in infos:
        scope = element.rpartition("/")[0]
        for item in split_arguments(config):
            words = [word.text for word in split_words(item)]
            for word in words[1:]:
                full = f"{scope}/{words[0]}" if scope else words[0]
                names.setdefault(full, {}).update(kinds_of(word) or {})
    return AddressBook(names)


def is_name(text: str) -> bool:
    """Whether a text can be the name of addresses."""
    m = _NAME.fullmatch(text)
    return m is not None and m["suffix"] is None and kinds_of(text) is None


def kinds_of(text: str) -> dict[str, str] | None:
    """Return the literals that one address gives a name; None when it is no address."""
    if parse_ip(text) is not None:
        return {"ip": text}
    prefix = parse_prefix(text)
    if prefix is not None:
        found = {"ipnet": text, "bcast": str(prefix.network.broadcast_address)}
        if prefix.ip != prefix.network.network_address:
            found["ip"] = str(prefix.ip)
        return found
    if parse_ether(text) is not None:
        return {"eth": text, "ether": text}
    return {} if _is_ipv6(text) else None


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Interface(text) if "/" in text else IPv6Address(text)
    except (AddressValueError, ValueError):
        return False
    return True
