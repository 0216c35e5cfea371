"""examples/paper/router-nat.click: the same with all passes and with none, and what it is there for."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.conftest import ROOT, slow
from tests.elements.flow_frames import (
    ICMP,
    TCP,
    UDP,
    Flow,
    checksum,
    flow_of,
    frame,
    sums_are_right,
)
from tests.examples.conftest import Ran, everything, rough

CONFIG = ROOT / "examples" / "paper" / "router-nat.click"
MAC0, MAC1 = (bytes.fromhex(f"02000000000{n}") for n in (1, 2))
GATEWAY = bytes.fromhex("02000000aa01")
HOST = bytes.fromhex("02000000bb02")
OUTSIDE = "192.0.2.1"


@pytest.fixture(scope="module")
def repeating(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with random numbers that repeat, or ports would be others in each run."""
    path = tmp_path_factory.mktemp("nat") / "router-nat.click"
    path.write_text(CONFIG.read_text() + "RandomSeed(1);\n")
    return path


def arp_reply(mac: bytes, ip: str, to: bytes, to_ip: str) -> bytes:
    octets = [bytes(map(int, a.split("."))) for a in (ip, to_ip)]
    head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2)
    return to + mac + b"\x08\x06" + head + mac + octets[0] + to + octets[1] + bytes(18)


def sent_to(mac: bytes, raw: bytes) -> bytes:
    return mac + raw[6:]


@pytest.mark.parametrize("traffic", [slow(everything), rough], ids=["everything", "rough"])
def test_passes_change_nothing(ran: Ran, repeating: Path, traffic: object) -> None:
    inputs = {port: traffic(port) for port in (0, 1)}
    for port, mac in ((0, MAC0), (1, MAC1)):
        inputs[port] = [mac + raw[6:] if len(raw) > 14 else raw for raw in inputs[port]]
    inputs[0].insert(0, arp_reply(HOST, "10.0.0.2", MAC0, "10.0.0.1"))
    inputs[1].insert(0, arp_reply(GATEWAY, "192.0.2.254", MAC1, OUTSIDE))
    slow, fast = (ran(repeating, inputs, level) for level in ("-O0", "-O3"))
    assert slow.sent == fast.sent
    assert slow.stats["elements"] == fast.stats["elements"]
    assert fast.stats["elements"]["nat"]["counters"]["packets"] > 50


def test_a_host_is_hidden(ran: Ran, repeating: Path) -> None:
    flows = [
        Flow(TCP, "10.0.0.2", 5000, "198.51.100.7", 80),
        Flow(UDP, "10.0.0.2", 5000, "198.51.100.7", 53),
        Flow(ICMP, "10.0.0.2", 77, "198.51.100.7", 0),
    ]
    inside = [
        arp_reply(HOST, "10.0.0.2", MAC0, "10.0.0.1"),
        *(sent_to(MAC0, frame(f, b"data")) for f in flows),
    ]
    outside = [arp_reply(GATEWAY, "192.0.2.254", MAC1, OUTSIDE)]
    first = ran(repeating, {0: inside, 1: outside}, "-O3")
    left = [raw for raw in first.sent[1] if raw[12:14] == b"\x08\x00"]
    assert [(raw[:6], raw[6:12]) for raw in left] == [(GATEWAY, MAC1)] * 3
    assert all(sums_are_right(raw) and raw[22] == 63 for raw in left)
    assert {flow_of(raw).source for raw in left} == {OUTSIDE}

    # The same ports are given once more, so that answers can be written down.
    late = Flow(UDP, "198.51.100.7", 53, OUTSIDE, 9)  # nobody asked
    answers = [frame(flow_of(raw).back(), b"answer") for raw in left]
    answers += [frame(late), frame(Flow(ICMP, "198.51.100.9", 5, OUTSIDE, 0))]
    answers = [sent_to(MAC1, raw) for raw in answers]
    second = ran(repeating, {0: inside, 1: [*outside, *answers]}, "-O3")
    came = [raw for raw in second.sent[0] if raw[12:14] == b"\x08\x00"]
    assert [flow_of(raw) for raw in came] == [f.back() for f in flows]
    assert all(sums_are_right(raw) and raw[:6] == HOST and raw[22] == 63 for raw in came)

    # What belongs to nobody is answered by the router itself.
    own = [raw for raw in second.sent[1] if raw[12:14] == b"\x08\x00"][3:]
    assert [raw[34] for raw in own] == [3, 0]
    assert all(checksum(raw[34:]) == 0 for raw in own)
