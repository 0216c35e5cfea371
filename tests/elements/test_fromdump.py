from __future__ import annotations

import struct
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1Q, Ether

from tests.control.programs import ask
from tests.elements.programs import Run, run_program
from tests.traffic.pcap import read_pcap, write_pcap

Packets = list[tuple[int, bytes]]
SECOND = 1_000_000_000
T0 = 1_163_525_187 * SECOND
PACKETS: Packets = [(T0 + n * SECOND // 100 + n, bytes([n]) * (20 + n)) for n in range(10)]


def pcap(
    packets: Packets,
    *,
    order: str = "<",
    magic: int = 0xA1B23C4D,
    link: int = 1,
    missing: int = 0,
) -> bytes:
    """A file of any dialect; `missing` bytes of every packet were not captured."""
    unit = 1 if magic == 0xA1B23C4D else 1000
    extra = bytes(8) if magic == 0xA1B2CD34 else b""
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link)
    for ns, data in packets:
        out += struct.pack(
            order + "IIII", ns // SECOND, ns % SECOND // unit, len(data), len(data) + missing
        )
        out += extra + data
    return out


def replay(folder: Path, arguments: str = "", *, level: int = 3) -> Packets:
    """Read in.pcap, write out.pcap; return what is there."""
    run_program(
        folder,
        f"f :: FromDump(in.pcap, STOP true{arguments}) -> ToDump(out.pcap, SNAPLEN 0);",
        level=level,
    )
    return read_pcap(folder / "out.pcap")


def start(folder: Path, arguments: str = "") -> Run:
    """Read in.pcap and throw it away."""
    return run_program(folder, f"f :: FromDump(in.pcap{arguments}) -> Discard;")


@pytest.mark.parametrize("level", [0, 3])
def test_bytes_and_nanoseconds_are_kept(tmp_path: Path, level: int) -> None:
    packets = [(0, b"epoch"), (1, b""), *PACKETS, (4_294_967_295 * SECOND + 999_999_999, b"last")]
    (tmp_path / "in.pcap").write_bytes(pcap(packets))
    assert replay(tmp_path, level=level) == packets


def test_every_dialect_of_the_format(tmp_path: Path) -> None:
    micro = [(ns // 1000 * 1000, data) for ns, data in PACKETS]
    for order in "<>":
        for magic, expected in (
            (0xA1B2C3D4, micro),
            (0xA1B23C4D, PACKETS),
            (0xA1B2CD34, micro),
        ):
            (tmp_path / "in.pcap").write_bytes(pcap(PACKETS, order=order, magic=magic))
            assert replay(tmp_path) == expected, (order, hex(magic))


def test_long_packets(tmp_path: Path) -> None:
    packets = [(T0, b"a" * 60), (T0, b"b" * 9000), (T0, b"c" * 65407), (T0, b"d" * 65408)]
    (tmp_path / "in.pcap").write_bytes(pcap(packets))
    run = run_program(tmp_path, "f :: FromDump(in.pcap, STOP true) -> ToDump(out.pcap, SNAPLEN 0);")
    assert read_pcap(tmp_path / "out.pcap") == packets[:3]
    assert run.counters["f.too_long"] == 1


def test_the_length_on_the_wire_is_kept(tmp_path: Path) -> None:
    (tmp_path / "in.pcap").write_bytes(pcap(PACKETS, missing=7))
    replay(tmp_path)
    header = struct.unpack_from("<IIII", (tmp_path / "out.pcap").read_bytes(), 24)
    assert header[2:] == (20, 27)


def test_a_file_cut_short_ends_before_the_cut(tmp_path: Path) -> None:
    whole = pcap(PACKETS)
    for cut in (1, 20, 29 + 15):
        (tmp_path / "in.pcap").write_bytes(whole[:-cut])
        run = run_program(tmp_path, "f :: FromDump(in.pcap, STOP true) -> ToDump(out.pcap);")
        assert read_pcap(tmp_path / "out.pcap") == PACKETS[:9]
        assert run.returncode == 0
        assert run.stderr.count("'in.pcap' ends inside a packet") == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"", "is empty"),
        (b"hello, this is no capture", "is no capture file"),
        (bytes.fromhex("0a0d0d0a") + bytes(40), "is a pcapng file"),
        (bytes.fromhex("1f8b0800") + bytes(40), "is compressed"),
        (pcap([])[:20], "ends inside its header"),
        (pcap(PACKETS) + struct.pack("<IIII", 0, 0, 0x7FFFFFFF, 60) + bytes(60), "claims to hold"),
    ],
)
def test_unreadable_files(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "in.pcap").write_bytes(content)
    run = start(tmp_path)
    assert run.returncode != 0
    assert "'in.pcap'" in run.stderr
    assert words in run.stderr


PARTS = {
    "START 1163525187.02": slice(2, None),
    "START_AFTER 20ms": slice(2, None),
    "END 1163525187.05": slice(0, 5),
    "END_AFTER 0.05": slice(0, 5),
    "START_AFTER 20ms, INTERVAL 30ms": slice(2, 5),
    "INTERVAL 30ms": slice(0, 3),
    f"FILEPOS {24 + 16 + 20}": slice(1, None),
    "MMAP false, PRELOAD 100, BURST 3": slice(0, None),
}


