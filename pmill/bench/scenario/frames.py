"""Writes what a scenario's first port receives: made as `pmill traffic` makes it, or a capture."""

from __future__ import annotations

import shutil
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from pmill.bench.scenario.model import Traffic
from pmill.bench.settings import Devices
from pmill.bench.trace import write_frames
from pmill.traffic import Recipe, generate
from pmill.traffic.flows import read_networks, read_popularity, read_protocols
from pmill.traffic.frames import arp
from pmill.traffic.sizes import read_sizes

_REPLY: Final = 2
_MAC_BYTES: Final = 6


def write(traffic: Traffic, folder: Path) -> tuple[Devices, float]:
    """Write the captures of a scenario; return where they are, and the mean length of a frame."""
    devices = Devices(flows=folder / "flows.pcap", second=folder / "empty.pcap")
    write_frames(devices.second, [arp_reply(words) for words in traffic.replies])
    if traffic.capture is not None:
        shutil.copyfile(traffic.capture, devices.flows)
        return devices, _mean_bytes(devices.flows)
    frames = [packet.frame for packet in generate(recipe(traffic))]
    write_frames(devices.flows, frames)
    return devices, sum(map(len, frames)) / len(frames)


def arp_reply(words: str) -> bytes:
    """Return the frame of a reply, from "IP MAC IP MAC"; ValueError of any other text."""
    sender, sender_mac, target, target_mac = words.split()
    macs = [bytes.fromhex(mac.replace(":", "")) for mac in (sender_mac, target_mac)]
    if any(len(mac) != _MAC_BYTES for mac in macs):
        raise ValueError(words)
    ips = [int(IPv4Address(ip)) for ip in (sender, target)]
    return arp(_REPLY, (macs[0], ips[0]), (macs[1], ips[1]), macs[1])


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
