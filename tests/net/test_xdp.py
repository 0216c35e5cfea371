"""Ports on AF_XDP sockets between real hosts: what is forwarded arrives, whole and unchanged."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import METADATA, CompileOptions, Metadata
from tests.conftest import ROOT
from tests.net.namespaces import Namespaces
from tests.net.programs import (
    ONE_WORKER,
    TWO_WORKERS,
    compile_text,
    refusal,
    running,
    wait_until_answered,
)
from tests.net.transfer import fetch
from tests.net.xdp_kit import BRIDGE, NO_ZERO_COPY, attached, cable
from tests.traffic import write_frames

MUCH = 100_000_000  # bytes
WORKERS = pytest.mark.parametrize(
    "eal", [ONE_WORKER, TWO_WORKERS], ids=["one worker", "two workers"]
)
MODELS = pytest.mark.parametrize("model", METADATA)
QUEUES = pytest.mark.parametrize("queues", [1, 2], ids=["one queue", "two queues"])


def _bridged(net: Namespaces, queues: int, *, offloads: bool = False) -> None:
    cable(net, queues=queues, offloads=offloads)
    net.ip("b", "addr", "add", "10.0.0.3/24", "dev", "eth0")


@pytest.mark.parametrize("level", [0, 3])
@QUEUES
@WORKERS
@MODELS
def test_pings_both_ways(
    net: Namespaces, model: Metadata, eal: tuple[str, ...], queues: int, level: int
) -> None:
    _bridged(net, queues)
    program = compile_text(BRIDGE, level=level, metadata=model)
    with running(net, "m", program, eal=eal, wait_for=2) as run:
        assert "name pmill_xdp" in attached(net, "e0")
        assert net.probe("a", "ping", "10.0.0.3", 20, 56) == "20"
        assert net.probe("b", "ping", "10.0.0.2", 20, 1400) == "20"
        # More than a frame: fragments pass as they are.
        assert net.probe("a", "ping", "10.0.0.3", 5, 4000) == "5"
    assert run.counters["f0.count"] >= 55
    for here, there in ("01", "10"):
        assert run.counters[f"f{here}.count"] == run.counters[f"t{there}.count"]
        assert run.counters[f"f{here}.hw_count"] == run.counters[f"f{here}.count"]
        assert run.counters[f"t{here}.hw_count"] == run.counters[f"t{here}.count"]
        assert run.counters[f"f{here}.hw_dropped"] == 0
    assert run.stderr.count(NO_ZERO_COPY) == 2
    assert attached(net, "e0") == attached(net, "e1") == ""


@QUEUES
@WORKERS
@MODELS
def test_much_passes_unchanged(
    net: Namespaces, tmp_path: Path, model: Metadata, eal: tuple[str, ...], queues: int
) -> None:
    _bridged(net, queues)
    with running(net, "m", compile_text(BRIDGE, metadata=model), eal=eal, wait_for=2) as run:
        fetch(net, "a", "b", "10.0.0.3", tmp_path, MUCH)
        fetch(net, "b", "a", "10.0.0.2", tmp_path, MUCH)
    for name in ("f0", "f1"):
        assert run.counters[f"{name}.count"] > MUCH // 1500


@MODELS
def test_checksums_that_senders_leave_are_completed(
    net: Namespaces, tmp_path: Path, model: Metadata
) -> None:
    """With their offloads on, hosts get connected only if somebody computes checksums."""
    _bridged(net, 1, offloads=True)
    assert "tx-checksumming: on" in net.run("a", "ethtool", "-k", "eth0")
    with running(net, "m", compile_text(BRIDGE, metadata=model), wait_for=2):
        fetch(net, "a", "b", "10.0.0.3", tmp_path)
        fetch(net, "b", "a", "10.0.0.2", tmp_path)


def test_all_queues_receive(net: Namespaces) -> None:
    """Frames come in on the queue that they were sent on, and one worker takes them all."""
    _bridged(net, 2)
    text = """
    FromDPDKDevice(xdp:e0, PAINT_QUEUE true, VERBOSE 1)
      -> queue :: PaintSwitch;
    queue[0] -> c0 :: Counter -> Discard;
    queue[1] -> c1 :: Counter -> Discard;
    """
    neighbour = ("10.0.0.3", "lladdr", net.mac("b", "eth0"), "dev", "eth0")
    net.ip("a", "neighbour", "add", *neighbour)
    with running(net, "m", compile_text(text), wait_for=1) as run:
        for port in range(64):  # the kernel chooses a queue by a hash of the ports
            net.probe("a", "datagram", "10.0.0.3", 5000 + port)
    assert run.counters["c0.count"] > 0
    assert run.counters["c1.count"] > 0


def test_other_queues_are_the_kernels(net: Namespaces) -> None:
    _bridged(net, 2)
    text = "FromDPDKDevice(xdp:e0, QUEUE 0, VERBOSE 1) -> Discard;"
    with running(net, "m", compile_text(text), wait_for=1) as run:
        pass
    assert "frames of 1 of 2 queues go to the kernel" in run.stderr


HOST = """
f :: FromDPDKDevice(xdp:br0, VERBOSE 1)
  -> kind :: Classifier(12/0806 20/0001, 12/0800, -);
