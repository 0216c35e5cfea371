"""A model of examples/capture.click: what is IPv4 and whole, and the rest."""

from __future__ import annotations

import struct

from tests.models.ipv4 import bad_header

Record = tuple[int, bytes]


def sort_packets(packets: list[Record]) -> tuple[list[Record], list[Record]]:
    """Return what goes to $OUT and to $REST, in order, with their times."""
    good: list[Record] = []
    rest: list[Record] = []
    for time, frame in packets:
        # Assumed: without INTERFACES and BADSRC no source address is bad.
        if frame[12:14] == b"\x08\x00" and bad_header(frame[14:]) is None:
            # The check cuts off what follows the packet, such as the padding of short frames.
            (length,) = struct.unpack_from(">H", frame, 16)
            good.append((time, frame[: 14 + length]))
        else:
            rest.append((time, frame))
    return good, rest
