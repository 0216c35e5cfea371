"""The NAT that is written by hand sends what examples/paper/router-nat.click sends.

Which port a flow has outside is up to each: they are told by the order in which a remote end sees
them.
"""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pmill.bench.contestants import LIMITS
from pmill.traffic import Recipe, generate
from pmill.traffic.attacks import KINDS
from pmill.traffic.flows import read_networks, read_protocols
from pmill.traffic.sizes import read_sizes
from tests.bench.test_limits import run
from tests.conftest import run_pmill
from tests.elements.flow_frames import (
    ACK,
    FIN,
    ICMP,
    RST,
    SYN,
    TCP,
    UDP,
    Flow,
    checksum,
    flow_of,
    frame,
    ip,
    sums_are_right,
)
from tests.examples.conftest import everything, rough
from tests.examples.test_nat import (
    CONFIG,
    GATEWAY,
    HOST,
    MAC0,
    MAC1,
    OUTSIDE,
    arp_reply,
    sent_to,
)
from tests.traffic import read_pcap, write_frames

pytestmark = pytest.mark.skipif(shutil.which("clang-19") is None, reason="needs clang-19")
ADDRESS = bytes((192, 0, 2, 1))
FLOWS = 1 << 16


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("limits")
    target = build / "router_nat"
    subprocess.run(["make", "-s", "-C", LIMITS, f"BUILD={build}", target], check=True)
    return target


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("nat") / "router-nat.click"
    text = CONFIG.read_text().replace("$CAPACITY 10000000", f"$CAPACITY {FLOWS}")
    path.write_text(f"{text}RandomSeed(1);\n")
    return path


@dataclass
class Both:
    """Runs both programs on the same frames; the ports that they give repeat."""

    program: Path
    config: Path
    folder: Path

    def hand(self, inputs: list[list[bytes]]) -> list[list[bytes]]:
        words = ["--flows", str(FLOWS), "--seed", "7"]
        statistics, sent = run(self.program, self.folder, inputs, *words)
        assert statistics["no_buffer"] == 0
        return sent

    def compiled(self, inputs: list[list[bytes]]) -> list[list[bytes]]:
        words: list[object] = []
        for port, frames in enumerate(inputs):
            write_frames(self.folder / f"in{port}.pcap", frames)
            words += ["--pcap", f"{port}={self.folder}/in{port}.pcap"]
            words += ["--out", f"{port}={self.folder}/pmill{port}.pcap"]
        done = run_pmill("run", self.config, *words, "--stats=json", timeout=300)
        assert done.returncode == 0, done.stderr
        return [[f for _, f in read_pcap(self.folder / f"pmill{port}.pcap")] for port in (0, 1)]


@pytest.fixture
def both(by_hand: Path, config: Path, tmp_path: Path) -> Both:
    return Both(by_hand, config, tmp_path)


@dataclass
class Renamer:
    """Gives ports outside the numbers in which remote ends see them; checksums become their worth."""

    seen: dict[tuple[bytes, int, int], list[int]] = field(default_factory=dict)

    def number(self, remote: bytes, protocol: int, remote_port: int, port: int) -> int:
        ports = self.seen.setdefault((remote, protocol, remote_port), [])
        if port not in ports:
            ports.append(port)
        return ports.index(port)

    def renamed(self, raw: bytes) -> bytes:
        if raw[12:14] != b"\x08\x00":
            return raw
        data = bytearray(raw)
        at = 14 + (data[14] & 15) * 4
        if data[26:30] == ADDRESS:
            self._end(data, 14, at, own_is_source=True)
        if data[23] == ICMP and len(data) >= at + 36 and data[at] in (3, 4, 5, 11, 12):
            inner = at + 8
            if data[inner + 16 : inner + 20] == ADDRESS:
                behind = inner + (data[inner] & 15) * 4
                self._end(data, inner, behind, own_is_source=False)
            data[at + 2 : at + 4] = bytes((checksum(raw[at:]) == 0,)) * 2
        return bytes(data)

    def _end(self, data: bytearray, head: int, at: int, *, own_is_source: bool) -> None:
        """Rename the port of the own end of a packet, and forget its checksum."""
        protocol = data[head + 9]
        if len(data) < at + 8:
            return
        remote = bytes(
            data[head + 16 : head + 20] if own_is_source else data[head + 12 : head + 16]
        )
        if protocol == ICMP:
            if data[at] in (3, 4, 5, 11, 12):
                return
            own, other, total = at + 4, 0, at + 2
        else:
            own, total = (at, at + (16 if protocol == TCP else 6))
            own, there = (own, own + 2) if own_is_source else (own + 2, own)
            other = int.from_bytes(data[there : there + 2], "big")
        port = int.from_bytes(data[own : own + 2], "big")
        data[own : own + 2] = self.number(remote, protocol, other, port).to_bytes(2, "big")
        if total + 2 <= len(data) and data[total : total + 2] != b"\0\0":
            data[total : total + 2] = b"??"


