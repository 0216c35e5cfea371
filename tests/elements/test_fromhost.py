from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.control.programs import Client
from tests.elements.programs import refusal as refused
from tests.elements.programs import run_program
from tests.net.child import PATIENCE
from tests.net.namespaces import Namespaces, namespaces, needs_namespaces
from tests.net.programs import (
    POWERLESS,
    TWO_WORKERS,
    compile_text,
    refusal,
    running,
    wait_for_interface,
)
from tests.traffic.pcap import read_pcap


@pytest.fixture
def net() -> Iterator[Namespaces]:
    """A namespace `m` without an interface."""
    with namespaces() as made:
        made.add("m")
        yield made


# --- without root ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "DEVNAME"),
        ("t, 10.0.0.1", "DST"),
        ("t, MTU 67", "MTU: '67' is out of range"),
        ("t, MTU 1505", "MTU: '1505' is out of range, expected 68 to 1504"),
        ("t, ETHER 1:2:3", "ETHER"),
    ],
)
def test_wrong_arguments(arguments: str, message: str) -> None:
    assert message in refused(f"FromHost({arguments}) -> Discard;")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("''", "DEVNAME is empty"),
        ("much-too-long-name", "'much-too-long-name' cannot be the name of an interface"),
        ("a/b", "'a/b' cannot be the name of an interface"),
        (
            "t, 10.0.0.1/24, GATEWAY 10.0.1.1",
            "the GATEWAY is not in the network of the interface's address",
        ),
    ],
)
def test_impossible_interfaces(tmp_path: Path, arguments: str, message: str) -> None:
    run = run_program(tmp_path, f"f :: FromHost({arguments}) -> Discard;", level=0)
    assert run.returncode == 1
    what, hint = run.stderr.splitlines()
    assert what.startswith(f"error: f :: FromHost: {message}")
    assert hint.startswith("  hint: ")


# --- with namespaces ------------------------------------------------------------------------------


@needs_namespaces
def test_the_interface(net: Namespaces) -> None:
    """As the arguments say, and only as long as the program runs."""
    text = "FromHost(fake0, 10.7.0.1/20, ETHER 02:00:00:00:00:77, MTU 1300, GATEWAY 10.7.0.9) -> Discard;"
    with running(net, "m", compile_text(text, level=0)):
        wait_for_interface(net, "m", "fake0", "10.7.0.1/20")
        shown = net.ip("m", "addr", "show", "fake0")
        assert " mtu 1300 " in shown
        assert ",UP," in shown
        assert "link/ether 02:00:00:00:00:77" in shown
        routes = net.ip("m", "route")
        assert "default via 10.7.0.9 dev fake0" in routes
        assert "10.7.0.0/20 dev fake0" in routes
    assert "fake0" not in net.ip("m", "link")


@needs_namespaces
def test_without_an_address(net: Namespaces) -> None:
    with running(net, "m", compile_text("FromHost(fake0) -> Discard;", level=0)):
        wait_for_interface(net, "m", "fake0", "UP")
        assert "inet 1" not in net.ip("m", "addr", "show", "fake0")
        assert net.ip("m", "route") == ""


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("eal", [(), TWO_WORKERS], ids=["one worker", "two workers"])
def test_what_the_kernel_sends(
    net: Namespaces, tmp_path: Path, eal: tuple[str, ...], level: int
) -> None:
    """IPv4 packets on output 0, with the header marked; what asks for addresses on output 1."""
    text = """
    h :: FromHost(fake0, 10.7.0.1/24, HEADROOM 500) -> DecIPTTL -> Queue -> Unqueue
      -> ToDump(ip.pcap, SNAPLEN 0);
    h[1] -> Queue -> Unqueue -> ToDump(other.pcap, SNAPLEN 0);
    """
    frame = "020000000001020000000002"
    ip = frame + "0800" + "450000140000000040110000" + "0a0700010a070002"
    arp, odd = frame + "0806" + "00" * 46, frame + "0800" + "4f" + "00" * 19
    with running(net, "m", compile_text(text, level=level), eal=eal, cwd=tmp_path) as run:
        wait_for_interface(net, "m", "fake0", "10.7.0.1/24")
        net.probe("m", "send", "fake0", ip, arp, odd)
        time.sleep(0.2)
    sent = [data for _, data in read_pcap(tmp_path / "ip.pcap")]
    (got,) = [data for data in sent if data.hex().startswith(frame)]
    assert got.hex()[:44] == ip[:44]
    assert got[22] == 63
    others = read_pcap(tmp_path / "other.pcap")
    # Two workers may write them in either order.
    found = [data.hex() for _, data in others if data.hex().startswith(frame)]
    assert sorted(found) == sorted([arp, odd])
    now = time.time_ns()
    assert all(now - 20 * 10**9 < ns <= now for ns, _ in others)
    assert run.counters["h.count"] == len(sent) + len(others)


