"""What a benchmark is asked to do, and the arguments of EAL and of the devices that follow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Memory = Literal["no-huge", "huge"]

# Enough for the pool, and for the copies of the trace that net_pcap keeps with infinite_rx.
_MEGABYTES: Final = 128
# What EAL needs, its own structures and the granularity of its reservations included.
HUGEPAGES: Final = _MEGABYTES // 2 + 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One value of everything that must be the same for all contestants."""

    rounds: int = 21
    seconds: float = 0.2
    warm_up: float = 0.2
    lcore: int
    mbufs: int = 8192
    mbuf_size: int = 2176
    descriptors: int = 256
    burst: int = 32
    march: str = "x86-64-v3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """The captures that stand behind the virtual ports."""

    flows: Path
    second: Path

    def arguments(self, ports: int) -> list[str]:
        """Return EAL's arguments for one or two ports.

        Port 0 repeats the trace without end. Port 1 receives nothing, or what neighbours answer: it
        is a net_pcap too, so that sending on it costs what sending on port 0 does.
        """
        words = ["--vdev", f"net_pcap0,rx_pcap={self.flows},infinite_rx=1"]
        if ports == 2:
            words += ["--vdev", f"net_pcap1,rx_pcap={self.second}"]
        return words


def memory_arguments(memory: Memory) -> list[str]:
    """Return EAL's arguments for a memory mode."""
    mode = ["--no-huge", "--no-shconf"] if memory == "no-huge" else ["--in-memory"]
    return [*mode, "--no-pci", "--no-telemetry", "-m", str(_MEGABYTES)]