def test_a_part_of_the_file(tmp_path: Path) -> None:
    exact = [(T0 + n * SECOND // 100, data) for n, (_, data) in enumerate(PACKETS)]
    (tmp_path / "in.pcap").write_bytes(pcap(exact))
    chains = [
        f"FromDump(in.pcap, {arguments}) -> ToDump(out{n}.pcap);"
        for n, arguments in enumerate(PARTS)
    ]
    run_program(tmp_path, "\n".join(chains))
    for n, (arguments, chosen) in enumerate(PARTS.items()):
        assert read_pcap(tmp_path / f"out{n}.pcap") == exact[chosen], arguments


def test_exclusive_arguments(tmp_path: Path) -> None:
    (tmp_path / "in.pcap").write_bytes(pcap(PACKETS))
    for arguments in ("START 1, START_AFTER 1", "END 5, INTERVAL 3"):
        run = start(tmp_path, ", " + arguments)
        assert run.returncode != 0
        assert "exclude each other" in run.stderr


def test_sample_is_a_probability(tmp_path: Path) -> None:
    packets = [(T0 + n, n.to_bytes(4, "big")) for n in range(10_000)]
    (tmp_path / "in.pcap").write_bytes(pcap(packets))
    first = replay(tmp_path, ", SAMPLE 0.25")
    assert 2200 < len(first) < 2800
    assert set(first) < set(packets)
    assert replay(tmp_path, ", SAMPLE 0") == []


def test_force_len(tmp_path: Path) -> None:
    (tmp_path / "in.pcap").write_bytes(pcap(PACKETS))
    got = [data for _, data in replay(tmp_path, ", FORCE_LEN 24")]
    assert got == [data[:24].ljust(24, b"\0") for _, data in PACKETS]


UDP_BYTES = bytes(IP(src="1.2.3.4", dst="5.6.7.8") / UDP())


@pytest.mark.parametrize(
    ("link", "good"),
    [
        (1, [bytes(Ether() / IP() / UDP()), bytes(Ether() / Dot1Q() / Dot1Q() / IP() / UDP())]),
        (101, [UDP_BYTES]),
        (0, [b"\x02\0\0\0" + UDP_BYTES, b"\0\0\0\x02" + UDP_BYTES]),
        (9, [b"\xff\x03\0\x21" + UDP_BYTES, b"\x21" + UDP_BYTES]),
        (113, [bytes(14) + b"\x08\0" + UDP_BYTES]),
        (105, [b"\x08" + bytes(23) + bytes.fromhex("aaaa03000000 0800") + UDP_BYTES]),
    ],
)
def test_force_ip(tmp_path: Path, link: int, good: list[bytes]) -> None:
    bad = [
        b"",
        b"\x45",
        bytes(60),
        good[0][:-10],
        bytes(Ether(type=0x0806) / UDP_BYTES),
        good[0].replace(b"\x45\0\0\x1c", b"\x65\0\0\x1c"),
        good[0].replace(b"\x45\0\0\x1c", b"\x4f\0\0\x1c"),
    ]
    (tmp_path / "in.pcap").write_bytes(pcap([(1, d) for d in bad + good], link=link))
    # DecIPTTL needs the header that FORCE_IP marks.
    run = run_program(
        tmp_path,
        """f :: FromDump(in.pcap, FORCE_IP true, STOP true) -> DecIPTTL -> ToDump(ip.pcap);
        f[1] -> ToDump(other.pcap);""",
    )
    assert [data for _, data in read_pcap(tmp_path / "other.pcap")] == bad
    got = [data for _, data in read_pcap(tmp_path / "ip.pcap")]
    assert len(got) == len(good)
    for after, before in zip(got, good, strict=True):
        assert IP(after[-28:]).ttl == IP(before[-28:]).ttl - 1
    assert run.counters["f.drops"] == len(bad)
    assert run.counters["f.count"] == len(good)


def test_force_ip_without_output_drops(tmp_path: Path) -> None:
    write_pcap(tmp_path / "in.pcap", [(1, bytes(60))])
    run = start(tmp_path, ", FORCE_IP true")
    assert run.counters["f.drops"] == 1
    (tmp_path / "in.pcap").write_bytes(pcap([(1, bytes(60))], link=195))
    assert "does not know link type 195" in start(tmp_path, ", FORCE_IP true").stderr


def test_timing(tmp_path: Path) -> None:
    # 90 ms of traffic.
    (tmp_path / "in.pcap").write_bytes(pcap(PACKETS))
    run = start(tmp_path, ", TIMING true, STOP true")
    assert run.counters["f.count"] == 10
    assert 0.08 < run.seconds < 0.5
    assert 0.8 < start(tmp_path, ", TIMING true, ACCELERATION 10").seconds < 3
    assert start(tmp_path, ", TIMING true, ACCELERATION 1000").seconds < 0.08
    assert (
        0.3 < start(tmp_path, ', TIMING true, TIMING_FNT "5 * (4 + abs(sin(pi*0*x)))"').seconds < 3
    )
    # Functions without a value at the first packet.
    for function in ("1 / x", "-100 * log(x)"):
        run = start(tmp_path, f', TIMING true, STOP true, TIMING_FNT "{function}"')
        assert run.counters["f.count"] == 10, function
    bad = start(tmp_path, ', TIMING true, TIMING_FNT "3 + (x"')
    assert "TIMING_FNT: expected a closing parenthesis at the end" in bad.stderr


def test_inactive_and_end(tmp_path: Path) -> None:
    (tmp_path / "in.pcap").write_bytes(pcap(PACKETS))
    assert start(tmp_path, ", ACTIVE false").counters["f.count"] == 0
    run = run_program(
        tmp_path,
        "f :: FromDump(in.pcap, END_CALL stop) -> Discard; InfiniteSource -> Discard;",
    )
    assert run.counters["f.count"] == 10


def test_standard_input(tmp_path: Path) -> None:
    run = run_program(
        tmp_path, "f :: FromDump(-, STOP true) -> ToDump(out.pcap);", stdin=pcap(PACKETS)
    )
    assert run.counters["f.count"] == 10
    assert read_pcap(tmp_path / "out.pcap") == PACKETS


# --- handlers -------------------------------------------------------------------------------------

TEN = "f :: FromDump(in.pcap, BURST 1{}) -> c :: Counter -> Discard;"


def said(folder: Path, text: str, *, level: int = 3, link: int = 1) -> list[str]:
    """What a configuration's script prints, with a simulated clock."""
    (folder / "in.pcap").write_bytes(pcap(PACKETS, link=link))
    done = ask(text, "--simtime", level=level, folder=folder)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("level", [0, 3])
def test_what_handlers_tell_of_the_file(tmp_path: Path, level: int) -> None:
    """The third packet is the last one: 24 bytes of file, 16 + 20 + n of every packet n."""
    text = (
        TEN.format(", SAMPLE 1, TIMING true")
        + 'Script(wait 21ms, print "$(f.filename) $(f.filesize) $(f.encap) $(f.sampling_prob)",'
        ' print "$(f.count) $(f.packet_filepos) $(f.filepos)", write f.stop)'
    )
    size = 24 + sum(16 + 20 + n for n in range(10))
    # It has looked at the next packet, which waits for its time.
    assert said(tmp_path, text, level=level) == [f"in.pcap {size} ETHER 1", "3 97 174"]


@pytest.mark.parametrize(("link", "name"), [(101, "IP"), (9, "PPP"), (113, "SLL"), (250, "250")])
def test_names_of_links(tmp_path: Path, link: int, name: str) -> None:
    text = TEN.format("") + "Script(print $(f.encap), stop);"
    assert said(tmp_path, text, link=link) == [name]


@pytest.mark.parametrize("level", [0, 3])
def test_it_is_switched_on_and_off(tmp_path: Path, level: int) -> None:
    text = (
        TEN.format(", ACTIVE !false")
        + "Script(wait 1s, print $(c.count), write f.active true, wait 1s, print $(c.count),"
        " write f.reset_counts, print $(f.count), stop);"
    )
    assert said(tmp_path, text, level=level) == ["0", "10", "0"]


def test_writing_stop_ends_the_program(tmp_path: Path) -> None:
    text = TEN.format(", TIMING true") + (
        "Script(wait 35ms, write f.stop); DriverManager(wait_stop, print $(c.count), wait 1s,"
        " print $(c.count), stop);"
    )
    assert said(tmp_path, text) == ["4", "4"]


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("end", ["INTERVAL 0.025", "END_AFTER 25ms", f"END {T0 // SECOND}.025"])
def test_more_time(tmp_path: Path, end: str, level: int) -> None:
    """Packets come every 10 ms and a little: at 0, 10, 20; then at 30, 40, 50."""
    text = TEN.format(f", {end}") + (
        "Script(wait 1s, print $(c.count), write f.extend_interval 0.03, wait 1s, print $(c.count),"
        " write f.extend_interval 10, wait 1s, print $(c.count), write f.extend_interval 1, stop);"
    )
    assert said(tmp_path, text, level=level) == ["3", "6", "10"]


def test_more_time_than_words(tmp_path: Path) -> None:
    (tmp_path / "in.pcap").write_bytes(pcap(PACKETS))
    text = TEN.format(", INTERVAL 1") + "Script(write f.extend_interval soon, stop);"
    assert "f.extend_interval: 'soon'" in ask(text, folder=tmp_path).stderr


def test_timing_begins_again(tmp_path: Path) -> None:
    """After a pause of a second, what should have come in it comes at its usual pace."""
    text = TEN.format(", TIMING true, ACTIVE !true") + (
        "Script(wait 25ms, print $(c.count), write f.active false, wait 1s, write f.active true,"
        " write f.reset_timing, wait 25ms, print $(c.count), stop);"
    )
    assert said(tmp_path, text) == ["3", "6"]
