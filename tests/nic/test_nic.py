"""net_pmill, through DPDK's ethdev API and under dpdk-testpmd."""

from __future__ import annotations

import re
import struct
import subprocess
import time
from pathlib import Path

import pytest
from scapy.layers.inet import UDP
from scapy.layers.l2 import Ether

from pmill.resources import runtime_dir
from pmill.traffic import Recipe, generate
from pmill.traffic.sizes import read_sizes
from tests.conftest import Pmill, slow
from tests.nic.conftest import EAL, Check, built
from tests.traffic.malformed import malformed
from tests.traffic.pcap import read_pcap, write_frames


def test_hash() -> None:
    nic = runtime_dir() / "nic"
    flags = ["-DALLOW_EXPERIMENTAL_API", str(nic / "frame.cc")]
    done = subprocess.run([built("hash_checks", *flags)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "mode", ["", slow(",stepped=1"), slow(",preparsed=1"), ",stepped=1,preparsed=1"]
)
def test_frames_arrive_as_they_are(mode: str, check: Check, tmp_path: Path) -> None:
    frames = [f for f in malformed(seed=3, n=2000) if 0 < len(f) <= 1518]
    write_frames(tmp_path / "in.pcap", frames)
    device = f"net_pmill0,rx_pcap={tmp_path / 'in.pcap'}{mode}"
    done = check("forward", device, f"net_pmill1,tx_pcap={tmp_path / 'out.pcap'}{mode[:10]}")
    assert (done.returncode, done.stdout) == (0, f"{len(frames)}\n"), done.stderr
    assert [frame for _, frame in read_pcap(tmp_path / "out.pcap")] == frames


@pytest.mark.parametrize(
    ("name", "devices"),
    [
        ("reta", ["net_pmill0,generate=2000"]),
        ("reta", ["net_pmill0,generate=2000,preparsed=1,stepped=1"]),
        ("filter", ["net_pmill0,generate=16"]),
        ("rate", ["net_pmill0,generate=16,rate=100000"]),
        ("restart", ["net_pmill0,generate=100"]),
        pytest.param("restart", ["net_pmill0,generate=100,preparsed=1"], marks=pytest.mark.slow),
        ("peers", ["net_pmill0,peer=net_pmill1", "net_pmill1,peer=net_pmill0"]),
        ("exhausted", ["net_pmill0,generate=100"]),
        ("stepped", ["net_pmill0,generate=100,stepped=1"]),
        ("refusals", ["net_pmill0,queues=2"]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_device(name: str, devices: list[str], check: Check) -> None:
    done = check(name, *devices)
    assert done.returncode == 0, done.stderr


def test_offloads(check: Check, tmp_path: Path) -> None:
    frame = good_frame()
    tagged = frame[:12] + bytes.fromhex("81002064") + frame[12:]
    broken = frame[:24] + b"\xff\xff" + frame[26:]
    write_frames(tmp_path / "in.pcap", [tagged, broken])
    done = check("offloads", f"net_pmill0,rx_pcap={tmp_path / 'in.pcap'}")
    assert done.returncode == 0, done.stderr


def good_frame() -> bytes:
    """Return a UDP datagram in a frame of 60 bytes, with right checksums."""
    addresses = bytes([10, 0, 0, 1, 10, 0, 0, 2])
    udp = struct.pack(">HHHH", 1234, 9, 26, 0) + bytes(range(18))
    pseudo = addresses + struct.pack(">HH", 17, len(udp))
    udp = udp[:6] + struct.pack(">H", checksum(pseudo + udp)) + udp[8:]
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 46, 0, 0, 64, 17, 0) + addresses
    ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
    return bytes.fromhex("020000000001020000000002") + b"\x08\x00" + ip + udp


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("ring=1000", "ring=1000: it is a power of two"),
        ("ring=16", "ring=16: it is a number from 32 to 32768"),
        ("queues=0", "queues=0: it is a number from 1 to 64"),
        ("stepped=yes", "stepped=yes: it is 0 or 1"),
        ("rx_pcap=/nowhere.pcap", "rx_pcap=/nowhere.pcap: there is no such file"),
        ("rss_key=6d5a", "rss_key=6d5a: it is 80 hexadecimal digits, or symmetric"),
        ("colour=red", "with the names rx_pcap, generate"),
        ("generate=4,peer=x", "exclude each other"),
        ("loop=1", "loop needs rx_pcap"),
    ],
)
def test_wrong_arguments(arguments: str, said: str, check: Check) -> None:
    done = check("stepped", f"net_pmill0,{arguments}")
    assert done.returncode != 0
    assert re.search(rf"net_pmill0: .*{re.escape(said)}", done.stderr), done.stderr


@pytest.mark.parametrize("queues", [1, 2])
@pytest.mark.parametrize("mode", ["io", "macswap", "rxonly"])
def test_testpmd_counts_what_the_device_counts(mode: str, queues: int, plugin: Path) -> None:
    devices = ["--vdev", "net_pmill0,generate=500", "--vdev", "net_pmill1"]
    own = [
        f"--forward-mode={mode}",
        f"--rxq={queues}",
        f"--txq={queues}",
        "--total-num-mbufs=16384",
        "--disable-device-start",
        "--no-flush-rx",
        "-i",
    ]
    script = ["port start all\nset promisc all on\nstart\n", "stop\nshow port stats all\nquit\n"]
    eal = [*EAL, "-l", "0,1", "-d", str(plugin)]
    command = ["stdbuf", "-oL", "dpdk-testpmd", *eal, *devices, "--", *own]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        assert child.stdin is not None
        child.stdin.write(script[0])
        child.stdin.flush()
        assert child.stdout is not None
        text = ""
        while "packet forwarding packets/burst" not in text:
            line = child.stdout.readline()
            assert line, text
            text += line
        time.sleep(0.5)
        text += child.communicate(script[1], timeout=120)[0]
    assert child.returncode == 0, text

    def counts(what: str, title: str) -> list[int]:
        return [int(n) for n in re.findall(rf"{title} for port \d.*?{what}: +(\d+)", text, re.S)]

    # testpmd reads the device's counters before and after; the device stands still before `start`.
    assert counts("RX-total", "Forward statistics") == counts("RX-packets", "NIC statistics")
    if mode != "rxonly":
        assert counts("TX-packets", "Forward statistics") == counts("TX-packets", "NIC statistics")
    assert counts("RX-packets", "NIC statistics")[0] > 0


def test_command(pmill: Pmill, plugin: Path) -> None:
    done = pmill("nic", "--plugin")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(plugin)
    assert pmill("nic").returncode == 2
    assert "expected --build or --plugin" in pmill("nic").stderr


def udp_of(size: int) -> bytes:
    return next(generate(Recipe(packets=1, seed=size, sizes=read_sizes(str(size))))).frame


@pytest.mark.parametrize("mode", ["", ",stepped=1"])
def test_latency(mode: str, check: Check, tmp_path: Path) -> None:
    """The time travels in the last bytes of a frame, whose checksums stay right."""
    frames = [*(udp_of(n) for n in range(60, 400)), good_frame()[:59]]
    write_frames(tmp_path / "in.pcap", frames)
    first = f"net_pmill0,rx_pcap={tmp_path / 'in.pcap'},stamp=1{mode}"
    second = f"net_pmill1,tx_pcap={tmp_path / 'out.pcap'},latency={tmp_path / 'times'}{mode}"
    done = check("forward", first, second)
    assert done.returncode == 0, done.stderr
    sent = [frame for _, frame in read_pcap(tmp_path / "out.pcap")]
    assert len(sent) == len(frames)
    for frame, before in zip(sent[:-1], frames[:-1], strict=True):
        end = len(frame) & ~1
        assert frame[: end - 10] == before[: end - 10]
        assert frame[end - 10 : end] != before[end - 10 : end]
        again = Ether(frame)
        del again[UDP].chksum
        assert bytes(again) == frame
    assert sent[-1] == frames[-1]  # too short for a stamp
    lines = [line.split() for line in (tmp_path / "times").read_text().splitlines()]
    assert sum(int(number) for _, number in lines) == len(frames) - 1
    assert all(0 < float(ns) < 10e9 for ns, _ in lines)


def test_a_file_that_cannot_be_written(check: Check) -> None:
    done = check("forward", "net_pmill0,latency=/nowhere/times", "net_pmill1")
    assert done.returncode != 0
    assert "latency=/nowhere/times: it cannot be written" in done.stderr
