"""FlowIPNAT, with what it needs in front of it: what leaves, and what is refused."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from tests.conftest import EVERY_LEVEL
from tests.elements.flow_frames import (
    ACK,
    ETHER,
    FIN,
    ICMP,
    OUTSIDE,
    RST,
    SYN,
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
from tests.traffic.pcap import read_pcap, write_pcap

LEVELS = pytest.mark.parametrize("level", EVERY_LEVEL)
TWO = pytest.mark.parametrize("level", [0, 3])
SECOND = 1_000_000_000
START = 1_000 * SECOND

# What leaves is recorded, comes to somebody who sends it back, and is recorded again inside.
CONFIG = """
FromDump(in.pcap, STOP true, TIMING {timing}) -> Strip(14) -> CheckIPHeader(CHECKSUM true)
  -> m :: FlowIPManagerIMP({manager}) -> n :: FlowIPNAT({nat})
  -> CheckIPHeader(CHECKSUM true) -> Unstrip(14) -> sent :: Tee;
sent[0] -> ToDump(out.pcap, SNAPLEN 0);
sent[1] -> Strip(14) -> MarkIPHeader -> only :: IPClassifier({back}, -);
only[0] -> RemoteEnd -> r :: FlowIPNATReverse(n) -> MarkIPHeader
  -> GetIPAddress(16) -> CheckIPHeader(CHECKSUM true) -> Unstrip(14) -> ToDump(back.pcap, SNAPLEN 0);
