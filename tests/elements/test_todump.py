from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.control.programs import ask
from tests.elements.programs import refusal, run_program
from tests.elements.test_fromdump import PACKETS, SECOND, T0, pcap
from tests.traffic.pcap import read_pcap

HEADER = struct.Struct("<IHHiIII")


def write(folder: Path, arguments: str, *, level: int = 3) -> bytes:
    """Send in.pcap through a ToDump; return the file it writes."""
    run_program(
        folder, f"FromDump(in.pcap, STOP true) -> ToDump(out.pcap{arguments});", level=level
    )
    return (folder / "out.pcap").read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.pcap").write_bytes(pcap(PACKETS))
    return tmp_path


@pytest.mark.parametrize("level", [0, 3])
def test_the_file_is_the_same(folder: Path, level: int) -> None:
    header = HEADER.pack(0xA1B23C4D, 2, 4, 0, 0, 2000, 1)
    assert write(folder, "", level=level) == header + pcap(PACKETS)[24:]


def test_microseconds(folder: Path) -> None:
    assert write(folder, ", NANO false")[24:] == pcap(PACKETS, magic=0xA1B2C3D4)[24:]


def test_snaplen(folder: Path) -> None:
    content = write(folder, ", 10, IP")
    assert HEADER.unpack_from(content)[5:] == (10, 101)
    assert struct.unpack_from("<IIII", content, 24 + 26)[2:] == (10, 21)
    assert len(content) == 24 + 26 * len(PACKETS)
    (folder / "in.pcap").write_bytes(pcap([(T0, bytes(9000))]))
    assert len(write(folder, "")) == 24 + 16 + 2000
    content = write(folder, ", SNAPLEN 0")
    assert len(content) == 24 + 16 + 9000
    assert HEADER.unpack_from(content)[5] == 262144


@pytest.mark.parametrize(("argument", "length"), [("", 27), (", EXTRA_LENGTH false", 20)])
def test_extra_length(folder: Path, argument: str, length: int) -> None:
    (folder / "in.pcap").write_bytes(pcap(PACKETS, missing=7))
    assert struct.unpack_from("<IIII", write(folder, argument), 24)[2:] == (20, length)


def test_encap(tmp_path: Path) -> None:
    words = {"ETHER": 1, "IP": 101, "ppp": 9, "802_11": 105, "147": 147}
    chains = [f"InfiniteSource(LIMIT 0) -> ToDump({w}.pcap, ENCAP {w});" for w in words]
    run_program(tmp_path, "\n".join(chains))
    for word, number in words.items():
        assert HEADER.unpack((tmp_path / f"{word}.pcap").read_bytes())[6] == number


def test_use_encap_from(folder: Path) -> None:
    (folder / "in.pcap").write_bytes(pcap(PACKETS, link=113))
    text = """elementclass C { f :: FromDump(in.pcap, STOP true)
      -> ToDump(out.pcap, USE_ENCAP_FROM f); }
      c :: C;"""
    run_program(folder, text)
    assert HEADER.unpack_from((folder / "out.pcap").read_bytes())[6] == 113
    run = run_program(folder, text.replace("FROM f", "FROM g"))
    assert run.returncode != 0
    assert "there is no FromDump 'g'" in run.stderr


def test_current_time(folder: Path) -> None:
    write(folder, ", FORCE_TS true")
    times = [ns for ns, _ in read_pcap(folder / "out.pcap")]
    assert times == sorted(times)
    assert times[0] > 1_600_000_000 * SECOND


def test_packets_go_on(folder: Path) -> None:
    run = run_program(
        folder,
        """FromDump(in.pcap, STOP true) -> d :: ToDump(a.pcap, UNBUFFERED true)
        -> Strip(1) -> ToDump(b.pcap);""",
    )
    assert run.counters["d.count"] == 10
    assert read_pcap(folder / "a.pcap") == PACKETS
    assert read_pcap(folder / "b.pcap") == [(ns, data[1:]) for ns, data in PACKETS]


