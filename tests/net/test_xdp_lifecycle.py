"""What an AF_XDP port leaves behind: nothing, however its program ends; and what keeps it out."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.net.namespaces import Namespaces
from tests.net.programs import POWERLESS, compile_text, refusal, running
from tests.net.xdp_kit import BRIDGE, attached, attacher, cable, wait_until_detached

RECEIVER = "f :: FromDPDKDevice(xdp:e0, VERBOSE 1) -> Discard;"
SENDER = "InfiniteSource(LIMIT -1, BURST 1) -> ToDPDKDevice(xdp:e0, VERBOSE 1);"


@pytest.fixture
def cabled(net: Namespaces) -> Namespaces:
    cable(net)
    return net


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_attached(cabled: Namespaces, number: signal.Signals) -> None:
    program = compile_text(BRIDGE)
    for _ in range(3):  # and the next one starts at once
        child = cabled.start("m", str(program))
        child.wait_for("port ", 2)
        assert "name pmill_xdp" in attached(cabled, "e0")
        child.signal(number)
        assert child.wait() == (-number if number == signal.SIGKILL else 0), child.stderr
        if number != signal.SIGKILL:
            assert attached(cabled, "e0") == attached(cabled, "e1") == ""
    wait_until_detached(cabled, "e0")
    wait_until_detached(cabled, "e1")


def test_a_program_that_only_sends_attaches_nothing(cabled: Namespaces) -> None:
    text = "InfiniteSource(LIMIT 50, BURST 7) -> t :: ToDPDKDevice(xdp:e0, VERBOSE 1);"
    listening = cabled.record("a", "eth0", 50)
    child = cabled.start("m", str(compile_text(text)), "--stats=json")
    assert child.wait() == 0, child.stderr
    assert len(listening.frames()) == 50
    with running(cabled, "m", compile_text(SENDER), wait_for=1):
        assert attached(cabled, "e0") == ""


def test_what_a_killed_program_left_is_taken_off(cabled: Namespaces, tmp_path: Path) -> None:
    """As it stays where the kernel knows no links that end with a process."""
    cabled.run("m", str(attacher(tmp_path)), "ours", "e0")
    assert "name pmill_xdp" in attached(cabled, "e0")
    with running(cabled, "m", compile_text(RECEIVER), wait_for=1):
        assert "name pmill_xdp" in attached(cabled, "e0")
    assert attached(cabled, "e0") == ""


def test_somebody_elses_program_stays(cabled: Namespaces, tmp_path: Path) -> None:
    cabled.run("m", str(attacher(tmp_path)), "other", "e0")
    before = attached(cabled, "e0")
    assert "name somebodys" in before
    message, hint = refusal(cabled, "m", compile_text(RECEIVER))
    assert message.startswith(
        "error: f :: FromDPDKDevice: the interface 'e0' has an XDP program already: 'somebodys', "
    )
    assert "ip link set e0 xdp off" in hint
    assert attached(cabled, "e0") == before


def test_two_programs_on_one_interface(cabled: Namespaces) -> None:
    program = compile_text(RECEIVER)
    with running(cabled, "m", program, wait_for=1) as run:
        message, hint = refusal(cabled, "m", program)
        assert message == (
            "error: f :: FromDPDKDevice: another program of pmill's receives from 'e0': "
            f"process {run.child.pid}"
        )
        assert "let one program do both" in hint
        assert "name pmill_xdp" in attached(cabled, "e0")


def test_two_programs_on_one_queue(cabled: Namespaces) -> None:
    program = compile_text(SENDER)
    with running(cabled, "m", program, wait_for=1):
        message, hint = refusal(cabled, "m", program)
    assert message.endswith(":: ToDPDKDevice: queue 0 of 'e0' is another program's")
    assert "QUEUE N" in hint


def test_an_interface_that_vanishes(cabled: Namespaces) -> None:
    """The program goes on as far as it can, and ends when it is told to."""
    with running(cabled, "m", compile_text(BRIDGE), wait_for=2):
        cabled.ip("m", "link", "delete", "e0")
        peer = cabled.mac("m", "e1")
        frame = bytes.fromhex(peer.replace(":", "") + "020000000002" + "88b5") + bytes(50)
        cabled.probe("b", "send", "eth0", *[frame.hex()] * 100)
    assert attached(cabled, "e1") == ""


def test_no_rights(cabled: Namespaces) -> None:
    limits = ("setpriv", "--bounding-set=-net_admin,-bpf,-sys_admin", "--inh-caps=-all")
    message, hint = refusal(cabled, "m", compile_text(RECEIVER), limits=limits)
    assert message.startswith(
        "error: f :: FromDPDKDevice: this program may not load an XDP program for 'e0': "
    )
    assert "setcap cap_net_raw,cap_net_admin,cap_bpf" in hint
    for text in (RECEIVER, SENDER):
        message, _ = refusal(cabled, "m", compile_text(text), limits=POWERLESS)
        assert "this program may not open an AF_XDP socket for 'e0': " in message
    assert attached(cabled, "e0") == ""


def _said(net: Namespaces, text: str, *options: str) -> str:
    return "\n".join(refusal(net, "m", compile_text(text), *options))


def test_an_interface_that_cannot_be_used(cabled: Namespaces) -> None:
    said = _said(cabled, "FromDPDKDevice(xdp:e7) -> Discard;")
    assert "there is no network interface 'e7'; this network namespace has lo, e0, e1" in said
    cabled.ip("m", "link", "set", "e1", "down")
    said = _said(cabled, "FromDPDKDevice(xdp:e1) -> Discard;")
    assert "the interface 'e1' is down" in said
    assert "ip link set e1 up" in said
    cabled.ip("m", "link", "set", "e1", "mtu", "9000", "up")
    said = _said(cabled, "FromDPDKDevice(xdp:e1) -> Discard;")
    assert "has an MTU of 9000, and an AF_XDP socket receives frames of 3840 bytes at most" in said


def test_a_missing_interface_may_be_allowed(cabled: Namespaces) -> None:
    text = """
    FromDPDKDevice(xdp:e7, ALLOW_NONEXISTENT true) -> Discard;
    InfiniteSource(LIMIT 5) -> t :: ToDPDKDevice(xdp:e7, ALLOW_NONEXISTENT true);
    """
    child = cabled.start("m", str(compile_text(text)))
    assert child.wait() == 0, child.stderr
    assert child.stderr == ""


def test_what_sockets_cannot_do(cabled: Namespaces) -> None:
    said = _said(cabled, "FromDPDKDevice(xdp:e0, QUEUE 1) -> Discard;")
    assert "(xdp:e0) has 1 receive queue; queue 1 was asked for" in said
    assert "ethtool -L" in said
    for option in ("TIMESTAMP true", "RSS_AGGREGATE true", "JUMBO true", "RX_INTR 0"):
        said = _said(cabled, f"FromDPDKDevice(xdp:e0, {option}) -> Discard;")
        assert f"(xdp:e0, driver AF_XDP) does not support {option.split()[0]}\n" in said
    said = _said(cabled, RECEIVER, "--simtime")
    assert "a simulated clock cannot serve a real network" in said
    assert attached(cabled, "e0") == ""


def test_a_veth_with_fewer_queues_than_its_peer_sends_on(net: Namespaces) -> None:
    net.add("a", "m")
    net.link("m", "e0", "a", "eth0", queues=2)
    net.run("m", "ethtool", "-L", "e0", "rx", "1")
    said = _said(net, RECEIVER)
    assert "has 1 receive queue;" in said
    assert "ethtool -L e0 rx N" in said