only[1] -> Discard;
n[1] -> Unstrip(14) -> ToDump(refused.pcap, SNAPLEN 0);
r[1] -> Unstrip(14) -> ToDump(unknown.pcap, SNAPLEN 0);
"""


@dataclass(frozen=True)
class Outcome:
    """The frames that left, that came back, and that were refused; and what was counted."""

    out: list[bytes]
    back: list[bytes]
    refused: list[bytes]
    unknown: list[bytes]
    counters: Mapping[str, int]


def translated(
    folder: Path,
    packets: Sequence[bytes | tuple[float, bytes]],
    *,
    nat: str = OUTSIDE,
    manager: str = "",
    back: str = "udp or tcp or icmp",
    level: int = 3,
) -> Outcome:
    """Send frames outside; a pair is one and the seconds after which it comes."""
    timing = bool(packets) and isinstance(packets[0], tuple)
    timed = [p if isinstance(p, tuple) else (0.0, p) for p in packets]
    write_pcap(
        folder / "in.pcap",
        [(START + int(seconds * SECOND), p) for seconds, p in timed],
        nanoseconds=True,
    )
    text = CONFIG.format(
        timing=str(timing).lower(), manager=manager or "CAPACITY 1000", nat=nat, back=back
    )
    options = ("--simtime",) if timing else ()
    run = run_program(folder, text, level=level, options=options, include=EXTRA)
    assert run.returncode == 0, run.stderr
    files = ("out", "back", "refused", "unknown")
    frames = [[data for _, data in read_pcap(folder / f"{name}.pcap")] for name in files]
    return Outcome(*frames, run.counters)


@LEVELS
def test_there_and_back(tmp_path: Path, level: int) -> None:
    flows = [
        Flow(protocol, f"10.0.{n}.2", port, "198.51.100.7", 0 if protocol == ICMP else 80)
        for n in range(3)
        for port in (1000, 1001)
        for protocol in (TCP, UDP, ICMP)
    ]
    packets = [frame(f, b"payload" * n) for n in range(3) for f in flows]
    got = translated(tmp_path, packets, level=level)
    assert len(got.out) == len(got.back) == len(packets)
    places: dict[Flow, Flow] = {}
    for sent, left, came in zip(packets, got.out, got.back, strict=True):
        assert sums_are_right(left)
        assert sums_are_right(came)
        before, after = flow_of(sent), flow_of(left)
        assert (after.source, after.destination) == (OUTSIDE, before.destination)
        assert after.destination_port == before.destination_port
        assert after.source_port >= 1024
        assert places.setdefault(before, after) == after
        assert flow_of(came) == before.back()
        # Nothing else is changed.
        assert left[34 + 20 :] == sent[34 + 20 :] == came[34 + 20 :]
    assert len(set(places.values())) == len(flows)
    assert got.counters["n.count"] == got.counters["n.opened"] == len(flows)
    assert got.counters["n.packets"] == got.counters["r.packets"] == len(packets)


@TWO
def test_a_missing_udp_checksum_stays_missing(tmp_path: Path, level: int) -> None:
    packets = [frame(Flow(), b"x", sums=False), frame(Flow(), b"x")]
    got = translated(tmp_path, packets, level=level)
    for left in (got.out, got.back):
        assert left[0][40:42] == b"\0\0"
        assert left[1][40:42] != b"\0\0"
        assert all(sums_are_right(p) for p in left)


def test_a_udp_checksum_that_would_be_zero_is_the_other_zero(tmp_path: Path) -> None:
    """Of 65536 payloads, one makes the sum after translation zero."""
    flow = Flow()
    packets = [frame(flow, struct.pack("!H", n)) for n in range(65536)]
    got = translated(tmp_path, packets)
    assert all(sums_are_right(p) and p[40:42] != b"\0\0" for p in got.out)
    assert sum(p[40:42] == b"\xff\xff" for p in got.out) >= 1
    assert [p[34:] for p in got.back] == [
        frame(flow.back(), struct.pack("!H", n))[34:] for n in range(65536)
    ]


@TWO
def test_options_are_no_hindrance(tmp_path: Path, level: int) -> None:
    packets = [frame(Flow(p), b"xy", options=b"\1" * 4) for p in (TCP, UDP)]
    got = translated(tmp_path, packets, level=level)
    assert all(sums_are_right(p) for p in (*got.out, *got.back))
    assert [flow_of(p) for p in got.back] == [flow_of(p).back() for p in packets]


@TWO
def test_an_address_serves_more_flows_than_it_has_ports(tmp_path: Path, level: int) -> None:
    flows = [
        Flow(UDP, f"10.{n >> 14}.0.2", 1 + (n & 0x3FFF), f"198.51.100.{remote}", 53)
        for remote in (1, 2)
        for n in range(64_512)
    ]
    got = translated(tmp_path, [frame(f) for f in flows], manager="CAPACITY 150000", level=level)
    assert got.counters["n.count"] == len(flows) == len(got.out)
    places = {flow_of(p) for p in got.out}
    assert len(places) == len(flows)  # nobody shares a place
    assert {p.source for p in places} == {OUTSIDE}
    assert [flow_of(p) for p in got.back] == [f.back() for f in flows]


@LEVELS
def test_there_are_only_so_many_ports_for_a_remote_end(tmp_path: Path, level: int) -> None:
    many = [Flow(UDP, "10.0.0.2", 1 + n) for n in range(15)]
    other = Flow(UDP, "10.0.0.2", 1, "198.51.100.8")
    packets = [*map(frame, many), frame(other), *map(frame, many)]
    got = translated(tmp_path, packets, nat=f"{OUTSIDE}, MIN_PORT 2000, MAX_PORT 2009", level=level)
    assert got.refused == [frame(f) for f in many[10:]] * 2
    assert got.counters["n.no_port"] == 10
    assert got.counters["n.count"] == 11
    to_many = {flow_of(p).source_port for p in got.out if flow_of(p).destination[-1] == "7"}
    assert to_many == set(range(2000, 2010))


@LEVELS
def test_ports_come_back_when_connections_close(tmp_path: Path, level: int) -> None:
    nat = f"{OUTSIDE}, MIN_PORT 2000, MAX_PORT 2001, TIME_WAIT 3"

    def connection(start: float, port: int, *end: int) -> list[tuple[float, bytes]]:
        flow = Flow(TCP, "10.0.0.2", port)
        return [(start + n / 10, frame(flow, flags=f)) for n, f in enumerate((SYN, ACK, *end))]

    # The other end sends back what it gets: both have said FIN, or RST.
    for end in (FIN | ACK, ACK), (RST,):
        closing = [p for n in range(8) for p in connection(n * 8.0, 1 + n, *end)]
        got = translated(tmp_path, closing, nat=nat, level=level)
        assert (got.counters["n.opened"], got.counters["n.no_port"]) == (8, 0)
        assert got.counters["n.closed"] == 8
    # Those that stay open, or are not followed, keep theirs.
    kept = [p for n in range(8) for p in connection(n * 8.0, 1 + n)]
    got = translated(tmp_path, kept, nat=nat, level=level)
    assert (got.counters["n.opened"], got.counters["n.closed"]) == (2, 0)
    got = translated(tmp_path, closing, nat=f"{nat}, STATE false", level=level)
    assert (got.counters["n.opened"], got.counters["n.closed"]) == (2, 0)


@TWO
def test_one_end_that_closes_is_not_enough(tmp_path: Path, level: int) -> None:
    nat = f"{OUTSIDE}, MIN_PORT 2000, MAX_PORT 2000, TIME_WAIT 1"
    first, second = Flow(TCP, "10.0.0.2", 1), Flow(TCP, "10.0.0.2", 2)
    packets = [(0.0, frame(first, flags=SYN)), (1.0, frame(first, flags=FIN | ACK))]
    packets += [(9.0, frame(second, flags=SYN)), (9.5, frame(first))]
    got = translated(tmp_path, packets, nat=nat, back="icmp", level=level)
    assert got.refused == [frame(second, flags=SYN)]
    assert (len(got.out), got.counters["n.closed"]) == (3, 0)


@TWO
def test_a_connection_of_the_same_ends_lives_on(tmp_path: Path, level: int) -> None:
    nat = f"{OUTSIDE}, MIN_PORT 2000, MAX_PORT 2000, TIME_WAIT 4"
    flow = Flow(TCP, "10.0.0.2", 1)
    packets = [(0.0, frame(flow, flags=SYN)), (1.0, frame(flow, flags=RST))]
    packets += [(2.0, frame(flow, flags=SYN)), (30.0, frame(flow)), (40.0, frame(flow))]
    got = translated(tmp_path, packets, nat=nat, level=level)
    assert (got.counters["n.opened"], got.counters["n.count"]) == (1, 1)
    # The SYN comes back, too, and is none of who waits for connections; so is the RST.
    assert len(got.back) == 5


@TWO
def test_what_comes_back_keeps_a_flow(tmp_path: Path, level: int) -> None:
    """The remote end answers nine seconds later, and later once more."""
    a, b = Flow(UDP, "10.0.0.2", 1), Flow(UDP, "10.0.0.2", 2)
    packets = [(n * 4.0, frame(f)) for n in range(6) for f in (a,)]
    packets += [(0.0, frame(b)), (20.0, frame(b))]
    found = translated(
        tmp_path, sorted(packets), manager="CAPACITY 10, TIMEOUT 6", level=level
    ).counters
    assert (found["n.opened"], found["m.begun"], found["m.expired"]) == (3, 3, 1)


@TWO
def test_connections_begin_with_syn_where_that_is_asked_for(tmp_path: Path, level: int) -> None:
    known, unknown = Flow(TCP, "10.0.0.2", 1), Flow(TCP, "10.0.0.2", 2)
    packets = [frame(known, flags=SYN), frame(unknown), frame(known), frame(Flow(UDP))]
    got = translated(tmp_path, packets, nat=f"{OUTSIDE}, ACCEPT_NONSYN false", level=level)
    assert got.refused == [frame(unknown)]
    assert got.counters["n.non_syn"] == 1
    assert translated(tmp_path, packets, level=level).refused == []


@LEVELS
def test_what_cannot_be_translated(tmp_path: Path, level: int) -> None:
    whole = body(Flow(), b"payload of two fragments")
    packets = [
        ETHER + ip(Flow(), whole[:16], fragment=0x2000),
        ETHER + ip(Flow(), whole[16:], fragment=2),
        ETHER + ip(Flow(47), b"something"),
        ETHER + ip(Flow(TCP), whole[:12]),
        ETHER + ip(Flow(ICMP), b"\3\3\0\0\0\0\0\0" + ip(Flow().back(), whole)),
        frame(Flow(ICMP, source_port=0, destination_port=9)),
    ]
    got = translated(tmp_path, packets, level=level)
    assert (got.out, got.refused) == ([], packets)
    counted = {k[2:]: v for k, v in got.counters.items() if k.startswith("n.") and v != 0}
    assert counted == {"fragments": 2, "unsupported": 3, "malformed": 1}


@TWO
def test_protocols_without_ports_have_one_flow(tmp_path: Path, level: int) -> None:
    """Whatever lies where others have ports; and where a flow with ports was, nothing is left."""
    bodies = [bytes(24), bytes(24), bytes([255] * 24), bytes(range(24)), bytes(24)]
    packets = [ETHER + ip(Flow(protocol), b) for protocol in (0, 47, 255) for b in bodies]
    got = translated(tmp_path, packets, level=level)
    assert (got.out, got.refused) == ([], packets)
    assert (got.counters["m.begun"], got.counters["n.unsupported"]) == (3, len(packets))
    later = [(0.0, frame(Flow())), *[(30.0 + n, p) for n, p in enumerate(packets)]]
    got = translated(tmp_path, later, manager="CAPACITY 1, TIMEOUT 6", level=level)
    assert (len(got.out), got.refused[:5]) == (1, packets[:5])
    assert got.counters["n.unsupported"] >= 5


@TWO
def test_padding_is_no_part_of_what_an_error_quotes(tmp_path: Path, level: int) -> None:
    """Eight bytes of a segment are quoted; its checksum would lie in what follows the packet."""
    flow = Flow(TCP)
    quoted = ip(flow.back(), body(flow.back(), b"came back"))[:28]
    message = b"\3\3\0\0" + bytes(4) + quoted
    message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    error = ETHER + ip(Flow(ICMP, flow.source, 0, flow.destination), message)
    padding = bytes(range(1, 31))
    write_pcap(tmp_path / "in.pcap", [(0, frame(flow)), (1, error + padding)])
    text = f"""
