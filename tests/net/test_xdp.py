"""Ports on AF_XDP sockets between real hosts: what is forwarded arrives, whole and unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.net.namespaces import Namespaces
from tests.net.programs import (
    ONE_WORKER,
    TWO_WORKERS,
    compile_text,
    running,
    wait_until_answered,
)
from tests.net.transfer import fetch
from tests.net.xdp_kit import BRIDGE, NO_ZERO_COPY, attached, cable

MUCH = 100_000_000  # bytes
WORKERS = pytest.mark.parametrize(
    "eal", [ONE_WORKER, TWO_WORKERS], ids=["one worker", "two workers"]
)
QUEUES = pytest.mark.parametrize("queues", [1, 2], ids=["one queue", "two queues"])


def _bridged(net: Namespaces, queues: int, *, offloads: bool = False) -> None:
    cable(net, queues=queues, offloads=offloads)
    net.ip("b", "addr", "add", "10.0.0.3/24", "dev", "eth0")


@pytest.mark.parametrize("level", [0, 3])
@QUEUES
@WORKERS
def test_pings_both_ways(net: Namespaces, eal: tuple[str, ...], queues: int, level: int) -> None:
    _bridged(net, queues)
    with running(net, "m", compile_text(BRIDGE, level=level), eal=eal, wait_for=2) as run:
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
def test_much_passes_unchanged(
    net: Namespaces, tmp_path: Path, eal: tuple[str, ...], queues: int
) -> None:
    _bridged(net, queues)
    with running(net, "m", compile_text(BRIDGE), eal=eal, wait_for=2) as run:
        fetch(net, "a", "b", "10.0.0.3", tmp_path, MUCH)
        fetch(net, "b", "a", "10.0.0.2", tmp_path, MUCH)
    for name in ("f0", "f1"):
        assert run.counters[f"{name}.count"] > MUCH // 1500


def test_checksums_that_senders_leave_are_completed(net: Namespaces, tmp_path: Path) -> None:
    """With their offloads on, hosts get connected only if somebody computes checksums."""
    _bridged(net, 1, offloads=True)
    assert "tx-checksumming: on" in net.run("a", "ethtool", "-k", "eth0")
    with running(net, "m", compile_text(BRIDGE), wait_for=2):
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
