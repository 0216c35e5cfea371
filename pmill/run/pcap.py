"""Counts the packets of a capture file, pcap or pcapng, without decoding them.

net_pcap never says that a file has ended: a run on a capture is over when as many packets were
received as the file holds, so this must see exactly the packets that libpcap will read.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.diagnostics import fail

_ETHERNET: Final = 1
# libpcap refuses a packet longer than this, and everything after it.
_LONGEST_PACKET: Final = 262_144
_PCAP_MAGIC: Final = {0xA1B2C3D4, 0xA1B23C4D}
_SECTION: Final = 0x0A0D0D0A
_BYTE_ORDER: Final = 0x1A2B3C4D
_INTERFACE: Final = 1
_PACKET_BLOCKS: Final = (2, 3, 6)  # obsolete, simple, enhanced


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What a capture file holds.

    `packets` counts complete packets. `truncated`: the file ends in the middle of a packet.
    `link_type` is the first one in the file (1: Ethernet), None in a pcapng without interface.
    """

    packets: int
    truncated: bool
    link_type: int | None

    @property
    def is_ethernet(self) -> bool:
        """Whether the packets are Ethernet frames, which is all that DPDK knows."""
        return self.link_type in (_ETHERNET, None)


def count_packets(path: Path) -> int:
    """Return the number of complete packets of a capture; raise DiagnosticError if it is none."""
    return read_capture(path).packets


def read_capture(path: Path) -> Capture:
    """Return what a capture file holds; raise DiagnosticError when it cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size == 0:
                raise fail(
                    "PM0822",
                    f"'{path}' is empty, not a capture file",
                    hint="even a capture without packets has a header; write it again",
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _read(path, data)
    except OSError as error:
        raise fail(
            "PM0821",
            f"cannot read the capture '{path}': {error.strerror or error}",
            hint="--pcap takes the name of a pcap or pcapng file",
        ) from None


def _read(path: Path, data: mmap.mmap) -> Capture:
    if len(data) >= 4:
        for order in "<>":
            (magic,) = struct.unpack_from(f"{order}I", data, 0)
            if magic in _PCAP_MAGIC:
                return _read_pcap(path, data, order)
            if magic == _SECTION:
                return _read_pcapng(path, data)
    raise fail(
        "PM0822",
        f"'{path}' is not a capture file (pcap or pcapng)",
        hint="tcpdump, Wireshark and ToDump write such files",
    )


def _read_pcap(path: Path, data: mmap.mmap, order: str) -> Capture:
    size = len(data)
    if size < 24:
        raise _cut_short(path)
    (network,) = struct.unpack_from(f"{order}I", data, 20)
    captured_length = struct.Struct(f"{order}I").unpack_from
    packets, at = 0, 24
    while at + 16 <= size:
        (length,) = captured_length(data, at + 8)
        if length > _LONGEST_PACKET:
            raise _damaged(path, packets, f"claims {length} bytes")
        if at + 16 + length > size:
            break
        at += 16 + length
        packets += 1
    return Capture(packets=packets, truncated=at != size, link_type=network & 0xFFFF)


def _read_pcapng(path: Path, data: mmap.mmap) -> Capture:
    size = len(data)
    if size < 28:
        raise _cut_short(path)
    order, packets, at, link_type = "<", 0, 0, None
    while at + 12 <= size:
        if data[at : at + 4] == b"\x0a\x0d\x0d\x0a":  # a section: sets the byte order
            order = "<" if struct.unpack_from("<I", data, at + 8)[0] == _BYTE_ORDER else ">"
        kind, length = struct.unpack_from(f"{order}II", data, at)
        if length < 12 or length % 4:
            raise _damaged(path, packets, f"is in a block of {length} bytes")
        if at + length > size:
            break
        if kind in _PACKET_BLOCKS:
            packets += 1
        elif kind == _INTERFACE and link_type is None:
            (link_type,) = struct.unpack_from(f"{order}H", data, at + 8)
        at += length
    return Capture(packets=packets, truncated=at != size, link_type=link_type)


def _cut_short(path: Path) -> Exception:
    return fail(
        "PM0822",
        f"the capture '{path}' ends within its header",
        hint="the file was cut short; write it again",
    )


def _damaged(path: Path, packets: int, what: str) -> Exception:
    return fail(
        "PM0823",
        f"the capture '{path}' is damaged: packet {packets + 1} {what}",
        hint=f"keep the good part: editcap -r '{path}' good.pcap 1-{packets}"
        if packets
        else "write it again",
    )
