from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1Q, Ether

from tests.control.programs import ask
from tests.elements.programs import refusal as refused
from tests.elements.programs import run_program
from tests.net.namespaces import Namespaces, namespaces, needs_namespaces
from tests.net.programs import TWO_WORKERS, compile_text, refusal, running
from tests.traffic.pcap import write_pcap

HOST = "02:00:00:00:00:0c"


def udp(size: int, vlan: int = 0) -> bytes:
    tag = Dot1Q(vlan=vlan) if vlan else None
    frame = Ether(src="02:00:00:00:00:0a", dst=HOST)
    return bytes((frame / tag if tag else frame) / IP() / UDP() / bytes(size))


@pytest.fixture(scope="module")
def net() -> Iterator[Namespaces]:
    """The host `a`, and `m`, whose interface e0 leads to it."""
    with namespaces() as made:
        made.add("a", "m")
        made.link("m", "e0", "a", "eth0")
        yield made


def send(
    net: Namespaces,
    folder: Path,
    frames: list[bytes],
    *,
    arguments: str = "",
    expected: int,
    level: int = 0,
    eal: tuple[str, ...] = (),
) -> tuple[list[bytes], dict[str, int]]:
    """Let `m` send frames; return what `a` gets of them, at least `expected` ones, and counters."""
    write_pcap(folder / "in.pcap", [(0, frame) for frame in frames])
    # TIMING makes the program live on: the last packet is due in an hour.
    text = f"FromDump(in.pcap) -> Queue(10000) -> t :: ToDevice(e0{arguments}); "
    text += "TimedSource(3600) -> Discard;"
    listening = net.record("a", "eth0", expected)
    with running(net, "m", compile_text(text, level=level), eal=eal, cwd=folder) as run:
        got = listening.frames()
    return got, run.counters


# --- without root ---------------------------------------------------------------------------------


def test_a_missing_interface(tmp_path: Path) -> None:
    text = "InfiniteSource -> Queue -> t :: ToDevice(nosuch0);"
    run = run_program(tmp_path, text, level=0)
    assert run.returncode == 1
    what, hint = run.stderr.splitlines()
    assert what.startswith("error: t :: ToDevice: there is no network interface 'nosuch0'; ")
    assert hint.startswith("  hint: name one of them")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "DEVNAME"),
        ("e0, METHOD RAW", "METHOD: expected 'pcap' or 'linux', not 'RAW'"),
        ("e0, BURST 257", "BURST: '257' is out of range"),
    ],
)
def test_wrong_arguments(arguments: str, message: str) -> None:
    assert message in refused(f"InfiniteSource -> Queue -> ToDevice({arguments});")


def test_it_pulls() -> None:
    assert "PM0502" in refused("FromDPDKDevice(0) -> ToDevice(e0);")


# --- with namespaces ------------------------------------------------------------------------------


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("arguments", ["", ", METHOD PCAP, BURST 1"])
def test_sends_in_order(net: Namespaces, tmp_path: Path, arguments: str, level: int) -> None:
    frames = [udp(0, vlan=5), udp(1472), udp(1472, vlan=5), udp(20)]
    frames += [udp(20)[:-2] + n.to_bytes(2, "big") for n in range(1500)]
    got, counters = send(
        net, tmp_path, frames, arguments=arguments, expected=len(frames), level=level
    )
    # The kernel of the receiver takes tags out of frames: its sockets see them without.
    assert got == [f[:12] + f[16:] if f[12:14] == b"\x81\x00" else f for f in frames]
    assert counters["t.count"] == counters["t.pulls"] == len(frames)
    assert counters["t.hw_errors"] == counters["t.drops"] == counters["t.unfit"] == 0


@needs_namespaces
def test_two_workers_keep_the_order(net: Namespaces, tmp_path: Path) -> None:
    """However many there are, one of them pulls."""
    frames = [udp(20)[:-2] + n.to_bytes(2, "big") for n in range(3000)]
    got, counters = send(net, tmp_path, frames, expected=len(frames), eal=TWO_WORKERS)
    assert got == frames
    assert counters["t.count"] == len(frames)


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
def test_what_the_interface_cannot_carry(net: Namespaces, tmp_path: Path, level: int) -> None:
    """The kernel would lose these frames silently."""
    good = udp(20)
    unfit = [udp(1473), udp(1473, vlan=5), good[:13], good[:1]]
    got, counters = send(net, tmp_path, [*unfit, good], expected=1, level=level)
    assert got == [good]
    assert counters["t.unfit"] == len(unfit)
    assert counters["t.count"] == 1


@needs_namespaces
def test_an_interface_that_goes_down(tmp_path: Path) -> None:
    """The program goes on, and says what was not sent."""
    text = "TimedSource(0.01, DATA \\<020000000001 020000000002 0800>) -> Queue -> t :: ToDevice(e0, DEBUG true);"
    with namespaces() as net:
        net.add("a", "m")
        net.link("m", "e0", "a", "eth0")
        with running(net, "m", compile_text(text, level=0), wait_for=1) as run:
            net.ip("m", "link", "set", "e0", "down")
            time.sleep(0.3)
            net.ip("m", "link", "set", "e0", "up")
            listening = net.record("a", "eth0", 5)
            assert len(listening.frames()) == 5
    assert run.counters["t.hw_errors"] + run.counters["t.drops"] > 0


@needs_namespaces
def test_refusals(net: Namespaces) -> None:
    text = "InfiniteSource -> Queue -> t :: ToDevice(e0); h :: FromHost(e0) -> Discard;"
    what, hint = refusal(net, "m", compile_text(text, level=0))
    assert "'e0'" in what
    assert hint.startswith("  hint: ")


@needs_namespaces
def test_several_share_an_interface(net: Namespaces, tmp_path: Path) -> None:
    frame = udp(20)
    write_pcap(tmp_path / "in.pcap", [(0, frame)])
    text = """
    FromDump(in.pcap) -> t :: Tee(2) -> Queue -> ToDevice(e0);
    t[1] -> Queue -> ToDevice(e0);
    f :: FromDevice(e0, OUTBOUND true) -> Discard;
    """
    listening = net.record("a", "eth0", 2)
    with running(net, "m", compile_text(text, level=0), cwd=tmp_path) as run:
        assert listening.frames() == [frame, frame]
        time.sleep(0.1)
    assert run.counters["f.count"] == 0  # its own frames do not come back


@pytest.mark.skipif(os.geteuid() != 0, reason="packet sockets need root")
@pytest.mark.parametrize("level", [0, 3])
def test_handlers(level: int) -> None:
    text = "Idle -> t :: ToDevice(lo); Script(wait 0.1s, stop);"
    handlers = ("t.q", "t.signal", "t.debug", "t.count", "t.pulls")
    done = ask(text, *(word for h in handlers for word in ("-h", h)), level=level)
    values = [block.split(":\n")[1] for block in done.stdout.split("\n\n") if block]
    assert values == ["false", "active", "false", "0", "0"]
