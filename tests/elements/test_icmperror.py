from __future__ import annotations

import time

import pytest
from scapy.layers.inet import ICMP, IP, IPOption

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, EXTRA, ether, patched, ping, udp, with_checksum


def test_an_error_quotes_the_packet(run_element: RunElement) -> None:
    packet = bytes(udp(tos=0xB8, ttl=1))
    result = run_element("ICMPError(1.2.3.4, timeexceeded)", [ether(packet)] * 2, before=CHECKED)
    for number, raw in enumerate(result.out[0], 1):
        error = IP(raw)
        wanted = IP(src="1.2.3.4", dst="10.0.0.2", ttl=200, id=number) / ICMP(type=11, code=0)
        assert raw == bytes(wanted / packet)
        assert error[ICMP].type == 11
    assert all(abs(ns / 1e9 - time.time()) < 60 for ns in result.timestamps[0])


def test_the_mtu_limits_the_quotation(run_element: RunElement) -> None:
    packet = bytes(udp(b"x" * 1000))
    result = run_element("ICMPError(1.2.3.4, unreachable, port)", [ether(packet)], before=CHECKED)
    assert len(result.out[0][0]) == 576
    assert result.out[0][0][28:] == packet[:548]
    assert result.out[0][0][20:22] == b"\x03\x03"
    result = run_element("ICMPError(1.2.3.4, 3, 1, MTU 100)", [ether(packet)], before=CHECKED)
    assert len(result.out[0][0]) == 100
    assert result.out[0][0][20:22] == b"\x03\x01"


def test_need_fragmentation_announces_the_mtu(run_element: RunElement) -> None:
    result = run_element(
        "ICMPError(1.2.3.4, unreachable, needfrag, PMTU 1400)", [ether(udp())], before=CHECKED
    )
    error = IP(result.out[0][0])
    assert (error[ICMP].type, error[ICMP].code, error[ICMP].nexthopmtu) == (3, 4, 1400)


def test_a_redirect_names_the_next_hop(run_element: RunElement) -> None:
    route = "StaticIPLookup(10.0.1.0/24 10.0.0.9 0, 0.0.0.0/0 0)"
    packets = [ether(udp()), ether(udp(dst="10.0.0.77"))]
    result = run_element(
        "ICMPError(1.2.3.4, redirect, host)", packets, before=f"{CHECKED} -> {route}"
    )
    assert [IP(p)[ICMP].gw for p in result.out[0]] == ["10.0.0.9", "10.0.0.77"]
    assert [p[20:22] for p in result.out[0]] == [b"\x05\x01"] * 2


def test_the_error_itself_is_routed_by_its_annotation(run_element: RunElement) -> None:
    result = run_element(
        "StaticIPLookup(10.0.0.0/24 0, 0.0.0.0/0 1)",
        [ether(udp()), ether(udp(src="8.8.8.8"))],
        before=f"{CHECKED} -> ICMPError(1.2.3.4, timeexceeded, transit)",
        outputs=2,
    )
    assert [IP(p).dst for p in result.out[0]] == ["10.0.0.2"]
    assert [IP(p).dst for p in result.out[1]] == ["8.8.8.8"]


@pytest.mark.parametrize(
    ("argument", "source"), [("", "9.9.9.9"), (", SET_FIX_ANNO false", "1.2.3.4")]
)
def test_the_source_is_fixed_where_wanted(
    run_element: RunElement, argument: str, source: str
) -> None:
    result = run_element(
        "FixIPSrc(9.9.9.9)",
        [ether(udp())],
        before=f"{CHECKED} -> ICMPError(1.2.3.4, timeexceeded{argument})",
    )
    assert IP(result.out[0][0]).src == source


def source_routed() -> bytes:
    return bytes(udp(options=[IPOption(b"\x83\x07\x04\x01\x02\x03\x04"), IPOption(b"\0")]))


# RFC 1812, 4.3.2.7.
SILENCE = {
    "about an error": lambda: bytes(
        IP(src="10.0.0.2", dst="10.0.1.2") / ICMP(type=3) / b"12345678"
    ),
    "about cut ICMP": lambda: with_checksum(patched(bytes(ping())[:21], 2, 0, 21)),
    "to a broadcast": lambda: bytes(udp(dst="255.255.255.255")),
    "to a multicast": lambda: bytes(udp(dst="224.0.0.9")),
    "from a multicast": lambda: bytes(udp(src="224.0.0.9")),
    "from a broadcast": lambda: bytes(udp(src="255.255.255.255")),
    "from network 0": lambda: bytes(udp(src="0.0.0.0")),
    "from loopback": lambda: bytes(udp(src="127.0.0.1")),
    "from class E": lambda: bytes(udp(src="250.0.0.1")),
    "a later fragment": lambda: bytes(udp(frag=1)),
    "to a bad address": lambda: bytes(udp(dst="10.0.1.255")),
    "from a bad address": lambda: bytes(udp(src="10.0.0.255")),
}


def test_silence_where_it_is_ordered(run_element: RunElement) -> None:
    packets = [make() for make in SILENCE.values()]
    answered = [bytes(ping()), bytes(udp(flags="MF")), source_routed()]
    result = run_element(
        "ICMPError(1.2.3.4, unreachable, host, 10.0.0.255 10.0.1.255)",
        [ether(p) for p in packets + answered],
        before=CHECKED,
    )
    assert [p[28:] for p in result.out[0]] == answered
    assert result.counters["e.suppressed"] == len(packets)


def test_no_redirect_about_a_source_route(run_element: RunElement) -> None:
    result = run_element("ICMPError(1.2.3.4, redirect)", [ether(source_routed())], before=CHECKED)
    assert result.out[0] == []


def test_rubbish_is_dropped(run_element: RunElement) -> None:
    packets = [b"\x4f" * 30, b"\x41" * 40, b"\x45" * 19, b""]
    result = run_element(
        "ICMPError(1.2.3.4, unreachable)", [ether(p) for p in packets], before="MarkIPHeader(14)"
    )
    assert result.out[0] == []
    assert (result.counters["e.suppressed"], result.counters["e.no_header"]) == (2, 2)


def test_silence_about_link_level_broadcasts(run_element: RunElement) -> None:
    frames = [ether(udp(), dst=to) for to in ("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01")]
    result = run_element(
        "ICMPError(1.2.3.4, unreachable)",
        frames,
        before=f"TypeByAddress -> {CHECKED}",
        include=EXTRA,
    )
    assert result.out[0] == []
    assert result.counters["e.suppressed"] == 2