def compare(hand: list[bytes], compiled: list[bytes]) -> None:
    """Both sent the same, but for ARP, which depends on the time, and for numbers of ports."""
    left, right = ([f for f in sent if f[12:14] == b"\x08\x00"] for sent in (hand, compiled))
    one, other = Renamer(), Renamer()
    for number, (a, b) in enumerate(zip(left, right, strict=False)):
        assert one.renamed(a).hex() == other.renamed(b).hex(), f"packet {number}"
        if len(a) > 60:
            assert sums_are_right(a) == sums_are_right(b), f"packet {number}"
    assert len(left) == len(right)
    asked = [{f[38:42] for f in sent if f[12:14] == b"\x08\x06"} for sent in (hand, compiled)]
    assert asked[0] == asked[1]


def hosts(count: int = 250) -> list[bytes]:
    """ARP replies of hosts inside."""
    return [
        arp_reply(HOST[:5] + bytes((n,)), f"10.0.0.{n}", MAC0, "10.0.0.1") for n in range(2, count)
    ]


FIRST = [arp_reply(GATEWAY, "192.0.2.254", MAC1, OUTSIDE)]
FILLER = bytes(60)


@pytest.mark.parametrize("traffic", [everything, rough], ids=["everything", "rough"])
def test_all_kinds_of_packets(both: Both, traffic) -> None:
    inputs = [list(traffic(port)) for port in (0, 1)]
    for port, mac in ((0, MAC0), (1, MAC1)):
        inputs[port] = [
            sent_to(mac, f) if len(f) > 14 and not f[0] & 1 else f for f in inputs[port]
        ]
    inputs = [hosts() + inputs[0], [*FIRST, *[FILLER] * 300, *inputs[1]]]
    hand, compiled = both.hand(inputs), both.compiled(inputs)
    compare(hand[0], compiled[0])
    compare(hand[1], compiled[1])
    kinds = Counter(f[23] for f in hand[1] if f[12:14] == b"\x08\x00")
    assert {TCP, UDP, ICMP} <= set(kinds)
    assert any(f[34] == 11 for f in hand[0] if f[12:14] == b"\x08\x00" and f[23] == ICMP)


def traffic(**more: object) -> list[bytes]:
    """Packets of many flows from inside to the world, and attacks among them."""
    recipe = Recipe(
        packets=4000,
        flows=700,
        popularity="zipf:0.9",
        servers=read_networks("198.51.100.0/28,203.0.113.0/24,192.0.2.32/30"),
        sizes=read_sizes("54-300"),
        attacks=dict.fromkeys(KINDS, 1),
        **more,
    )
    return [p.frame for p in generate(recipe)]


