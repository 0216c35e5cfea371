"""FlowIPNATReverse: errors about translated packets, and what belongs to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import EVERY_LEVEL
from tests.elements.flow_frames import (
    ETHER,
    ICMP,
    OUTSIDE,
    TCP,
    UDP,
    Flow,
    body,
    checksum,
    flow_of,
    frame,
    ip,
    sums_are_right,
)
from tests.elements.ip_frames import EXTRA
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap, write_frames

LEVELS = pytest.mark.parametrize("level", EVERY_LEVEL)
TWO = pytest.mark.parametrize("level", [0, 3])
ROUTER = "198.51.100.254"

# Outside, a router refuses everything; or inside, a host refuses what comes back.
CONFIG = """
FromDump(in.pcap, STOP true) -> Strip(14) -> CheckIPHeader(CHECKSUM true)
  -> m :: FlowIPManagerIMP(1000) -> n :: FlowIPNAT({outside})
  -> CheckIPHeader(CHECKSUM true) -> sent :: Tee(3);
sent[0] -> Unstrip(14) -> ToDump(out.pcap, SNAPLEN 0);
sent[1] -> ICMPError({router}, unreachable, host, MTU {mtu}) -> FixIPSrc({router})
  -> r :: FlowIPNATReverse(n) -> CheckIPHeader(CHECKSUM true)
  -> EtherEncap(0x0800, 02:00:00:00:00:0a, 02:00:00:00:00:0b) -> ToDump(errors.pcap, SNAPLEN 0);
sent[2] -> errors :: Classifier(9/01 20/03, -);
errors[0] -> Discard;
errors[1] -> RemoteEnd -> back :: FlowIPNATReverse(n)
  -> CheckIPHeader(CHECKSUM true) -> seen :: Tee(2);
seen[0] -> Unstrip(14) -> ToDump(back.pcap, SNAPLEN 0);
seen[1] -> ICMPError(10.0.9.9, unreachable, port, MTU {mtu}) -> FixIPSrc(10.0.9.9)
  -> CheckIPHeader(CHECKSUM true) -> m2 :: Null -> m;
"""


def inner(error: bytes) -> bytes:
    """What an ICMP error quotes, as a frame."""
    assert error[34] == 3
    assert checksum(error[34:]) == 0
    return ETHER + error[42:]


def exchanged(folder: Path, packets: list[bytes], level: int, mtu: int = 576) -> list[list[bytes]]:
    """Return what left, errors from outside as they came inside, and what came back."""
    write_frames(folder / "in.pcap", packets)
    text = CONFIG.format(outside=OUTSIDE, router=ROUTER, mtu=mtu)
    run = run_program(folder, text, level=level, include=EXTRA)
    assert run.returncode == 0, run.stderr
    return [
        [data for _, data in read_pcap(folder / f"{name}.pcap")]
        for name in ("out", "errors", "back")
    ]


FLOWS = (Flow(UDP), Flow(TCP), Flow(ICMP, destination_port=0))


@LEVELS
def test_errors_quote_what_their_receivers_have_sent(tmp_path: Path, level: int) -> None:
    packets = [frame(f, b"payload") for f in FLOWS]
    packets += [frame(FLOWS[0], b"payload", sums=False), frame(FLOWS[1], options=b"\1" * 8)]
    out, errors, back = exchanged(tmp_path, packets, level)
    assert all(sums_are_right(p) for p in out if p[23] != ICMP or p[34] == 8)

    # From outside, about what was sent: the sender gets its own packet back.
    assert len(errors) == len(packets)
    for sent, error in zip(packets, errors, strict=True):
        assert error[26:34] == ip(Flow(1, ROUTER, 0, flow_of(sent).source), b"")[12:20]
        assert inner(error) == sent

    # From inside, about what came back: the remote end gets what it sent.
    about = [p for p in out if p[23] == ICMP and p[34] == 3]
    assert len(about) == len(back) == len(packets)
    translated = [p for p in out if p not in about]
    for left, error in zip(translated, about, strict=True):
        assert flow_of(inner(error)) == flow_of(left).back()
        assert sums_are_right(inner(error))
        assert error[26:30] == ip(Flow(source=OUTSIDE), b"")[12:16]
        assert checksum(error[14:34]) == 0


@TWO
def test_an_error_may_quote_little(tmp_path: Path, level: int) -> None:
    """Of a TCP segment, eight bytes: its checksum is not among them."""
    packets = [frame(f, b"payload" * 9) for f in FLOWS]
    _, errors, _ = exchanged(tmp_path, packets, level, mtu=56)
    for sent, error in zip(packets, errors, strict=True):
        quoted = inner(error)
        assert len(quoted) == 14 + 28
        assert quoted == sent[: len(quoted)]


@LEVELS
def test_what_belongs_to_nobody(tmp_path: Path, level: int) -> None:
    other = Flow(UDP, "198.51.100.7", 80, OUTSIDE, 5000)
    about = ip(Flow(UDP, OUTSIDE, 5000, "198.51.100.7", 80), body(Flow(), b""))
    packets = [
        frame(other),
        frame(Flow(TCP, "198.51.100.7", 80, OUTSIDE, 80)),  # of no worker
        frame(Flow(ICMP, "198.51.100.7", 0, OUTSIDE, 5000)),
        ETHER + ip(other, body(other, b"")[:8], fragment=0x2000),
        ETHER + ip(Flow(47, "198.51.100.7", 0, OUTSIDE), b"tunnel"),
        ETHER + ip(Flow(ICMP, ROUTER, 0, OUTSIDE), b"\3\3\0\0\0\0\0\0" + about),
        ETHER + ip(other, b"123"),
    ]
    write_frames(tmp_path / "in.pcap", packets)
    write_frames(tmp_path / "none.pcap", [])
    text = f"""
FromDump(none.pcap, STOP false) -> MarkIPHeader(14) -> FlowIPManagerIMP
  -> n :: FlowIPNAT({OUTSIDE}) -> Discard;
FromDump(in.pcap, STOP true) -> MarkIPHeader(14) -> r :: FlowIPNATReverse(n)
  -> ToDump(out.pcap, SNAPLEN 0);
"""
    run = run_program(tmp_path, text, level=level)
    assert read_pcap(tmp_path / "out.pcap") == []
    counted = {k[2:]: v for k, v in run.counters.items() if k.startswith("r.") and v != 0}
    assert counted == {"unknown": 3, "fragments": 1, "unsupported": 2, "malformed": 1}
    more = text + "r[1] -> ToDump(rest.pcap, SNAPLEN 0);"
    run_program(tmp_path, more, level=level)
    assert [data for _, data in read_pcap(tmp_path / "rest.pcap")] == packets


def test_it_names_a_nat() -> None:
    assert "PM0411" in refusal("InfiniteSource -> FlowIPNATReverse(n) -> Discard;")
    text = "n :: Null; InfiniteSource -> n -> FlowIPNATReverse(n) -> Discard;"
    assert "PM0412" in refusal(text)