@needs_namespaces
def test_one_output_gets_all(net: Namespaces, tmp_path: Path) -> None:
    text = "h :: FromHost(fake0, 10.7.0.1/24) -> ToDump(all.pcap, SNAPLEN 0);"
    arp = "020000000001020000000002" + "0806" + "00" * 46
    with running(net, "m", compile_text(text, level=0), cwd=tmp_path):
        wait_for_interface(net, "m", "fake0", "10.7.0.1/24")
        net.probe("m", "send", "fake0", arp)
        time.sleep(0.2)
    assert arp in [data.hex() for _, data in read_pcap(tmp_path / "all.pcap")]


@needs_namespaces
def test_an_interface_that_is_there(net: Namespaces) -> None:
    """A TAP interface with queues is joined, and stays; another kind cannot be."""
    program = compile_text("f :: FromHost(fake0, 10.7.0.1/24) -> Discard;", level=0)
    net.ip("m", "tuntap", "add", "fake0", "mode", "tap", "multi_queue")
    with running(net, "m", program):
        wait_for_interface(net, "m", "fake0", "10.7.0.1/24")
    assert "fake0" in net.ip("m", "link")
    net.ip("m", "link", "delete", "fake0")
    net.ip("m", "link", "add", "fake0", "type", "veth", "peer", "name", "fake1")
    what, hint = refusal(net, "m", program)
    assert "'fake0' is there already, and is no TAP interface with queues" in what
    assert "ip tuntap add fake0 mode tap multi_queue" in hint


@needs_namespaces
def test_without_permission(net: Namespaces) -> None:
    program = compile_text("f :: FromHost(fake0) -> Discard;", level=0)
    lines = refusal(net, "m", program, limits=POWERLESS)
    what, hint = lines
    assert what.startswith("error: f :: FromHost: this program may not make the interface 'fake0'")
    assert hint.startswith("  hint: run it as root")


@needs_namespaces
@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "f :: FromHost(t0) -> Discard; g :: FromHost(t0) -> Discard;",
            (),
            "g :: FromHost: f :: FromHost receives from 't0' already",
        ),
        (
            "f :: FromHost(t0) -> Discard; g :: FromDevice(t0) -> Discard;",
            (),
            "g :: FromDevice: 't0' is the virtual interface of f :: FromHost",
        ),
        (
            "f :: FromHost(t0) -> Discard;",
            ("--simtime",),
            "f :: FromHost: a simulated clock cannot serve a real network",
        ),
    ],
)
def test_refusals(net: Namespaces, text: str, options: tuple[str, ...], message: str) -> None:
    what, hint = refusal(net, "m", compile_text(text, level=0), *options)
    assert message in what
    assert hint.startswith("  hint: ")


@needs_namespaces
@pytest.mark.parametrize("level", [0, 3])
def test_handlers(net: Namespaces, tmp_path: Path, level: int) -> None:
    """It says how its interface is called, and waits while the queue behind it is full."""
    socket = tmp_path / "control"
    text = f"""
    h :: FromHost(fake0, BURST 1) -> q :: Queue(2) -> u :: Unqueue(ACTIVE !false) -> d :: Discard;
    InfiniteSource(LIMIT 1, LENGTH 60) -> t :: ToHost(fake0);
    ControlSocket(unix, {socket});
    """
    frame = "020000000001" * 2 + "88b5" + "00" * 46
    with running(net, "m", compile_text(text, level=level)) as run:
        wait_for_interface(net, "m", "fake0", ",UP")
        with Client(socket) as client:
            assert client.ask("READ h.dev_name") == (200, "fake0")
            assert client.ask("READ t.dev_name") == (200, "fake0")
            net.probe("m", "send", "fake0", *[frame] * 5)
            _wait_for(lambda: client.ask("READ h.signal") == (200, "false"))
            assert client.ask("READ q.drops") == (200, "0")
            assert client.ask("WRITE u.active true")[0] == 200
            _wait_for(lambda: int(client.ask("READ d.count")[1]) >= 5)
            assert client.ask("READ h.signal") == (200, "true")
    assert run.counters["q.drops"] == 0


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
