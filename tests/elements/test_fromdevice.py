from __future__ import annotations

import os
import signal
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.control.programs import ask
from tests.elements.programs import refusal as refused
from tests.elements.programs import run_program
from tests.net.element_kit import read_lengths, receive
from tests.net.namespaces import Namespaces, namespaces, needs_namespaces
from tests.net.programs import POWERLESS, TWO_WORKERS, compile_text, refusal, running
from tests.traffic.pcap import read_pcap

EVERYBODY = "ff:ff:ff:ff:ff:ff"
HOST = "02:00:00:00:00:0c"


def udp(dst: str = HOST, size: int = 100, src: str = "02:00:00:00:00:0a") -> bytes:
    return bytes(Ether(src=src, dst=dst) / IP() / UDP() / bytes(size))


ASKS = bytes(Ether(src="02:00:00:00:00:0a", dst=EVERYBODY) / ARP())
TAGGED = bytes(Ether(src="02:00:00:00:00:0a", dst=HOST) / Dot1Q(vlan=5, prio=3) / IP() / UDP())
MIX = [udp(), ASKS, TAGGED, udp(size=1472), udp(size=0)]


@pytest.fixture(scope="module")
def net() -> Iterator[Namespaces]:
    """The host `a`, and `m`, whose interface e0 leads to it."""
    with namespaces() as made:
        made.add("a", "m")
        made.link("m", "e0", "a", "eth0")
        yield made


# --- without root ---------------------------------------------------------------------------------


def test_a_missing_interface(tmp_path: Path) -> None:
    run = run_program(tmp_path, "f :: FromDevice(nosuch0) -> Discard;", level=0)
    assert run.returncode == 1
    assert run.stdout == b""
    what, hint = run.stderr.splitlines()
    assert what.startswith("error: f :: FromDevice: there is no network interface 'nosuch0'; ")
    assert hint.startswith("  hint: name one of them")


def test_a_filter_that_is_none(tmp_path: Path) -> None:
    text = "f :: FromDevice(nosuch0, BPF_FILTER 'no such thing') -> Discard;"
    run = run_program(tmp_path, text, level=0)
    assert run.returncode == 1
    what, hint = run.stderr.splitlines()
    assert what.startswith(
        "error: f :: FromDevice: libpcap does not understand BPF_FILTER 'no such thing': "
    )
    assert hint == "  hint: man pcap-filter explains the expressions"


def test_inactive_it_needs_no_interface(tmp_path: Path) -> None:
    run = run_program(tmp_path, "FromDevice(nosuch0, ACTIVE false) -> Discard;", level=0)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "DEVNAME"),
        ("e0, METHOD NETMAP", "METHOD: expected 'pcap' or 'linux', not 'NETMAP'"),
        ("e0, ENCAP PPP", "ENCAP: expected 'ether' or 'en10mb', not 'PPP'"),
        ("e0, false, 65536", "SNAPLEN: '65536' is out of range"),
        ("e0, BURST 0", "BURST: '0' is out of range"),
        ("e0, PROTOCOL 0x10000", "PROTOCOL"),
    ],
)
def test_wrong_arguments(arguments: str, message: str) -> None:
    assert message in refused(f"FromDevice({arguments}) -> Discard;")


def test_it_pushes() -> None:
    assert "PM0502" in refused("FromDevice(e0) -> ToDevice(e0);")


@pytest.mark.parametrize(("dialect", "burst"), [("fastclick", 32), ("click", 1)])
def test_the_program_that_is_emitted(dialect: str, burst: int) -> None:
    text = "FromDevice(e0, PROMISC true, METHOD LINUX) -> Queue -> ToDevice(e1, METHOD PCAP);"
    options = CompileOptions(level=3, variables={}, dialect=dialect)
    product = compile_config(Source("net.click", text), options, Diagnostics(), emit="cpp")
    assert product.data is not None
    code = product.data.decode()
    assert code.count(f"burst = {burst};") == 2
    assert 'devname = "e0"' in code
    assert "bool promisc = true;" in code


# --- with namespaces ------------------------------------------------------------------------------


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
def test_receives_all_frames(net: Namespaces, tmp_path: Path, level: int) -> None:
    """Two VLAN tags, too, of which the kernel takes one out of the frame."""
    twice = bytes(Ether(src=HOST, dst=HOST) / Dot1Q(vlan=5) / Dot1Q(vlan=6) / IP() / UDP())
    own = udp(dst=EVERYBODY, src=net.mac("m", "e0"))
    result = receive(net, tmp_path, "", [*MIX, twice], own=[own], level=level)
    assert result.frames == [*MIX, twice]
    assert result.lengths == [len(frame) for frame in result.frames]
    assert result.counters["f.count"] == 6
    assert result.counters["f.kernel_drops"] == 0
    now = time.time_ns()
    assert all(now - 20 * 10**9 < ns <= now for ns in result.timestamps)


