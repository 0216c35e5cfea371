from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from scapy.layers.inet import ICMP, IP, IPOption
from scapy.packet import Packet

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, EXTRA, ether, patched, ping, tcp, udp, with_checksum
from tests.elements.programs import refusal

MARKED = "Strip(14) -> MarkIPHeader"


def request(
    payload: bytes = b"ping", *, number: int = 1, sequence: int = 1, **fields: Any
) -> Packet:
    header = IP(**{"src": "10.0.0.2", "dst": "10.0.1.2", "id": 77, **fields})
    return header / ICMP(type=8, id=number, seq=sequence) / payload


def answer(asked: Packet | bytes) -> bytes:
    """Return the answer as scapy makes it: all checksums computed anew."""
    packet = IP(bytes(asked))
    packet.src, packet.dst = packet.dst, packet.src
    packet.ttl = 255
    packet[ICMP].type = 0
    del packet.chksum, packet[ICMP].chksum
    return bytes(packet)


@pytest.mark.parametrize("level", [0, 3])
def test_requests_become_answers(run_element: RunElement, level: int) -> None:
    rng = random.Random(1)
    asked = [
        request(),
        request(b"", flags="DF", tos=0xB8, ttl=1),
        # Answers whose checksum is one of the two zeros.
        request(bytes(40), number=0, sequence=0),
        request(b"", number=0xFFFF, sequence=0),
        *(request(rng.randbytes(rng.randrange(300)), number=n, ttl=n) for n in range(1, 200)),
    ]
    result = run_element(
        "ICMPPingResponder", [ether(p) for p in asked], before=CHECKED, outputs=2, level=level
    )
    assert result.out[0] == [answer(p) for p in asked]
    assert [raw[22:24] for raw in result.out[0][2:4]] == [b"\xff\xff", b"\0\0"]
    assert result.out[1] == []
    assert all(abs(ns / 1e9 - time.time()) < 60 for ns in result.timestamps[0])


def test_the_code_and_a_wrong_checksum_stay(run_element: RunElement) -> None:
    coded = with_checksum(patched(request(), 21, 7))
    (got,) = run_element("ICMPPingResponder", [ether(coded)], before=CHECKED).out[0]
    assert got[20:22] == b"\0\7"
    # The code was changed behind the checksum's back, and whoever gets the answer can see that.
    right = answer(coded)
    assert got[:22] + right[22:24] + got[24:] == right
    assert got[22:24] != right[22:24]


def test_options_stay(run_element: RunElement) -> None:
    options = [IPOption(b"\x07\x0b\x04" + bytes(8)), IPOption(b"\0")]
    asked = request(options=options)
    (got,) = run_element("ICMPPingResponder", [ether(asked)], before=CHECKED).out[0]
    assert got == answer(asked)
    assert got[20:32] == bytes(asked)[20:32]
    # The router adds itself on the way out.
    (got,) = run_element(
        "IPGWOptions(10.0.1.1)", [ether(asked)], before=f"{CHECKED} -> ICMPPingResponder"
    ).out[0]
    assert got[20:32] == b"\x07\x0b\x08\x0a\0\1\1" + bytes(5)


def test_what_follows_the_packet_stays(run_element: RunElement) -> None:
    frame = ether(request()) + b"\xaa" * 20
    (got,) = run_element("ICMPPingResponder", [frame], before=MARKED).out[0]
    assert got == answer(request()) + b"\xaa" * 20


def test_annotations(run_element: RunElement) -> None:
    frames = [ether(request()), ether(request(src="8.8.8.8"))]
    before = f"Paint(5) -> {CHECKED} -> ICMPPingResponder"
    result = run_element(
        "StaticIPLookup(10.0.0.0/24 0, 0.0.0.0/0 1)", frames, before=before, outputs=2
    )
    assert [IP(p).dst for p in result.out[0]] == ["10.0.0.2"]
    assert [IP(p).dst for p in result.out[1]] == ["8.8.8.8"]
    result = run_element("CheckPaint(0)", frames, before=before, outputs=2)
    assert (len(result.out[0]), len(result.out[1])) == (2, 0)


