"""Writes the trace of the benchmark: frames of 64 bytes, many flows, all of them forwarded."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pmill.bench.settings import Devices

_FILE_HEADER: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
_ETHERNET: Final = bytes.fromhex("020000000001 020000001000 0800")
# The second network of examples/router-static.click and the two behind it.
_NETWORKS: Final = (bytes((10, 0, 1)), bytes((10, 1)), bytes((10, 2)))
_UDP: Final = 17
_FRAME_BYTES: Final = 64


def write_flows(path: Path, flows: int = 1024, seed: int = 1, size: int = _FRAME_BYTES) -> None:
    """Write one frame for each flow, from port 0 of examples/router-static.click to port 1.

    `size`: bytes of a frame, without its checksum.
    """
    rng = random.Random(seed)
    _write(path, (_frame(rng, size) for _ in range(flows)))


def router_devices(folder: Path) -> Devices:
    """Write both captures of a router's ports: the flows, and nothing."""
    devices = Devices(flows=folder / "flows.pcap", second=folder / "empty.pcap")
    write_flows(devices.flows)
    write_empty(devices.second)
    return devices


def write_frames(path: Path, frames: Iterable[bytes]) -> None:
    """Write frames."""
    _write(path, frames)


def write_empty(path: Path) -> None:
    """Write a capture without packets."""
    _write(path, ())


def _write(path: Path, frames: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.write(_FILE_HEADER)
        for number, frame in enumerate(frames):
            file.write(struct.pack("<IIII", 0, number % 1_000_000, len(frame), len(frame)))
            file.write(frame)


def _frame(rng: random.Random, size: int) -> bytes:
    network = rng.choice(_NETWORKS)
    host = bytes(rng.randrange(2, 250) for _ in range(4 - len(network)))
    source = bytes((10, 0, 0, rng.randrange(10, 250)))
    udp = struct.pack(">HHHH", rng.randrange(1024, 65536), 53, size - 14 - 20, 0)
    destination = network + host
    return frame(int.from_bytes(source, "big"), int.from_bytes(destination, "big"), _UDP, udp, size)


def frame(
    source: int, destination: int, protocol: int, transport: bytes, size: int = _FRAME_BYTES
) -> bytes:
    """Return a frame whose transport header begins so; zeros follow."""
    room = size - 14 - 20
    addresses = struct.pack(">II", source, destination)
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + room, 0, 0, 64, protocol, 0)
    total = checksum(header + addresses)
    ip = header[:10] + struct.pack(">H", total) + addresses
    return _ETHERNET + ip + transport.ljust(room, b"\0")


def checksum(data: bytes) -> int:
    """Compute the Internet checksum (RFC 1071) of an even number of bytes."""
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
