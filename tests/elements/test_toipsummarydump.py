from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from pmill.elaborate.lowerings.icmp import CODES, TYPES
from tests.conftest import ROOT
from tests.elements.programs import refusal, run_program, warnings
from tests.elements.summaries import ALIASES, FIELDS, quoted, read_dump
from tests.elements.test_fromdump import pcap
from tests.passes.test_facts import live
from tests.traffic.pcap import write_frames, write_pcap

SECOND = 1_000_000_000
T0 = 1_163_525_187 * SECOND + 94_216_000
MACS = Ether(src="00:0a:95:a6:d9:bc", dst="02:00:00:00:00:ff")
ALL = " ".join(FIELDS)


def program(before: str = "MarkIPHeader(14) -> ", arguments: str = "") -> str:
    return (
        f"FromDump(in.pcap, STOP true) -> {before}"
        f"d :: ToIPSummaryDump(out.txt, FIELDS {ALL}{arguments});"
    )


def rows(
    folder: Path, packets: list[Packet | bytes], text: str = program(), *, level: int = 3
) -> list[dict[str, str]]:
    """Dump packets with all fields; return the values of each line."""
    write_pcap(folder / "in.pcap", [(T0, bytes(p)) for p in packets])
    run = run_program(folder, text, level=level)
    assert run.returncode == 0, run.stderr
    assert run.counters["d.count"] == len(packets)
    return read_dump(folder / "out.txt")


def given(row: dict[str, str]) -> dict[str, str]:
    """Return what is not missing."""
    return {name: value for name, value in row.items() if value != "-"}


NOTES = {
    "timestamp": "1163525187.094216",
    "ts_sec": "1163525187",
    "ts_usec": "94216",
    "ts_usec1": "1163525187094216",
    "first_timestamp": "0.000000",
    "count": "1",
    "link": "0",
    "direction": ">",
    "paint": "0",
    "aggregate": "0",
    "thread": "0",
}
LINK = {"eth_src": "00-0A-95-A6-D9-BC", "eth_dst": "02-00-00-00-00-FF", "eth_type": "0800"}


def ip_part(packet: Packet, protocol: str, length: int) -> dict[str, str]:
    """The values of the first headers of a plain packet of `length` bytes of IP."""
    return {
        **NOTES,
        **LINK,
        "wire_len": str(14 + length),
        "capture_len": str(14 + length),
        "ip_src": "18.26.4.44",
        "ip_dst": "10.0.0.4",
        "ip_proto": protocol,
        "ip_len": str(length),
        "ip_capture_len": str(length),
        "ip_id": "48759",
        "ip_fragoff": "0!",
        "ip_frag": "!",
        "ip_tos": "186",
        "ip_dscp": "46",
        "ip_ecn": "ect2",
        "ip_ttl": "17",
        "ip_hl": "20",
        "ip_sum": str(IP(bytes(packet[IP])).chksum),
        "ip_opt": ".",
    }


def payload_part(payload: bytes) -> dict[str, str]:
    return {
        "payload": quoted(payload),
        "payload_len": str(len(payload)),
        "payload_md5_hex": hashlib.md5(payload).hexdigest(),
    }


def header() -> IP:
    return IP(src="18.26.4.44", dst="10.0.0.4", id=48759, flags="DF", tos=186, ttl=17)


TEXT = b'Hello, \x00\x7f\xff"$\\\n\r\t world'


def without_digest(row: dict[str, str]) -> dict[str, str]:
    """Return what is there but the digest in letters, which other tests look at."""
    found = given(row)
    assert len(found.pop("payload_md5")) == 22
    return found


