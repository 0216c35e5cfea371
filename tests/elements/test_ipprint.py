from __future__ import annotations

from pathlib import Path

import pytest
from scapy.layers.inet import ICMP, IP

from tests.elements.conftest import Result, RunElement
from tests.elements.ip_frames import ether, patched, ping, tcp, udp
from tests.elements.programs import run_program
from tests.traffic.pcap import write_pcap

BARE = IP(src="1.1.1.1", dst="2.2.2.2")
MARKED = "MarkIPHeader(14)"


def lines(result: Result) -> list[str]:
    """The lines of the element, which all have its label."""
    return [
        line.removeprefix("x: ") for line in result.stderr.splitlines() if line.startswith("x: ")
    ]


PACKETS = [
    (tcp(), "10.0.0.2.1000 > 10.0.1.2.2000: S 100:101(0,54,40) win 512"),
    (tcp(b"data", flags="PA"), "10.0.0.2.1000 > 10.0.1.2.2000: P 100:104(4,58,44) ack 7 win 512"),
    (tcp(flags="FRA"), "10.0.0.2.1000 > 10.0.1.2.2000: FR 100:101(0,54,40) ack 7 win 512"),
    (tcp(flags="A"), "10.0.0.2.1000 > 10.0.1.2.2000: . 100:100(0,54,40) ack 7 win 512"),
    (udp(), "10.0.0.2.1000 > 10.0.1.2.2000: udp 15"),
    (ping(), "10.0.0.2 > 10.0.1.2: icmp echo (4660, 1)"),
    (BARE / ICMP(type=0, id=2, seq=3), "1.1.1.1 > 2.2.2.2: icmp echo-reply (2, 3)"),
    (BARE / ICMP(type=3, code=1), "1.1.1.1 > 2.2.2.2: icmp unreachable code 1"),
    (BARE / ICMP(type=40), "1.1.1.1 > 2.2.2.2: icmp type 40"),
    (IP(src="1.1.1.1", dst="2.2.2.2", proto=89) / b"1234", "1.1.1.1 > 2.2.2.2: ip-proto-89"),
    (udp(id=9, flags="MF"), "10.0.0.2.1000 > 10.0.1.2.2000: udp 15 (frag 9:15@0+)"),
    (udp(id=9, frag=3), "10.0.0.2 > 10.0.1.2: ip-proto-17 (frag 9:15@24)"),
]


def test_one_line_a_packet(run_element: RunElement) -> None:
    frames = [ether(p) for p, _ in PACKETS]
    result = run_element("IPPrint(x, TIMESTAMP false)", frames, before=MARKED)
    assert lines(result) == [line for _, line in PACKETS]
    assert result.out[0] == frames


def test_cut_packets(run_element: RunElement) -> None:
    sizes = [0, 1, 19, 22, 33, 35, 39]
    frames = [ether(bytes(tcp())[:size]) for size in sizes]
    frames += [ether(bytes(p)[:size]) for p in (udp(), ping()) for size in (23, 27)]
    frames += [ether(patched(tcp(), 0, octet)) for octet in (0x40, 0x4F)]
    result = run_element("IPPrint(x, TIMESTAMP false, PAYLOAD hex)", frames, before=MARKED)
    texts = lines(result)
    # Without any byte of a header, nothing is marked.
    assert texts[:2] == ["truncated-ip"] * 2
    assert texts[2] == "10.0.0.2 > 10.0.1.2: truncated-tcp"
    assert texts[3] == "10.0.0.2.1000 > 10.0.1.2.2000: truncated-tcp"
    assert texts[4].endswith(" truncated-tcp")
    assert len(texts) == len(frames) - 1
    assert result.out[0] == frames


def test_fields_and_annotations(run_element: RunElement) -> None:
    packet = ether(udp(id=5, ttl=6, tos=7))
    result = run_element(
        "IPPrint(x, ID true, TTL true, TOS true, LENGTH true, PAINT true, ETHER true)",
        [(1_163_525_187_094_216_000, packet)],
        before=f"Paint(3) -> {MARKED}",
    )
    assert lines(result) == [
        "1163525187.094216: paint 3: 02-00-00-00-00-0A > 02-00-00-00-00-0B: "
        "id 5 ttl 6 tos 7 length 35 10.0.0.2.1000 > 10.0.1.2.2000: udp 15"
    ]


def test_bytes(run_element: RunElement) -> None:
    packet = ether(udp(b"some text\x01\x02", id=0))
    result = run_element(
        "IPPrint(x, CONTENTS hex, PAYLOAD ascii, MAXLENGTH 30, TIMESTAMP false)",
        [packet],
        before=MARKED,
    )
    shown = result.stderr[result.stderr.index("x: ") :].splitlines()[1:4]
    dump = packet[:30].hex()
    assert shown[0] == "  " + " ".join(dump[i : i + 8] for i in range(0, 48, 8))
    assert shown[1] == "  " + " ".join(dump[i : i + 8] for i in range(48, 60, 8))
    assert shown[2] == "  some tex t.."


@pytest.mark.parametrize("config", ["IPPrint(x, ACTIVE false)", "IPPrint(x)"])
def test_silence(run_element: RunElement, config: str) -> None:
    before = MARKED if "ACTIVE" in config else ""
    result = run_element(config, [ether(udp())], before=before)
    assert lines(result) == []
    assert result.out[0] == [ether(udp())]


def test_a_file_takes_the_lines(run_element: RunElement, tmp_path: Path) -> None:
    result = run_element(
        "IPPrint(x, TIMESTAMP false, SWAP false, OUTFILE lines.txt)",
        [ether(ping())] * 2,
        before=MARKED,
    )
    wanted = "x: 10.0.0.2 > 10.0.1.2: icmp echo (13330, 256)\n"
    assert (tmp_path / "lines.txt").read_text() == wanted * 2
    assert lines(result) == []


def test_the_file_is_no_input(tmp_path: Path) -> None:
    write_pcap(tmp_path / "in.pcap", [(1, ether(udp()))])
    before = (tmp_path / "in.pcap").read_bytes()
    run = run_program(
        tmp_path, "FromDump(in.pcap) -> MarkIPHeader(14) -> IPPrint(OUTFILE ./in.pcap) -> Discard;"
    )
    assert run.returncode == 1
    assert "'./in.pcap' is also used by another element" in run.stderr
    assert (tmp_path / "in.pcap").read_bytes() == before


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    text = "InfiniteSource(LIMIT 1, STOP true) -> p :: IPPrint(OUTFILE no/such/file) -> Discard;"
    run = run_program(tmp_path, text)
    assert run.returncode == 1
    assert "p :: IPPrint: cannot write 'no/such/file': No such file or directory" in run.stderr


def test_a_full_disk_is_told_once(tmp_path: Path) -> None:
    text = """InfiniteSource(LIMIT 100, STOP true) -> MarkIPHeader(0)
        -> p :: IPPrint(x, OUTFILE lines.txt) -> d :: Counter -> Discard;"""
    run = run_program(tmp_path, text, file_limit=500)
    assert run.returncode == 1
    assert run.stderr.count("p :: IPPrint: cannot write 'lines.txt': File too large") == 1
    assert run.counters["p.write_errors"] > 50
    assert run.counters["d.count"] == 100
