"""ARP replies from all neighbours of examples/router.click."""

from __future__ import annotations

import struct

_ROUTER = (bytes.fromhex("020000000001"), bytes.fromhex("020000000002"))


def neighbours(port: int = 0) -> list[bytes]:
    """Return a reply from each address of both networks, in frames to port `port` of the router.

    The router learns from replies for which it did not ask. When these come first it knows whoever
    a packet may be for, and asks nobody: what it sends does not depend on the time.
    """
    return [_reply(port, network, host) for network in (0, 1) for host in range(256)]


def _reply(port: int, network: int, host: int) -> bytes:
    mac = bytes((2, 0, 0, 0, 0x10 + network, host))
    ethernet = _ROUTER[port] + mac + struct.pack(">H", 0x0806)
    sender = mac + bytes((10, 0, network, host))
    target = _ROUTER[port] + bytes((10, 0, port, 1))
    return (ethernet + struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2) + sender + target).ljust(60, b"\0")