@pytest.mark.parametrize(
    "inside",
    [
        traffic(protocols=read_protocols("tcp,udp,icmp")),
        traffic(connections=True),
    ],
    ids=["flows", "connections"],
)
def test_both_ways(both: Both, inside: list[bytes]) -> None:
    first = [hosts() + inside, [*FIRST]]
    outputs = []
    for program in (both.hand, both.compiled):
        sent = program(first)[1]
        back = answers([f for f in sent if f[12:14] == b"\x08\x00"])
        fillers = [FILLER] * (len(first[0]) + 64)
        late = [raw for raw in inside[:500] if len(raw) > 40]
        outputs.append(program([first[0] + [FILLER] * len(back) + late, FIRST + fillers + back]))
    hand, compiled = outputs
    compare(hand[1], compiled[1])
    compare(hand[0], compiled[0])
    came = [f for f in hand[0] if f[12:14] == b"\x08\x00"]
    assert len(came) > 1500
    assert {f[30:33] for f in came} == {bytes((10, 0, 0))}
    assert all(sums_are_right(f) for f in came if f[23] != ICMP)


def answers(sent: list[bytes]) -> list[bytes]:
    """What remote ends send back, also errors, packets that are wrong, and some for nobody."""
    rng = random.Random(5)
    found = []
    for raw in sent:
        if raw[26:30] != ADDRESS or raw[14] != 0x45:
            continue
        if raw[23] == ICMP and raw[34] != 8:
            continue
        found.append(sent_to(MAC1, answer(rng, raw)))
    return found


def answer(rng: random.Random, raw: bytes) -> bytes:
    there = flow_of(raw)
    back = there.back()
    draw = rng.random()
    if draw < 0.1:  # somebody on the way says that it did not arrive
        quoted = raw[14 : 14 + rng.choice((28, 36, 48, 60))]
        body = struct.pack("!BBHI", rng.choice((3, 11, 4)), rng.randrange(3), 0, 0) + quoted
        body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
        error = Flow(ICMP, rng.choice((back.source, "203.0.113.99")), 0, OUTSIDE, 0)
        return FILLER[:12] + b"\x08\x00" + ip(error, body)
    if draw < 0.13:
        back = Flow(back.protocol, "198.51.100.99", back.source_port, OUTSIDE, 9)
    flags = rng.choice((ACK, ACK, ACK, SYN | ACK, FIN | ACK, RST, SYN))
    options = b"\x01\x01\x01\x00" if draw < 0.2 else b""
    made = frame(
        back,
        rng.randbytes(rng.randrange(30)),
        flags=flags,
        sums=draw < 0.9 or back.protocol != UDP,
        options=options,
    )
    if draw > 0.97:
        made = made[:22] + b"\x01" + made[23:]  # the checksum is wrong now, too
    return made


def test_flows_end_and_their_ports_come_back(both: Both) -> None:
    """A program with little room refuses new flows, and goes on with those it has."""
    inside = [
        sent_to(MAC0, frame(Flow(UDP, "10.0.0.2", port, "198.51.100.7", 53), b"x"))
        for port in (*range(1000, 1100), *range(1000, 1100))
    ]
    words = ["--flows", "64", "--seed", "7"]
    statistics, (_, sent) = run(both.program, both.folder, [hosts(4) + inside, FIRST], *words)
    assert statistics["flows"] == 64
    assert statistics["refused"] == 2 * 36
    assert statistics["1"]["queries"] <= 1
    ports = [flow_of(f).source_port for f in sent if f[12:14] == b"\x08\x00"]
    assert len(ports) == 128
    assert ports[:64] == ports[64:]
    assert len(set(ports)) == 64


def test_tables_of_flows_do_what_a_map_does(tmp_path: Path) -> None:
    cflags = subprocess.run(
        ["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True, check=True
    ).stdout.split()
    program = tmp_path / "flows"
    source = Path(__file__).parent / "nat_flows.cc"
    words = ["clang++-19", "-std=gnu++20", "-O2", "-fsanitize=address,undefined", *cflags]
    words += ["-march=x86-64-v3", f"-iquote{LIMITS}", "-w", str(source)]
    subprocess.run([*words, "-o", program, "-lrte_eal", "-lrte_mbuf"], check=True)
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
