"""The addresses of this machine's network interfaces, for names that nothing else explains.

They are those of the moment and of the machine on which pmill runs. What cannot be found out, for
want of an address, a right or a kernel that tells, is just not there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Final

# <linux/sockios.h> and <linux/route.h>
_GET_ADDRESS: Final = 0x8915
_GET_MASK: Final = 0x891B
_IS_GATEWAY: Final = 0x2
_MOST_CHARACTERS: Final = 15

_FOLDER = Path("/sys/class/net")
_ROUTES = Path("/proc/net/route")


def interface(name: str) -> Mapping[str, str]:
    """Return the addresses of an interface: `ip`, `ipnet`, `bcast`, `gw`, `eth` -> literal."""
    if "/" in name or name in (".", "..") or not 0 < len(name) <= _MOST_CHARACTERS:
        return {}
    with suppress(OSError, ValueError):
        if (_FOLDER / name).exists():
            return dict(_addresses(name))
    return {}


def mentioned(text: str) -> list[tuple[str, Mapping[str, str]]]:
    """Return the interfaces of this machine whose names are in a text, with their addresses.

    What is made of the text may depend on no others.
    """
    try:
        names = sorted(path.name for path in _FOLDER.iterdir())
    except OSError:
        return []
    return [(name, interface(name)) for name in names if name in text]


def _addresses(name: str) -> Iterator[tuple[str, str]]:
    with suppress(OSError):
        ether = (_FOLDER / name / "address").read_text(encoding="ascii").strip()
        if len(ether) == len("02:00:00:00:00:01"):
            yield from (("eth", ether), ("ether", ether))
    with suppress(OSError):
        address, mask = _ask(name, _GET_ADDRESS), _ask(name, _GET_MASK)
        net = IPv4Interface(f"{address}/{mask}")
        yield from (("ip", str(address)), ("ipnet", str(net)))
        yield "bcast", str(net.network.broadcast_address)
    with suppress(OSError):
        gateway = _gateway(name, _ROUTES.read_text(encoding="ascii"))
        if gateway is not None:
            yield "gw", str(gateway)


def _ask(name: str, request: int) -> IPv4Address:
    """Return the address with which the kernel answers a request about an interface."""
    import fcntl  # these take time to load, and few configurations name an interface
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        answer = fcntl.ioctl(asked, request, struct.pack("16s24x", name.encode()))
    return IPv4Address(answer[20:24])


def _gateway(name: str, routes: str) -> IPv4Address | None:
    """Return the gateway of an interface's default route in the kernel's table of them."""
    found: list[tuple[int, IPv4Address]] = []
    for line in routes.splitlines()[1:]:
        words = line.split()
        if len(words) < 8 or words[0] != name or not int(words[3], 16) & _IS_GATEWAY:
            continue
        if int(words[1], 16) == int(words[7], 16) == 0:
            gateway = IPv4Address(bytes.fromhex(words[2])[::-1])
            found.append((int(words[6]), gateway))
    return min(found)[1] if found else None