FromDump(in.pcap, STOP true) -> MarkIPHeader(14) -> FlowIPManagerIMP(10) -> FlowIPNAT({OUTSIDE})
  -> ToDump(out.pcap, SNAPLEN 0);
"""
    run_program(tmp_path, text, level=level)
    left, about = (data for _, data in read_pcap(tmp_path / "out.pcap"))
    assert about[len(error) :] == padding
    assert checksum(about[34 : len(error)]) == 0
    assert flow_of(ETHER + about[42 : len(error)]) == flow_of(left).back()


@TWO
def test_a_host_mostly_has_one_address_of_a_prefix(tmp_path: Path, level: int) -> None:
    flows = [Flow(UDP, f"10.0.0.{host}", 1 + n) for host in range(2, 60) for n in range(3)]
    got = translated(tmp_path, [frame(f) for f in flows], nat="203.0.113.0/29", level=level)
    of: dict[str, set[str]] = {}
    for sent, left in zip(flows, got.out, strict=True):
        of.setdefault(sent.source, set()).add(flow_of(left).source)
    assert {len(found) for found in of.values()} == {1}
    used = {IPv4Address(a) for found in of.values() for a in found}
    assert used <= set(IPv4Network("203.0.113.0/29"))
    assert len(used) >= 4
    assert [flow_of(p) for p in got.back] == [f.back() for f in flows]


@TWO
def test_another_address_helps_where_one_is_full(tmp_path: Path, level: int) -> None:
    flows = [Flow(UDP, "10.0.0.2", 1 + n) for n in range(12)]
    nat = "203.0.113.0/30, MIN_PORT 2000, MAX_PORT 2003"
    got = translated(tmp_path, [frame(f) for f in flows], nat=nat, level=level)
    assert got.refused == []
    assert len({flow_of(p) for p in got.out}) == 12


def test_it_needs_its_flows() -> None:
    nat = f"FlowIPNAT({OUTSIDE})"
    assert "PM0885" in refusal(f"InfiniteSource -> {nat} -> Discard;")
    assert "MAX_PORT" in refusal(
        f"InfiniteSource -> FlowIPManagerIMP -> FlowIPNAT({OUTSIDE}, MAX_PORT 70000) -> Discard;"
    )


@TWO
def test_a_range_without_ports(tmp_path: Path, level: int) -> None:
    text = f"""
InfiniteSource(LIMIT 1) -> FlowIPManagerIMP
  -> FlowIPNAT({OUTSIDE}, MIN_PORT 9, MAX_PORT 8) -> Discard;
"""
    run = run_program(tmp_path, text, level=level)
    assert run.returncode == 1
    assert "fewer ports than there are workers" in run.stderr
