"""Writes what a scenario's first port receives: a frame for each flow, all checksums right.

Flows go from hosts of 10.0.0.0/24 to others behind the router 10.0.0.1 at 02:00:00:00:00:01, as
the examples of `examples/paper/` expect.
"""

from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pmill.bench.scenario.model import Traffic
from pmill.bench.settings import Devices
from pmill.bench.trace import checksum, frame, write_empty, write_frames

_SEED: Final = 1
_NUMBERS: Final = {"udp": 17, "tcp": 6}
_ACK: Final = 0x10
_SOURCES: Final = (10 << 24) + 10
_NETWORK: Final = (10 << 24) + (1 << 16)  # 10.1.0.0/16


def write(traffic: Traffic, folder: Path) -> Devices:
    """Write the captures of a scenario and say where they are."""
    devices = Devices(flows=folder / "flows.pcap", empty=folder / "empty.pcap")
    if traffic.capture is not None:
        shutil.copyfile(traffic.capture, devices.flows)
    else:
        write_frames(devices.flows, frames(traffic))
    write_empty(devices.empty)
    return devices


def frames(traffic: Traffic) -> Iterator[bytes]:
    """Return a frame of every flow, the same ones each time; no two flows are equal."""
    rng = random.Random(_SEED)
    seen: set[tuple[int, int, int]] = set()
    while len(seen) < traffic.flows:
        source = _SOURCES + rng.randrange(240)
        destination = _NETWORK + rng.randrange(2, 1 << 16)
        port = rng.randrange(1024, 65536)
        if (source, destination, port) in seen:
            continue
        seen.add((source, destination, port))
        yield _frame(traffic, source, destination, port)


def _frame(traffic: Traffic, source: int, destination: int, port: int) -> bytes:
    room = traffic.frame - 14 - 20
    match traffic.protocol:
        case "udp":
            fields, at = struct.pack(">HHHH", port, 53, room, 0), 6
        case "tcp":
            fields, at = struct.pack(">HHIIBBHHH", port, 80, 1, 1, 5 << 4, _ACK, 65535, 0, 0), 16
    number = _NUMBERS[traffic.protocol]
    summed = struct.pack(">IIBBH", source, destination, 0, number, room)
    total = checksum(summed + fields.ljust(room + room % 2, b"\0"))
    transport = fields[:at] + struct.pack(">H", total or 0xFFFF) + fields[at + 2 :]
    return frame(source, destination, number, transport, traffic.frame)
