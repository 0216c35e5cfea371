"""ARP for tests: a stream of IP packets and of answers goes into an ARPQuerier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scapy.layers.l2 import ARP, Ether

from tests.elements.ip_frames import ether, udp
from tests.elements.programs import Run, run_program
from tests.traffic.pcap import read_pcap, write_pcap

IP, MAC = "10.0.0.1", "02:00:00:00:00:01"
EVERYBODY = "ff:ff:ff:ff:ff:ff"
SECOND = 1_000_000_000
QUERIER = f"ARPQuerier({IP}/24, {MAC})"

# What is no IP packet is an ARP message, of whatever kind.
PROGRAM = """
FromDump(in.pcap, TIMING {timing}, STOP true) -> c :: Classifier(12/0800, -);
c[0] -> Strip(14) -> MarkIPHeader -> GetIPAddress(16) -> [0] arp :: {querier};
c[1] -> [1] arp;
arp[0] -> ToDump(out.pcap, SNAPLEN 0); {asks}
"""
ASKS = "arp[1] -> ToDump(asked.pcap, SNAPLEN 0);"

Event = tuple[float, bytes]  # seconds, frame


@dataclass(frozen=True)
class Exchange:
    """What left: frames with the time (s) of the packet that they are or that caused them."""

    out: Sequence[Event]
    asked: Sequence[Event]
    counters: Mapping[str, int]
    run: Run

    @property
    def sent(self) -> list[bytes]:
        return [frame for _, frame in self.out]

    @property
    def queries(self) -> list[bytes]:
        return [frame for _, frame in self.asked]

    @property
    def ask_times(self) -> list[float]:
        return [time for time, _ in self.asked]


def exchange(
    folder: Path,
    events: Sequence[Event],
    querier: str = QUERIER,
    *,
    level: int = 3,
    timing: bool = False,
    more: str = "",
    asks: str = ASKS,
) -> Exchange:
    """Send frames through a querier; with `timing`, at their times, on a simulated clock."""
    timed = [(round(seconds * SECOND), frame) for seconds, frame in events]
    write_pcap(folder / "in.pcap", timed, nanoseconds=True)
    text = PROGRAM.format(querier=querier, timing=str(timing).lower(), asks=asks) + more
    run = run_program(folder, text, level=level, options=("--simtime",) if timing else ())
    assert run.returncode == 0, run.stderr
    return Exchange(
        out=_events(folder / "out.pcap"),
        asked=_events(folder / "asked.pcap"),
        counters=run.counters,
        run=run,
    )


def _events(path: Path) -> list[Event]:
    packets = read_pcap(path) if path.exists() else []
    return [(ns / SECOND, frame) for ns, frame in packets]


def host(number: int) -> str:
    """The Ethernet address of 10.0.0.NUMBER."""
    return f"02:00:00:00:10:{number:02x}"


def packet(number: int, payload: bytes = b"payload") -> bytes:
    """A frame for the querier, with an IP packet to 10.0.0.NUMBER."""
    return ether(udp(payload, dst=f"10.0.0.{number}"))


def to(frame: bytes, mac: str, source: str = MAC) -> bytes:
    """The frame as it leaves the querier."""
    return bytes(Ether(dst=mac, src=source, type=0x0800)) + frame[14:]


def reply(number: int, mac: str | None = None, **changes: object) -> bytes:
    """The answer of 10.0.0.NUMBER; `changes` are of the ARP message."""
    mac = mac or host(number)
    fields = {"op": 2, "hwsrc": mac, "psrc": f"10.0.0.{number}", "hwdst": MAC, "pdst": IP}
    return bytes(Ether(src=host(number), dst=MAC) / ARP(**{**fields, **changes}))


def query(number: int, mac: str = EVERYBODY, source: str = MAC, own: str = IP) -> bytes:
    """What the querier sends to ask for 10.0.0.NUMBER."""
    arp = ARP(op=1, hwsrc=source, psrc=own, hwdst="00:00:00:00:00:00", pdst=f"10.0.0.{number}")
    return bytes(Ether(src=source, dst=mac) / arp)