kind[0] -> ARPResponder(10.0.0.7 02:00:00:00:00:07) -> t :: ToDPDKDevice(xdp:br0);
kind[1] -> Strip(14) -> CheckIPHeader -> ICMPPingResponder
  -> EtherEncap(0x0800, 02:00:00:00:00:07, $PEER) -> t;
kind[2] -> Discard;
"""


def test_an_interface_whose_driver_runs_no_programs(net: Namespaces) -> None:
    """The kernel runs the program, for a bridge: what it says of that, and that it works."""
    cable(net)
    net.ip("m", "link", "add", "br0", "address", "02:00:00:00:00:07", "type", "bridge")
    net.ip("m", "link", "set", "e0", "master", "br0")
    net.ip("m", "link", "set", "br0", "up")
    program = compile_text(HOST, {"PEER": net.mac("a", "eth0")})
    with running(net, "m", program, wait_for=1) as run:
        wait_until_answered(net, "a", "10.0.0.7")
        assert "xdpgeneric" in net.ip("m", "link", "show", "br0")
        assert net.probe("a", "ping", "10.0.0.7", 20, 1400) == "20"
    assert "the interface's driver runs no XDP programs" in run.stderr
    assert "prog/xdp" not in net.ip("m", "link", "show", "br0")


def test_few_buffers(net: Namespaces, tmp_path: Path) -> None:
    """Hardly more than the rings hold: frames may be lost, none is spoiled, all comes through."""
    _bridged(net, 1)
    [message, hint] = refusal(net, "m", compile_text(BRIDGE), "--buffers", "600")
    assert "there are not enough buffers for the rings of xdp:e0" in message
    assert "--buffers" in hint
    text = BRIDGE.replace("VERBOSE", "NDESC 64, VERBOSE")
    child = net.start("m", str(compile_text(text)), "--buffers", "600")
    child.wait_for("port ", 2)
    fetch(net, "a", "b", "10.0.0.3", tmp_path)
    fetch(net, "b", "a", "10.0.0.2", tmp_path)
    child.signal(signal.SIGTERM)
    assert child.wait() == 0, child.stderr


@MODELS
def test_what_elements_copy_and_make(net: Namespaces, model: Metadata) -> None:
    """Frames that a program has made, copied and kept for a while go out as those that came."""
    _bridged(net, 1)
    text = """
    FromDPDKDevice(xdp:e0, VERBOSE 1) -> both :: Tee(2);
    both[0] -> Queue(100) -> Unqueue -> t1 :: ToDPDKDevice(xdp:e1);
    both[1] -> Discard;
    FromDPDKDevice(xdp:e1, VERBOSE 1) -> Strip(14) -> Unstrip(14) -> ToDPDKDevice(xdp:e0);
    """
    with running(net, "m", compile_text(text, metadata=model), wait_for=2):
        assert net.probe("a", "ping", "10.0.0.3", 20, 1400) == "20"
        assert net.probe("b", "ping", "10.0.0.2", 5, 4000) == "5"


@MODELS
def test_memory(net: Namespaces, tmp_path: Path, model: Metadata) -> None:
    """An AddressSanitizer sees nothing wrong."""
    _bridged(net, 2)
    options = CompileOptions(level=3, sanitize=("address", "undefined"), metadata=model)
    program = compile_config(Source("net.click", BRIDGE), options, Diagnostics()).program
    assert program is not None
    with running(net, "m", program, eal=TWO_WORKERS, wait_for=2):
        assert net.probe("a", "ping", "10.0.0.3", 20, 1400) == "20"
        fetch(net, "a", "b", "10.0.0.3", tmp_path)


def test_beside_a_capture(net: Namespaces, tmp_path: Path) -> None:
    """`pmill run` needs nothing for such ports, and numbers the others as ever."""
    cable(net)
    header = bytes.fromhex("020000000001 020000000002 88b5")
    frames = [header + n.to_bytes(2, "big") + bytes(44 + n % 1400) for n in range(500)]
    write_frames(tmp_path / "in.pcap", frames)
    (tmp_path / "net.click").write_text(
        "FromDPDKDevice(0) -> ToDPDKDevice(xdp:e0);\nFromDPDKDevice(xdp:e1) -> ToDPDKDevice(0);\n"
    )
    listening = net.record("a", "eth0", len(frames))
    words = ("-m", "pmill", "run", "net.click", "--pcap", "in.pcap", "--out", "out.pcap")
    command = ("env", f"PYTHONPATH={ROOT}", sys.executable, *words)
    child = net.start("m", *command, cwd=tmp_path)
    assert child.wait(120) == 0, child.stderr
    assert listening.frames() == frames
    assert "xdp:e0" in child.stdout


@pytest.fixture
def routing(net: Namespaces) -> Iterator[Namespaces]:
    """The example router between hosts of two networks."""
    cable(net)
    net.ip("b", "addr", "add", "10.0.1.2/24", "dev", "eth0")
    net.ip("a", "route", "add", "default", "via", "10.0.0.1")
    net.ip("b", "route", "add", "default", "via", "10.0.1.1")
    text = (ROOT / "examples" / "router.click").read_text()
    variables = {"PORT0": "xdp:e0", "PORT1": "xdp:e1"}
    variables |= {"MAC0": net.mac("m", "e0"), "MAC1": net.mac("m", "e1")}
    with running(net, "m", compile_text(text, variables, level=1)):
        wait_until_answered(net, "a", "10.0.1.2")
        yield net


def test_the_router_routes(routing: Namespaces, tmp_path: Path) -> None:
    assert routing.probe("a", "ping", "10.0.1.2", 20, 56) == "20"
    assert routing.probe("b", "ping", "10.0.0.2", 20, 1400) == "20"
    assert routing.probe("b", "ping", "10.0.0.2", 3, 4000) == "3"
    assert routing.probe("a", "ping", "10.0.1.1", 3, 56) == "3"
    assert routing.probe("a", "trace", "10.0.1.2") == "10.0.0.1 10.0.1.2"
    fetch(routing, "a", "b", "10.0.1.2", tmp_path, MUCH)
    fetch(routing, "b", "a", "10.0.0.2", tmp_path, MUCH)


def test_many_queues(net: Namespaces) -> None:
    """One worker polls all queues of an interface that has many."""
    _bridged(net, 16)
    with running(net, "m", compile_text(BRIDGE), wait_for=2) as run:
        assert net.probe("a", "ping", "10.0.0.3", 20, 1400) == "20"
    assert "16 receive queues of 512, " in run.stderr
