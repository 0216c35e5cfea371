from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from scapy.layers.inet import IP, UDP

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, EXTRA, ether, udp
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap

ENCAP = "UDPIPEncap(10.0.0.1, 1234, 10.0.1.2, 4321)"
PAYLOADS = [b"payload", b"", b"x", bytes(range(256)) * 5, b"\xff" * 1001]


def wanted(payload: bytes, number: int, *, dst: str = "10.0.1.2", **fields: Any) -> bytes:
    header = UDP(**{"sport": 1234, "dport": 4321, **fields})
    return bytes(IP(src="10.0.0.1", dst=dst, ttl=250, id=number) / header / payload)


def empty_sum() -> bytes:
    """Return a payload with which the checksum comes out as 0."""
    return wanted(b"\0\0", 0)[26:28]


@pytest.mark.parametrize("level", [0, 3])
def test_headers_are_put_in_front(run_element: RunElement, level: int) -> None:
    payloads = [*PAYLOADS, empty_sum()]
    result = run_element(ENCAP, payloads, level=level)
    assert result.out[0] == [wanted(p, number) for number, p in enumerate(payloads)]
    assert result.out[0][-1][26:28] == b"\xff\xff"


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(
    "config",
    [
        "UDPIPEncap(10.0.0.1, 1234, 10.0.1.2, 4321, false)",
        "UDPIPEncap(CHECKSUM false, DPORT 4321, SRC 10.0.0.1, DST 10.0.1.2, SPORT 1234)",
    ],
)
def test_without_checksum(run_element: RunElement, config: str, level: int) -> None:
    result = run_element(config, PAYLOADS, level=level)
    assert result.out[0] == [wanted(p, n, chksum=0) for n, p in enumerate(PAYLOADS)]


@pytest.mark.parametrize("level", [0, 3])
def test_each_packet_to_its_own_destination(run_element: RunElement, level: int) -> None:
    packets = [bytes(udp(dst=to)) for to in ("10.9.9.9", "192.168.0.1")]
    result = run_element(
        "UDPIPEncap(10.0.0.1, 1234, DST_ANNO, 4321)",
        [ether(p) for p in packets],
        before=CHECKED,
        level=level,
    )
    assert result.out[0] == [
        wanted(packets[0], 0, dst="10.9.9.9"),
        wanted(packets[1], 1, dst="192.168.0.1"),
    ]


def test_without_annotation(run_element: RunElement) -> None:
    result = run_element("UDPIPEncap(10.0.0.1, 1234, DST_ANNO, 4321)", [b"x"])
    assert result.out[0] == [wanted(b"x", 0, dst="0.0.0.0")]


def test_the_destination_is_annotated(run_element: RunElement) -> None:
    # The packet inside was annotated with another one.
    result = run_element(
        "StaticIPLookup(10.0.1.2/32 0, 0.0.0.0/0 1)",
        [ether(udp(dst="10.9.9.9"))],
        before=f"{CHECKED} -> {ENCAP}",
        outputs=2,
    )
    assert (len(result.out[0]), len(result.out[1])) == (1, 0)


@pytest.mark.parametrize("level", [0, 3])
def test_both_headers_are_marked(run_element: RunElement, level: int) -> None:
    packet = bytes(udp(ttl=9))
    before = f"{CHECKED} -> {ENCAP} -> DecIPTTL"
    result = run_element(
        "StripToTransport", [ether(packet)], before=before, include=EXTRA, level=level
    )
    assert result.out[0] == [wanted(packet, 0)[20:]]
    result = run_element("Null", [ether(packet)], before=before, level=level)
    assert IP(result.out[0][0]).ttl == 249
    assert result.out[0][0][28:] == packet


def test_without_headroom_the_packet_moves(run_element: RunElement) -> None:
    result = run_element(ENCAP, [b"x" * 40], before="Unstrip(128) -> Strip(27)")
    (got,) = result.out[0]
    assert got == wanted(got[28:], 0)
    assert got[-40:] == b"x" * 40


def test_no_room(run_element: RunElement) -> None:
    # 128 bytes of headroom, 60 of packet and 1988 behind it fill the buffer.
    result = run_element(ENCAP, [b"x" * 60], before="Unstrip(2110)")
    assert result.out[0] == []
    assert result.counters["e.no_room"] == 1


def test_the_longest_packet(run_element: RunElement) -> None:
    packet = b"0123456" * 9343 + b"012345"
    assert len(packet) == 65407  # the longest that fits behind the headroom
    (got,) = run_element(ENCAP, [packet], before="Unstrip(100)").out[0]
    assert len(got) == 65535
    assert got == wanted(got[28:], 0)
    result = run_element(ENCAP, [packet], before="Unstrip(101)")
    assert result.out[0] == []
    assert (result.counters["e.too_long"], result.counters["e.no_room"]) == (1, 0)


def test_ids_begin_again(tmp_path: Path) -> None:
    source = "InfiniteSource(LIMIT 65538, LENGTH 1, BURST 32, STOP true)"
    config = f"{source} -> {ENCAP} -> ToDump(out.pcap, SNAPLEN 20);"
    assert run_program(tmp_path, config).returncode == 0
    ids = [int.from_bytes(data[4:6]) for _, data in read_pcap(tmp_path / "out.pcap")]
    assert ids == [n % 65536 for n in range(65538)]


def test_ids_of_workers_are_far_from_each_other() -> None:
    config = f"e :: {ENCAP} -> IPPrint(x, ID true) -> Discard;" + 2 * "InfiniteSource(x, 3) -> e;"
    program = compile_config(Source("ids.click", config), CompileOptions(), Diagnostics()).program
    done = subprocess.run(
        [str(program), "--", "--no-huge", "-m", "256", "--lcores", "0@0,1@0,2@1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    ids = sorted(int(number) for number in re.findall(r"\bid (\d+) ", done.stderr))
    assert ids == [0, 1, 2, 32768, 32769, 32770]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("10.0.0.1, 1, 10.0.0.2", ["PM0403", "DPORT is missing"]),
        ("10.0.0.1, 1, DST_ANO, 2", ["PM0470", "'DST_ANO'", "did you mean 'DST_ANNO'?"]),
        ("10.0.0.1, 1, 10.0.0.256, 2", ["PM0470", "'10.0.0.256'", "write an address, or"]),
        ("10.0.0.1, 1, 10.0.0.2/32, 2", ["PM0470", "'10.0.0.2/32'"]),
        ("DST_ANNO, 1, 10.0.0.2, 2", ["PM0404", "SRC", "an IPv4 address"]),
        ("10.0.0.1, 65536, 10.0.0.2, 2", ["PM0405", "SPORT", "0 to 65535"]),
        ("10.0.0.1, 1, 10.0.0.2, -1", ["PM0405", "DPORT"]),
        ("10.0.0.1, 1, 10.0.0.2, 2, maybe", ["PM0404", "CHECKSUM", "true or false"]),
        ("10.0.0.1, 1, 10.0.0.2, 2, true, 3", ["PM0402", "too many arguments"]),
    ],
)
def test_refusals(arguments: str, words: list[str]) -> None:
    text = refusal(f"Idle -> UDPIPEncap({arguments}) -> Discard;")
    for word in words:
        assert word in text