def test_standard_output(folder: Path) -> None:
    run = run_program(folder, "FromDump(in.pcap, STOP true) -> ToDump(-);")
    assert run.stdout.startswith(HEADER.pack(0xA1B23C4D, 2, 4, 0, 0, 2000, 1) + pcap(PACKETS)[24:])


def test_unwritable_files(folder: Path) -> None:
    (folder / "directory").mkdir()
    for name, words in (
        ("no/such/directory.pcap", "No such file or directory"),
        ("directory", "Is a directory"),
    ):
        run = run_program(folder, f"FromDump(in.pcap) -> d :: ToDump({name});")
        assert run.returncode != 0
        assert f"cannot write '{name}': {words}" in run.stderr
        assert "d :: ToDump" in run.stderr


def test_a_file_is_not_written_while_it_is_used(folder: Path) -> None:
    before = (folder / "in.pcap").read_bytes()
    for text in (
        "FromDump(in.pcap) -> ToDump(./in.pcap);",
        "FromDump(in.pcap) -> Tee -> ToDump(out.pcap) -> ToDump(out.pcap);",
    ):
        run = run_program(folder, text)
        assert run.returncode != 0
        assert "also" in run.stderr
    assert (folder / "in.pcap").read_bytes() == before
    assert not (folder / "out.pcap").exists()


def test_a_full_disk_leaves_whole_packets(folder: Path) -> None:
    # A limit on the size of files stands for the disk's.
    packets = [(T0 + n, n.to_bytes(4, "big") * 250) for n in range(1000)]
    (folder / "in.pcap").write_bytes(pcap(packets))
    run = run_program(
        folder, "FromDump(in.pcap, STOP true) -> d :: ToDump(out.pcap);", file_limit=700_000
    )
    written = (700_000 - 24) // 1016
    assert read_pcap(folder / "out.pcap") == packets[:written]
    assert run.counters["d.count"] == written
    assert run.counters["d.write_errors"] == 1000 - written
    assert run.returncode == 1
    assert run.stderr.count("d :: ToDump: cannot write 'out.pcap': File too large") == 1


def test_lengths_do_not_wrap(folder: Path) -> None:
    record = struct.pack("<IIII", 1, 0, 20, 0xFFFFFFFF) + bytes(20)
    (folder / "in.pcap").write_bytes(pcap([]) + record)
    encap = "EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02)"
    run_program(folder, f"FromDump(in.pcap, STOP true) -> {encap} -> ToDump(out.pcap);")
    written = struct.unpack_from("<IIII", (folder / "out.pcap").read_bytes(), 24)
    assert written[2:] == (34, 0xFFFFFFFF)


def test_unknown_link_type() -> None:
    text = refusal("Idle -> ToDump(x.pcap, ENCAP ETHR);")
    assert "PM0495" in text
    assert "did you mean 'ETHER'" in text


@pytest.mark.parametrize("level", [0, 3])
def test_handlers(tmp_path: Path, level: int) -> None:
    text = (
        "InfiniteSource(LIMIT 7) -> t :: ToDump(out.pcap);"
        "Script(wait 1s, print $(t.filename) $(t.count), write t.reset_counts, print $(t.count));"
    )
    done = ask(text, "--simtime", level=level, folder=tmp_path)
    assert done.stdout == "out.pcap 7\n0\n"
    assert len(read_pcap(tmp_path / "out.pcap")) == 7


@pytest.mark.parametrize("level", [0, 3])
def test_counts_after_a_reset_are_not_negative(tmp_path: Path, level: int) -> None:
    """What waits in the buffer was counted before the reset, and cannot be written after it."""
    text = (
        "InfiniteSource(LIMIT 3, LENGTH 60) -> t :: ToDump(out.pcap);"
        "Script(wait 1s, write t.reset_counts);"
    )
    run = run_program(tmp_path, text, level=level, options=("--simtime",), file_limit=100)
    assert (run.counters["t.count"], run.counters["t.write_errors"]) == (0, 2), "one fits"