@pytest.mark.parametrize("level", [0, 3])
def test_every_field_of_tcp(tmp_path: Path, level: int) -> None:
    options = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (7, 8)), ("NOP", None), ("WScale", 5)]
    tcp = TCP(
        sport=20, dport=80, seq=93167339, ack=93178192, flags="SANC", window=480, urgptr=3,
        options=options,
    )  # fmt: skip
    packet = MACS / header() / tcp / Raw(TEXT)
    (row,) = rows(tmp_path, [packet], level=level)
    assert without_digest(row) == {
        **ip_part(packet, "T", 60 + len(TEXT)),
        "sport": "20",
        "dport": "80",
        "tcp_seq": "93167339",
        "tcp_ack": "93178192",
        "tcp_off": "40",
        "tcp_flags": "SACN",
        "tcp_window": "480",
        "tcp_sum": str(TCP(bytes(packet[TCP])).chksum),
        "tcp_urp": "3",
        "tcp_opt": "mss1460;sackok;ts7:8;wscale5",
        "tcp_ntopt": "mss1460;sackok;wscale5",
        "tcp_sack": "sackok",
        **payload_part(TEXT),
    }


def test_every_field_of_udp(tmp_path: Path) -> None:
    packet = MACS / header() / UDP(sport=53, dport=65535) / Raw(TEXT)
    (row,) = rows(tmp_path, [packet])
    assert without_digest(row) == {
        **ip_part(packet, "U", 28 + len(TEXT)),
        "sport": "53",
        "dport": "65535",
        "udp_len": str(8 + len(TEXT)),
        "udp_sum": str(UDP(bytes(packet[UDP])).chksum),
        **payload_part(TEXT),
    }


def test_every_field_of_icmp(tmp_path: Path) -> None:
    echo = MACS / header() / ICMP(type=8, id=1234, seq=5) / Raw(TEXT)
    (row,) = rows(tmp_path, [echo])
    assert without_digest(row) == {
        **ip_part(echo, "I", 28 + len(TEXT)),
        "icmp_type": "8",
        "icmp_type_name": "echo",
        "icmp_code": "0",
        "icmp_code_name": "0",
        "icmp_flowid": "1234",
        "icmp_seq": "5",
        **payload_part(TEXT),
    }
    unreachable = MACS / header() / ICMP(type=3, code=4, nexthopmtu=576) / Raw(b"x")
    stamps = MACS / header() / ICMP(type=13, id=1, seq=2) / Raw(b"")
    first, second = map(given, rows(tmp_path, [unreachable, stamps]))
    assert first["icmp_nextmtu"] == "576"
    assert (first["icmp_type_name"], first["icmp_code_name"]) == ("unreachable", "needfrag")
    assert "icmp_flowid" not in first
    assert "icmp_nextmtu" not in second
    assert second["payload_len"] == "0"


def test_other_protocols_and_packets(tmp_path: Path) -> None:
    gre = MACS / header() / Raw(b"1234")
    gre[IP].proto = 47
    arp = MACS / Raw(b"no IP packet, but some bytes")
    sctp = MACS / header() / Raw(struct.pack("!HH", 7, 9) + bytes(8))
    sctp[IP].proto = 132
    found = rows(tmp_path, [gre, arp, sctp])
    assert given(found[0])["ip_proto"] == "47"
    assert given(found[0])["payload"] == '"1234"'
    # What is marked as a header and is none counts as if it were not.
    assert {n for n in given(found[1]) if n.startswith(("ip_", "tcp_", "sport"))} == set()
    assert given(found[1])["payload_len"] == str(len(bytes(arp)))
    assert (found[2]["sport"], found[2]["dport"]) == ("7", "9")


@pytest.mark.parametrize(
    ("flags", "offset", "letter", "text"),
    [(1, 0, "F", "0+"), (1, 3, "f", "24+"), (0, 185, "f", "1480"), (2, 1, "f", "8!")],
)
def test_fragments(tmp_path: Path, flags: int, offset: int, letter: str, text: str) -> None:
    packet = MACS / IP(flags=flags, frag=offset) / UDP(sport=1, dport=2) / Raw(b"12")
    (row,) = rows(tmp_path, [packet])
    assert (row["ip_frag"], row["ip_fragoff"]) == (letter, text)
    assert row["sport"] == ("1" if offset == 0 else "-")
    assert row["payload_len"] == ("2" if offset == 0 else "10")


