"""Packets for tests: deterministic generators, and captures read and written."""

from tests.traffic.malformed import malformed
from tests.traffic.neighbours import neighbours
from tests.traffic.normal import option_times, without_times
from tests.traffic.pcap import read_pcap, write_frames, write_pcap
from tests.traffic.router_mix import router_mix

__all__ = [
    "malformed",
    "neighbours",
    "option_times",
    "read_pcap",
    "router_mix",
    "without_times",
    "write_frames",
    "write_pcap",
]
