"""The load of benchmarks: frames as short as Ethernet allows, of many flows, all alike."""

from __future__ import annotations

import random
import struct

_NETWORKS = ((10, 0, 1), (10, 1), (10, 2))


def flows_64(n_flows: int = 1024, seed: int = 64) -> list[bytes]:
    """Return one frame of 64 bytes for each flow.

    Every one is UDP that examples/router-static.click forwards from port 0 out of port 1.
    """
    rng = random.Random(seed)
    frames = []
    seen = set()
    while len(frames) < n_flows:
        network = rng.choice(_NETWORKS)
        host = tuple(rng.randrange(2, 250) for _ in range(4 - len(network)))
        flow = (bytes(network + host), rng.randrange(10, 250), rng.randrange(1024, 65536))
        if flow not in seen:
            seen.add(flow)
            frames.append(_frame(*flow))
    return frames


def _frame(destination: bytes, source_host: int, source_port: int) -> bytes:
    ethernet = bytes.fromhex("020000000001 020000001000 0800")
    payload = b"pmill".ljust(22, b".")
    source = bytes((10, 0, 0, source_host))
    udp = struct.pack(">HHHH", source_port, 4789, 8 + len(payload), 0)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 50, 0, 0x4000, 64, 17, 0) + source + destination
    total = sum(struct.unpack(">10H", ip))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return ethernet + ip[:10] + struct.pack(">H", ~total & 0xFFFF) + ip[12:] + udp + payload