@needs_namespaces
def test_two_workers(net: Namespaces, tmp_path: Path) -> None:
    """Each flow has one worker, which keeps its order."""
    flows = [
        [bytes(Ether(dst=HOST) / IP() / UDP(sport=port) / struct.pack("!H", n)) for n in range(40)]
        for port in range(2000, 2010)
    ]
    sent = [frame for turn in zip(*flows, strict=True) for frame in turn]
    text = """
    FromDevice(e0) -> Queue(10000) -> Unqueue(BURST 32) -> ToDump(out.pcap, SNAPLEN 0);
    TimedSource(3600) -> Queue -> ToDevice(e0, DEBUG true);
    """
    with running(
        net, "m", compile_text(text, level=0), eal=TWO_WORKERS, wait_for=1, cwd=tmp_path
    ) as run:
        net.probe("a", "send", "eth0", *(frame.hex() for frame in sent))
        time.sleep(0.3)
    frames = [data for _, data in read_pcap(tmp_path / "out.pcap")]
    assert sorted(frames) == sorted(sent)
    for flow in flows:
        assert [frame for frame in frames if frame[:36] == flow[0][:36]] == flow
    assert sum(run.workers) == 400
    assert min(run.workers) > 0


@needs_namespaces
@pytest.mark.parametrize(
    ("arguments", "own", "passes"),
    [
        (", PROTOCOL 0x0806", False, [1]),
        (', BPF_FILTER "ip and udp"', False, [0, 2, 3, 4]),
        (', BPF_FILTER "greater 500", PROTOCOL 0x0800', False, [3]),
        (", OUTBOUND true, BPF_FILTER arp", True, [1, 1]),
        (", OUTBOUND false", True, [0, 1, 2, 3, 4]),
    ],
)
def test_filters(
    net: Namespaces, tmp_path: Path, arguments: str, own: bool, passes: list[int]
) -> None:
    result = receive(net, tmp_path, arguments, MIX, own=[ASKS] if own else [])
    assert result.frames == [MIX[i] for i in passes]
    assert result.counters["f.count"] == len(passes)


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
def test_force_ip(net: Namespaces, tmp_path: Path, level: int) -> None:
    """The header is marked: DecIPTTL finds it, behind a VLAN tag, too."""
    result = receive(net, tmp_path, ", FORCE_IP true", MIX, behind="DecIPTTL ->", level=level)
    assert [len(frame) for frame in result.frames] == [len(MIX[i]) for i in (0, 2, 3, 4)]
    assert [Ether(frame)[IP].ttl for frame in result.frames] == [63] * 4
    assert result.counters["f.not_ip"] == 1


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
def test_snaplen(net: Namespaces, tmp_path: Path, level: int) -> None:
    result = receive(net, tmp_path, ", SNAPLEN 60, HEADROOM 1000", MIX, level=level)
    assert result.frames == [frame[:60] for frame in MIX]
    assert result.lengths == [len(frame) for frame in MIX]


@needs_namespaces
@pytest.mark.parametrize(
    ("arguments", "cut_to"), [("", None), (", SNAPLEN 1500", 1500), (", SNAPLEN 5000", 5000)]
)
def test_frames_longer_than_the_mtu(
    net: Namespaces, tmp_path: Path, arguments: str, cut_to: int | None
) -> None:
    """As segmentation offload makes them: here the MTU grows when the program runs already."""
    long = [udp(size=2958), udp(size=8958)]
    text = f"f :: FromDevice(e0{arguments}) -> ToDump(out.pcap, SNAPLEN 0);"
    text += "TimedSource(3600) -> Queue -> ToDevice(e0, DEBUG true);"
    with namespaces() as own:
        own.add("a", "m")
        own.link("m", "e0", "a", "eth0")
        with running(own, "m", compile_text(text, level=0), wait_for=1, cwd=tmp_path) as run:
            own.ip("m", "link", "set", "e0", "mtu", "9000")
            own.ip("a", "link", "set", "eth0", "mtu", "9000")
            own.probe("a", "send", "eth0", *(frame.hex() for frame in (*long, udp())))
            time.sleep(0.2)

    frames = [data for _, data in read_pcap(tmp_path / "out.pcap")]
    if cut_to is None:
        assert frames == [udp()]
        assert run.counters["f.too_long"] == 2
        return
    assert frames == [frame[:cut_to] for frame in (*long, udp())]
    assert read_lengths(tmp_path / "out.pcap") == [3000, 9000, len(udp())]


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
def test_packet_types(net: Namespaces, tmp_path: Path, level: int) -> None:
    """Host, broadcast, multicast, other host, and with OUTBOUND outgoing."""
    me = net.mac("m", "e0")
    frames = [udp(dst=to) for to in (me, EVERYBODY, "01:00:5e:00:00:01", HOST)]
    sent = udp(dst=HOST, src=me)
    arguments = ", OUTBOUND true"
    result = receive(
        net, tmp_path, arguments, frames, own=[sent], behind="ShowType ->", level=level
    )
    assert [frame[-1] for frame in result.frames] == [0, 1, 2, 3, 4]


