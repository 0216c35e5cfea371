"""Writes what a scenario's first port receives: made as `pmill traffic` makes it, or a capture."""

from __future__ import annotations

import shutil
from pathlib import Path

from pmill.bench.scenario.model import Traffic
from pmill.bench.settings import Devices
from pmill.bench.trace import write_empty, write_frames
from pmill.traffic import Recipe, generate
from pmill.traffic.flows import read_networks, read_popularity, read_protocols
from pmill.traffic.sizes import read_sizes


def write(traffic: Traffic, folder: Path) -> tuple[Devices, float]:
    """Write the captures of a scenario; return where they are, and the mean length of a frame."""
    devices = Devices(flows=folder / "flows.pcap", empty=folder / "empty.pcap")
    write_empty(devices.empty)
    if traffic.capture is not None:
        shutil.copyfile(traffic.capture, devices.flows)
        return devices, _mean_bytes(devices.flows)
    frames = [packet.frame for packet in generate(recipe(traffic))]
    write_frames(devices.flows, frames)
    return devices, sum(map(len, frames)) / len(frames)


def recipe(traffic: Traffic) -> Recipe:
    """Return how the packets are made: flows from hosts of 10.0.0.0/24 to those of 10.1.0.0/16.

    DiagnosticError as `pmill traffic` raises it.
    """
    read_popularity(traffic.popularity, traffic.flows)
    return Recipe(
        packets=traffic.packets or traffic.flows,
        flows=traffic.flows,
        sizes=read_sizes(traffic.size),
        protocols=read_protocols(traffic.protocols),
        popularity=traffic.popularity,
        servers=read_networks("10.1.0.0/16"),
    )


def _mean_bytes(capture: Path) -> float:
    from pmill.traffic.pcap import read_pcap

    lengths = [len(frame) for _, frame in read_pcap(capture)]
    return sum(lengths) / max(1, len(lengths))