def cut(packet: Packet, size: int) -> bytes:
    return bytes(packet)[:size]


SOURCE_ROUTE = [IPOption(b"\x83\x07\x08\x01\x02\x03\x04"), IPOption(b"\0")]
# Why a packet is refused, by counter.
REFUSED: dict[str, dict[str, Callable[[], Packet | bytes]]] = {
    "drops": {
        "UDP": udp,
        "TCP": tcp,
        "an answer": lambda: answer(request()),
        "an error": lambda: IP(src="10.0.0.2", dst="10.0.1.2") / ICMP(type=3) / bytes(28),
        "version 6": lambda: patched(request(), 0, 0x65),
        "a header length of 16": lambda: patched(request(), 0, 0x44),
        "a header of 60 bytes that are not there": lambda: patched(request(), 0, 0x4F),
        "too short for ICMP, it says": lambda: patched(request(), 2, 0, 27),
        "nothing but a header": lambda: IP(src="10.0.0.2", dst="10.0.1.2", proto=1),
        "half a header": lambda: cut(request(), 19),
        "nothing": lambda: b"",
    },
    "incomplete": {
        "a first fragment": lambda: request(flags="MF"),
        "a last fragment": lambda: request(frag=5),
        "the end is missing": lambda: cut(request(), 31),
        "half of the ICMP header is missing": lambda: cut(request(), 24),
        "the ICMP header is missing": lambda: cut(request(), 20),
    },
    "bad_address": {
        "to everybody": lambda: request(dst="255.255.255.255"),
        "to a group": lambda: request(dst="224.0.0.1"),
        "to nobody": lambda: request(dst="0.0.0.0"),
        "from everybody": lambda: request(src="255.255.255.255"),
        "from a group": lambda: request(src="239.1.2.3"),
        "from nobody": lambda: request(src="0.0.0.0"),
        "from loopback": lambda: request(src="127.0.0.1"),
        "from a reserved address": lambda: request(src="240.0.0.1"),
    },
    "source_route": {
        "at its end": lambda: request(options=SOURCE_ROUTE),
        "a strict one": lambda: request(options=[IPOption(b"\x89\x03\x04"), IPOption(b"\0")]),
    },
}


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("outputs", [1, 2])
def test_others_leave_unchanged_or_are_dropped(
    run_element: RunElement, outputs: int, level: int
) -> None:
    packets = [bytes(make()) for kinds in REFUSED.values() for make in kinds.values()]
    result = run_element(
        "ICMPPingResponder",
        [ether(p) for p in packets],
        before=MARKED,
        outputs=outputs,
        level=level,
    )
    assert result.out == ({0: []} if outputs == 1 else {0: [], 1: packets})
    for counter, kinds in REFUSED.items():
        assert result.counters[f"e.{counter}"] == len(kinds), counter


def test_unmarked_packets_are_refused(run_element: RunElement) -> None:
    packets = [bytes(request()), b""]
    result = run_element("ICMPPingResponder", packets, outputs=2)
    assert result.out == {0: [], 1: packets}
    assert result.counters["e.drops"] == 2


def test_no_answer_to_link_level_broadcasts(run_element: RunElement) -> None:
    # A directed broadcast: only the frame shows that it is one.
    asked = request(dst="10.0.1.255")
    frames = [ether(asked, dst=to) for to in ("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01")]
    result = run_element(
        "ICMPPingResponder",
        [*frames, ether(ping())],
        before=f"TypeByAddress -> {CHECKED}",
        outputs=2,
        include=EXTRA,
    )
    assert result.out == {0: [answer(ping())], 1: [bytes(asked)] * 2}
    assert result.counters["e.bad_address"] == 2


def test_there_are_no_arguments() -> None:
    text = refusal("Idle -> ICMPPingResponder(10.0.0.1) -> Discard;")
    assert "PM0402" in text