@needs_namespaces
def test_promiscuous_only_while_it_runs(net: Namespaces) -> None:
    def promiscuity() -> str:
        return net.ip("m", "-d", "link", "show", "e0").split("promiscuity ")[1].split()[0]

    text = (
        "FromDevice(e0, true) -> Discard; TimedSource(3600) -> Queue -> ToDevice(e0, DEBUG true);"
    )
    with running(net, "m", compile_text(text, level=0), wait_for=1):
        assert promiscuity() == "1"
    assert promiscuity() == "0"


@needs_namespaces
def test_what_the_kernel_had_no_room_for(net: Namespaces) -> None:
    text = "f :: FromDevice(e0) -> Discard; TimedSource(3600) -> Queue -> ToDevice(e0, DEBUG true);"
    with running(net, "m", compile_text(text, level=0), wait_for=1) as run:
        run.child.signal(signal.SIGSTOP)
        for _ in range(30):
            net.probe("a", "send", "eth0", *([udp(size=0).hex()] * 100))
        run.child.signal(signal.SIGCONT)
        time.sleep(0.5)
    assert run.counters["f.count"] == 2048
    assert run.counters["f.kernel_drops"] == 3000 - 2048


@needs_namespaces
@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGKILL])
def test_sniffer_false_keeps_packets_from_the_kernel(tmp_path: Path, ends: signal.Signals) -> None:
    text = "f :: FromDevice(e0, SNIFFER false) -> Discard; TimedSource(3600) -> Queue -> ToDevice(e0, DEBUG true);"
    program = compile_text(text, level=0)
    with namespaces() as net:
        net.add("a", "m")
        net.link("m", "e0", "a", "eth0")
        net.ip("a", "addr", "add", "10.0.0.2/24", "dev", "eth0")
        net.ip("m", "addr", "add", "10.0.0.1/24", "dev", "e0")
        assert net.probe("a", "ping", "10.0.0.1", 1, 8) == "1"
        child = net.start("m", str(program))
        child.wait_for("port ")
        assert net.probe("a", "ping", "10.0.0.1", 1, 8) == "0"
        child.signal(ends)
        child.wait()
        assert net.probe("a", "ping", "10.0.0.1", 1, 8) == "1"


@needs_namespaces
def test_an_interface_that_is_down(tmp_path: Path) -> None:
    program = compile_text("f :: FromDevice(e0) -> Discard;", level=0)
    with namespaces() as net:
        net.add("a", "m")
        net.link("m", "e0", "a", "eth0")
        net.ip("m", "link", "set", "e0", "down")
        assert refusal(net, "m", program) == [
            "error: f :: FromDevice: the interface 'e0' is down",
            "  hint: ip link set e0 up",
        ]
        net.ip("m", "link", "delete", "e0")
        net.run("m", "ip", "tuntap", "add", "e0", "mode", "tun")
        net.ip("m", "link", "set", "e0", "up")
        what, _ = refusal(net, "m", program)
        assert "'e0' is no Ethernet interface (its type is 65534)" in what


@needs_namespaces
def test_without_permission(net: Namespaces) -> None:
    program = compile_text("f :: FromDevice(e0) -> Discard;", level=0)
    lines = refusal(net, "m", program, limits=POWERLESS)
    assert lines == [
        "error: f :: FromDevice: this program may not open packet sockets: Operation not permitted",
        "  hint: run it as root, or allow it: setcap cap_net_raw,cap_net_admin+ep PROGRAM",
    ]


@needs_namespaces
@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "f :: FromDevice(e0) -> Discard; g :: FromDevice(e0) -> Discard;",
            (),
            "g :: FromDevice: f :: FromDevice receives from 'e0' already",
        ),
        (
            "f :: FromDevice(e0) -> Discard;",
            ("--simtime",),
            "f :: FromDevice: a simulated clock cannot serve a real network",
        ),
    ],
)
def test_refusals(net: Namespaces, text: str, options: tuple[str, ...], message: str) -> None:
    what, hint = refusal(net, "m", compile_text(text, level=0), *options)
    assert message in what
    assert hint.startswith("  hint: ")


@needs_namespaces
def test_no_file_is_left_behind(net: Namespaces) -> None:
    text = "FromDevice(e0) -> Discard; TimedSource(3600) -> Queue -> ToDevice(e0, DEBUG true);"
    with running(net, "m", compile_text(text, level=0), wait_for=1) as run:
        pass
    assert not Path(f"/var/run/dpdk/pmill-{run.child.pid}").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="packet sockets need root")
@pytest.mark.parametrize("level", [0, 3])
def test_handlers(level: int) -> None:
    text = "f :: FromDevice(lo) -> Discard; Script(wait 0.1s, write f.reset_counts, stop);"
    done = ask(text, "-h", "f.encap", "-h", "f.kernel_drops", "-h", "f.handlers", level=level)
    assert "f.encap:\nETHER\n" in done.stdout
    assert "f.kernel_drops:\n0\n" in done.stdout
    assert "reset_counts\tw\n" in done.stdout
    assert done.returncode == 0
