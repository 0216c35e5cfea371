"""One element between a program and a host: what it emits of frames that a host sends."""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.net.namespaces import Namespaces
from tests.net.programs import EXTRA, ONE_WORKER, compile_text, running
from tests.traffic.pcap import read_pcap


@dataclass(frozen=True)
class Received:
    """Frames with their timestamps (ns) and lengths on the wire, counters, the program's words."""

    frames: list[bytes]
    timestamps: list[int]
    lengths: list[int]
    counters: dict[str, int]
    stderr: str


def receive(
    net: Namespaces,
    folder: Path,
    arguments: str,
    frames: Sequence[bytes],
    *,
    own: Sequence[bytes] = (),
    behind: str = "",
    level: int = 0,
    eal: tuple[str, ...] = ONE_WORKER,
) -> Received:
    """Send frames from the host `a` to `m`, where `FromDevice(e0, ARGUMENTS)` receives them.

    `own` are then sent by `m` itself, on the same interface. `behind` stands behind FromDevice.
    """
    config = f"f :: FromDevice(e0{arguments}) -> {behind} ToDump(out.pcap, SNAPLEN 0);\n"
    # For nothing but to tell that the port has started.
    config += "TimedSource(3600) -> Queue -> ToDevice(e0, DEBUG true);\n"
    include = (EXTRA,) if "ShowType" in behind else ()
    program = compile_text(config, level=level, include=include)
    with running(net, "m", program, eal=eal, wait_for=1, cwd=folder) as r:
        net.probe("a", "send", "eth0", *(frame.hex() for frame in frames))
        if own:
            net.probe("m", "send", "e0", *(frame.hex() for frame in own))
        time.sleep(0.2)
    packets = read_pcap(folder / "out.pcap")
    return Received(
        frames=[data for _, data in packets],
        timestamps=[ns for ns, _ in packets],
        lengths=read_lengths(folder / "out.pcap"),
        counters=r.counters,
        stderr=r.stderr,
    )


def read_lengths(path: Path) -> list[int]:
    """The lengths on the wire of the packets in a capture, before anything was cut off."""
    capture = path.read_bytes()
    found, at = [], 24
    while at < len(capture):
        captured, length = struct.unpack_from("<II", capture, at + 8)
        found.append(length)
        at += 16 + captured
    return found