def with_ip_options(options: bytes) -> bytes:
    options = options.ljust((len(options) + 3) // 4 * 4, b"\0")
    head = struct.pack("!BBHHHBBH4s4s", 0x45 + len(options) // 4, 0, 20 + len(options), 0, 0, 1, 59,
                       0, bytes(4), bytes(4))  # fmt: skip
    return bytes(MACS / Raw(head + options))


ADDRESSES = bytes([10, 0, 0, 1, 20, 0, 0, 2, 30, 0, 0, 3])
IP_OPTIONS: dict[bytes, str] = {
    b"": ".",
    b"\x01\x01\x00\x00": ".",
    bytes([7, 15, 4]) + bytes(12): "rr{}+3",
    bytes([7, 15, 8]) + ADDRESSES[:4] + bytes(8): "rr{10.0.0.1}+2",
    bytes([7, 15, 16]) + ADDRESSES: "rr{10.0.0.1,20.0.0.2,30.0.0.3}",
    bytes([131, 15, 8]) + ADDRESSES: "lsrr{10.0.0.1,^20.0.0.2,30.0.0.3}",
    bytes([137, 15, 16]) + ADDRESSES: "ssrr{10.0.0.1,20.0.0.2,30.0.0.3}",
    bytes([68, 16, 13, 0x20]) + bytes([0, 0, 0, 1, 0x80, 0, 0, 45]) + bytes(4): "ts{1,!45}+1++2",
    bytes([68, 20, 13, 1, 1, 0, 0, 1, 0, 0, 0, 9]) + bytes(8): "ts.ip{1.0.0.1=9}+1",
    bytes([68, 20, 13, 3, 1, 0, 0, 1, 0, 0, 0, 9, 1, 0, 0, 2]) + bytes(4): (
        "ts.preip{1.0.0.1=9,^1.0.0.2}"
    ),
    bytes([148, 4, 0, 0]): "148=0:0",
    bytes([98, 2, 1, 99, 3, 255]): "98;99=255",
    bytes([7, 15, 5]) + bytes(12): "7=5:0:0:0:0:0:0:0:0:0:0:0:0",
    bytes([68, 4, 200, 0]): "68=200:0",
    bytes([68, 3, 0]): "68=0",
    bytes([7, 1]): "?",
    bytes([1, 1, 1, 7]): "?",
    bytes([7, 200, 4, 0]): "?",
}
TCP_OPTIONS: dict[bytes, str] = {
    bytes([2, 4, 5, 180]): "mss1460",
    bytes([3, 3, 7]): "wscale7",
    bytes([1, 4, 2, 1]): "sackok",
    bytes([5, 18]) + struct.pack("!4I", 95, 98, 2**32 - 1, 0): "sack95-98;sack4294967295-0",
    bytes([8, 10]) + struct.pack("!2I", 669063908, 38382731): "ts669063908:38382731",
    bytes([98, 5, 0, 255, 10]): "98=0:255:10",
    bytes([2, 3, 5]): "2=5",
    bytes([5, 9]) + bytes(7): "5=0:0:0:0:0:0:0",
    bytes([8, 2, 4, 2]): "8;sackok",
    bytes([2, 0]): "?",
    bytes([2]): "?",
}


def test_ip_options(tmp_path: Path) -> None:
    found = rows(tmp_path, [with_ip_options(o) for o in IP_OPTIONS])
    assert [row["ip_opt"] for row in found] == list(IP_OPTIONS.values())


def test_tcp_options(tmp_path: Path) -> None:
    packets = []
    for options in TCP_OPTIONS:
        padded = options.ljust((len(options) + 3) // 4 * 4, b"\0" if options != b"\2" else b"\1")
        padded = b"\1\1\1\2" if options == b"\2" else padded
        tcp = bytes(TCP())[:12] + bytes([(20 + len(padded)) // 4 << 4]) + bytes(7) + padded
        packets.append(MACS / IP(proto=6) / Raw(tcp))
    found = rows(tmp_path, packets)
    assert [row["tcp_opt"] for row in found] == list(TCP_OPTIONS.values())
    sacks = {row["tcp_opt"]: row["tcp_sack"] for row in found}
    assert sacks["mss1460"] == "."
    assert sacks["8;sackok"] == "sackok"
    assert {row["tcp_ntopt"] for row in found if row["tcp_opt"].startswith("ts")} == {"."}


def test_names_of_icmp(tmp_path: Path) -> None:
    named = [(t, c) for t, names in CODES.items() for c in names.values()]
    plain = [(t, 77) for t in range(256)]
    found = rows(tmp_path, [MACS / IP() / ICMP(type=t, code=c) for t, c in [*named, *plain]])
    codes = [name for names in CODES.values() for name in names]
    assert [row["icmp_code_name"] for row in found[: len(named)]] == codes
    types = {number: name for name, number in TYPES.items()}
    for number, row in enumerate(found[len(named) :]):
        assert row["icmp_type_name"] == types.get(number, str(number))
        assert row["icmp_code_name"] == "77"


def test_truncated_packets_have_the_fields_that_are_there(tmp_path: Path) -> None:
    packet = bytes(MACS / header() / TCP(sport=1, dport=2) / Raw(b"12345678"))
    found = rows(tmp_path, [packet[:n] for n in range(len(packet) + 1)])
    first = {
        name: next((n for n, row in enumerate(found) if row[name] != "-"), -1) for name in FIELDS
    }
    assert first["eth_src"] == 14
    assert {first[f"ip_{part}"] for part in ("src", "len", "ttl", "opt")} == {34}
    assert [first[f] for f in ("sport", "dport", "tcp_seq", "tcp_ack")] == [36, 38, 42, 46]
    assert [first[f] for f in ("tcp_off", "tcp_flags", "tcp_window", "tcp_sum")] == [47, 48, 50, 52]
    assert [first["tcp_urp"], first["tcp_opt"]] == [54, 54]
    assert [row["payload"] for row in found[34:]] == ['""'] * 21 + [
        quoted(b"12345678"[:n]) for n in range(1, 9)
    ]
    # How long the payload was is written in the header.
    assert {row["payload_len"] for row in found[34:]} == {"8"}
    assert [row["ip_capture_len"] for row in found[34:]] == [str(n) for n in range(20, 49)]


def bad_lines(folder: Path, packets: list[bytes | Packet], arguments: str = "") -> list[str]:
    write_frames(folder / "in.pcap", map(bytes, packets))
    run_program(
        folder,
        "FromDump(in.pcap, STOP true) -> MarkIPHeader(14) ->"
        f" ToIPSummaryDump(out.txt, FIELDS ip_src, BAD_PACKETS true{arguments});",
    )
    return (folder / "out.txt").read_text().splitlines()[2:]


def test_bad_packets(tmp_path: Path) -> None:
    def changed(at: int, value: int, packet: Packet | None = None) -> bytes:
        data = bytearray(bytes(packet or MACS / IP(src="1.0.0.1") / UDP() / Raw(bytes(40))))
        data[at] = value
        return bytes(data)

    tcp = MACS / IP(src="1.0.0.1") / TCP()
    assert bad_lines(
        tmp_path,
        [
            changed(14, 0x45),
            changed(14, 0x65),
            changed(14, 0x43),
            changed(17, 19),
            changed(17, 99),
            changed(39, 7),
            changed(46, 0x40, tcp),
            changed(14, 0x45)[:33],
            changed(14, 0x4F)[:60],
        ],
    ) == [
        "1.0.0.1",
        "!bad IP version 6",
        "-",
        "!bad IP header length 3",
        "-",
        "!bad IP length 19",
        "-",
        "!bad truncated IP missing 31",
        "1.0.0.1",
        "!bad UDP length 7",
        "1.0.0.1",
        "!bad TCP header length 4",
        "1.0.0.1",
        "!bad truncated IP header",
        "-",
        "!bad truncated IP header",
        "1.0.0.1",
    ]
    assert bad_lines(tmp_path, [changed(17, 99)], ", CAREFUL_TRUNC false") == ["1.0.0.1"]


def test_packets_without_a_mark(tmp_path: Path) -> None:
    write_frames(tmp_path / "in.pcap", [bytes(MACS / IP())])
    run_program(
        tmp_path,
        "FromDump(in.pcap, STOP true) -> "
        "ToIPSummaryDump(out.txt, FIELDS ip_src wire_len, BAD_PACKETS true);",
    )
    assert (tmp_path / "out.txt").read_text().splitlines()[2:] == ["!bad no IP header", "- 34"]


def test_extra_length(tmp_path: Path) -> None:
    packet = bytes(MACS / IP(src="1.0.0.1") / UDP() / Raw(bytes(7)))
    (tmp_path / "in.pcap").write_bytes(pcap([(T0, packet[:-7])], missing=7))
    chain = "FromDump(in.pcap, STOP true) -> MarkIPHeader(14) -> {} -> Discard;"
    for argument, lines in (
        ("", ["49"]),
        (", EXTRA_LENGTH false", ["!bad truncated IP missing 7", "42"]),
    ):
        element = f"ToIPSummaryDump(out.txt, FIELDS wire_len, BAD_PACKETS true{argument})"
        run_program(tmp_path, chain.format(element))
        assert (tmp_path / "out.txt").read_text().splitlines()[2:] == lines


def test_head(tmp_path: Path) -> None:
    write_frames(tmp_path / "in.pcap", [bytes(MACS / IP())])
    text = """FromDump(in.pcap, STOP true) -> MarkIPHeader(14)
      -> ToIPSummaryDump(default.txt) -> ToIPSummaryDump(none.txt, HEADER false)
      -> ToIPSummaryDump(all.txt, CONTENTS src 'ip dst' proto, VERBOSE true, BANNER "a \\"b\\"");"""
    run_program(tmp_path, text, options=("--simtime=996022410.25",))
    default = (tmp_path / "default.txt").read_text().splitlines()
    assert default[:2] == ["!IPSummaryDump 1.3", "!data timestamp ip_src"]
    assert (tmp_path / "none.txt").read_text().splitlines() == default[2:]
    assert len(default) == 3
    head = (tmp_path / "all.txt").read_text().splitlines()
    assert head[0:2] == ["!IPSummaryDump 1.3", '!creator "a \\"b\\""']
    assert head[2].startswith("!host ")
    assert head[3].startswith("!runtime 996022410.250000 (")
    assert head[3].endswith(" 2001)")
    assert head[4:] == ["!data ip_src ip_dst ip_proto", "127.0.0.1 127.0.0.1 0"]


def test_nanoseconds_are_shown_where_there_are_any(tmp_path: Path) -> None:
    times = (0, 1, 999, 1000, T0, T0 + 1, 2**32 * SECOND - 1)
    packets = [(ns, b"") for ns in times]
    write_pcap(tmp_path / "in.pcap", packets, nanoseconds=True)
    run_program(
        tmp_path,
        "FromDump(in.pcap, STOP true) -> ToIPSummaryDump(-, HEADER false, FIELDS timestamp)"
        " -> ToIPSummaryDump(out.txt, HEADER false, FIELDS timestamp ts_sec ts_usec ts_usec1);",
    )
    assert (tmp_path / "out.txt").read_text().splitlines() == [
        "0.000000 0 0 0",
        "0.000000001 0 0 0",
        "0.000000999 0 0 0",
        "0.000001 0 1 1",
        "1163525187.094216 1163525187 94216 1163525187094216",
        "1163525187.094216001 1163525187 94216 1163525187094216",
        "4294967295.999999999 4294967295 999999 4294967295999999",
    ]


NOTED = """FromIPSummaryDump(in.txt, STOP true) -> ToIPSummaryDump(out.txt, HEADER false,
  FIELDS {}{});"""
SEVERAL = """!data first_timestamp timestamp count wire_len
1.0 2.0 3 300
5.0 5.0 1 100
- 7.5 2 81
"""


@pytest.mark.parametrize("level", [0, 3])
def test_multipacket(tmp_path: Path, level: int) -> None:
    (tmp_path / "in.txt").write_text(SEVERAL)
    fields = "timestamp wire_len"
    run_program(tmp_path, NOTED.format(fields, ", MULTIPACKET true"), level=level)
    assert (tmp_path / "out.txt").read_text().splitlines() == [
        "1.000000 100",
        "1.500000 100",
        "2.000000 100",
        "5.000000 100",
        "7.500000 40",
        "7.500000 41",
    ]
    run_program(tmp_path, NOTED.format(fields + " count", ", MULTIPACKET true"), level=level)
    assert (tmp_path / "out.txt").read_text().splitlines() == [
        "2.000000 300 3",
        "5.000000 100 1",
        "7.500000 81 2",
    ]


def test_standard_output(tmp_path: Path) -> None:
    write_frames(tmp_path / "in.pcap", [bytes(MACS / IP())] * 2)
    run = run_program(
        tmp_path, "FromDump(in.pcap, STOP true) -> ToIPSummaryDump(-, FIELDS capture_len);"
    )
    assert run.stdout.startswith(b"!IPSummaryDump 1.3\n!data capture_len\n34\n34\n")


@pytest.mark.parametrize("level", [0, 3])
def test_packets_are_pulled_and_go_on(tmp_path: Path, level: int) -> None:
    packets = [bytes(MACS / IP(id=n)) for n in range(100)]
    write_frames(tmp_path / "in.pcap", packets)
    run = run_program(
        tmp_path,
        """FromDump(in.pcap) -> MarkIPHeader(14) -> Queue -> d :: ToIPSummaryDump(out.txt,
        FIELDS ip_id) -> c :: Counter -> Queue -> ToIPSummaryDump(end.txt, FIELDS ip_id);""",
        level=level,
    )
    assert run.counters["d.count"] == run.counters["c.count"] == 100
    lines = (tmp_path / "out.txt").read_text()
    assert lines.splitlines()[2:] == [str(n) for n in range(100)]
    assert (tmp_path / "end.txt").read_text() == lines


def test_unwritable_files(tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    for name, words in (("no/such.txt", "No such file"), ("directory", "Is a directory")):
        run = run_program(tmp_path, f"InfiniteSource -> d :: ToIPSummaryDump({name});")
        assert run.returncode == 1
        assert f"d :: ToIPSummaryDump: cannot write '{name}': {words}" in run.stderr
    run = run_program(tmp_path, "InfiniteSource(LIMIT 1) -> ToIPSummaryDump(a) -> ToDump(a);")
    assert "also" in run.stderr


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    write_frames(tmp_path / "in.pcap", [bytes(MACS / IP() / UDP() / Raw(bytes(300)))] * 1000)
    run = run_program(
        tmp_path,
        """FromDump(in.pcap, STOP true) -> MarkIPHeader(14)
        -> d :: ToIPSummaryDump(out.txt, FIELDS payload);""",
        file_limit=700_000,
    )
    assert run.returncode == 1
    assert run.stderr.count("d :: ToIPSummaryDump: cannot write 'out.txt': File too large") == 1
    content = (tmp_path / "out.txt").read_text()
    assert content.endswith('\\000"\n')
    written = len(content.splitlines()) - 2
    assert run.counters["d.count"] == written < 1000
    assert run.counters["d.write_errors"] == 1000 - written


def test_only_needed_metadata_is_kept() -> None:
    chain = "FromIPSummaryDump(x, FIELDS ip_src) -> Paint(1) -> ToIPSummaryDump(y, FIELDS {});"
    assert live(chain.format("ip_len")) == {"network"}
    assert live(chain.format("thread capture_len")) == set()
    assert live(chain.format("ip_len wire_len")) == {"extra_length", "mac", "network"}
    several = {"extra_length", "extra_packets", "first_timestamp"}
    kept = live(chain.format("link, MULTIPACKET true"))
    assert several | {"paint"} <= kept
    assert not kept & {"mac", "network", "timestamp", "aggregate"}


def test_fields_and_their_names() -> None:
    good = f'Idle -> ToIPSummaryDump(x, FIELDS {ALL} {" ".join(ALIASES)} "ip src");'
    assert warnings(good) == []
    text = refusal("Idle -> ToIPSummaryDump(x, FIELDS ip_src ip_drc);")
    assert "PM0480" in text
    assert "did you mean 'ip_src'" in text or "did you mean 'ip_dst'" in text


def test_the_documentation_names_every_field() -> None:
    text = (ROOT / "runtime" / "elements" / "files" / "toipsummarydump.hh").read_text()
    prose = " ".join(line.removeprefix("/// ") for line in text.splitlines() if "///" in line[:4])
    listed = prose.partition("Fields: ")[2].partition(".")[0].replace(",", "").split()
    assert listed == list(FIELDS)
