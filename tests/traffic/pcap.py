"""Captures, read and written as `pmill verify` does."""

from pmill.traffic.pcap import read_pcap, write_frames, write_pcap

__all__ = ["read_pcap", "write_frames", "write_pcap"]
