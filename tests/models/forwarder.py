"""A model of examples/forwarder.click: the Ethernet addresses change places."""

from __future__ import annotations


def mirrored(frame: bytes) -> bytes:
    """Return the frame as it is sent; it has a whole Ethernet header."""
    return frame[6:12] + frame[:6] + frame[12:]
