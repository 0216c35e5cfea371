from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.elements.programs import refusal as refused
from tests.elements.programs import run_program
from tests.net.namespaces import Namespaces, namespaces, needs_namespaces
from tests.net.programs import TWO_WORKERS, compile_text, running, wait_for_interface
from tests.traffic.pcap import read_pcap

HEADER = "ffffffffffff 020000000002 88b5"
# A frame that all hosts take, of an EtherType for experiments.
FRAME = bytes.fromhex(HEADER) + bytes(46)
DATA = rf"\<{HEADER} {'00' * 46}>"
BOTH = pytest.mark.parametrize("eal", [(), TWO_WORKERS], ids=["one worker", "two workers"])
LEVELS = pytest.mark.parametrize("level", [0, 3])


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
        ("", "ADDR"),
        ("10.0.0.1", "ADDR"),
        ("10.0.0.1/24, MTU 9000", "MTU: '9000' is out of range, expected 68 to 1504"),
        ("10.0.0.1/24, 10.0.0", "GATEWAY"),
        ("10.0.0.1/24, HEADROOM 5000", "HEADROOM: '5000' is out of range"),
    ],
)
def test_wrong_arguments(arguments: str, message: str) -> None:
    assert message in refused(f"KernelTap({arguments}) -> Discard;")


def test_the_gateway_must_be_near(tmp_path: Path) -> None:
    run = run_program(tmp_path, "t :: KernelTap(10.0.0.1/24, 10.0.1.1) -> Discard;", level=0)
    assert run.returncode == 1
    what, hint = run.stderr.splitlines()
    assert what == (
        "error: t :: KernelTap: the GATEWAY is not in the network of the interface's address"
    )
    assert hint.startswith("  hint: ")


# --- with namespaces ------------------------------------------------------------------------------


@needs_namespaces
def test_the_interface(net: Namespaces) -> None:
    text = "KernelTap(10.7.0.1/24, 10.7.0.9, DEVNAME click0, MTU 1400) -> Discard;"
    with running(net, "m", compile_text(text, level=0)):
        wait_for_interface(net, "m", "click0", "10.7.0.1/24")
        shown = net.ip("m", "addr", "show", "click0")
        assert " mtu 1400 " in shown
        assert "link/ether 00:01:02:03:04:05" in shown
        assert "default via 10.7.0.9 dev click0" in net.ip("m", "route")
    assert "click0" not in net.ip("m", "link")


@needs_namespaces
def test_names_that_are_free(net: Namespaces) -> None:
    """Without DEVNAME; an element need not be connected for its interface to exist."""
    net.ip("m", "link", "add", "tap0", "type", "veth", "peer", "name", "other")
    text = "KernelTap(10.7.0.1/24); KernelTap(10.8.0.1/24, ETHER 02:00:00:00:00:01) -> Discard;"
    with running(net, "m", compile_text(text, level=0)):
        wait_for_interface(net, "m", "tap1", "10.7.0.1/24")
        wait_for_interface(net, "m", "tap2", "10.8.0.1/24")


@needs_namespaces
@LEVELS
@BOTH
def test_what_the_kernel_sends(
    net: Namespaces, tmp_path: Path, eal: tuple[str, ...], level: int
) -> None:
    text = """
    t :: KernelTap(10.7.0.1/24, HEADROOM 500) -> Queue -> Unqueue -> ToDump(o.pcap, SNAPLEN 0);
    """
    with running(net, "m", compile_text(text, level=level), eal=eal, cwd=tmp_path) as run:
        wait_for_interface(net, "m", "tap0", "10.7.0.1/24")
        net.probe("m", "send", "tap0", FRAME.hex(), FRAME.hex())
        time.sleep(0.2)
    packets = read_pcap(tmp_path / "o.pcap")
    assert [data for _, data in packets if data[12:14] == FRAME[12:14]] == [FRAME, FRAME]
    now = time.time_ns()
    assert all(now - 20 * 10**9 < ns <= now for ns, _ in packets)
    assert run.counters["t.count"] == len(packets)
    assert sum(run.workers) == len(packets)


@needs_namespaces
@LEVELS
@BOTH
@pytest.mark.parametrize("queue", ["", "Queue ->"], ids=["push", "pull"])
def test_what_the_kernel_receives(
    net: Namespaces, queue: str, eal: tuple[str, ...], level: int
) -> None:
    text = f"""
    t :: KernelTap(10.7.0.1/24) -> Discard;
    s :: TimedSource(0.01, DATA {DATA}) -> {queue} t;
    """
    with running(net, "m", compile_text(text, level=level), eal=eal) as run:
        listening = net.record("m", "tap0", 10)
        assert listening.frames() == [FRAME] * 10
    assert run.counters["t.sent"] + run.counters["t.drops"] >= 10
    assert run.counters["t.sent"] >= 10


@needs_namespaces
def test_it_pulls_where_it_is_placed(net: Namespaces) -> None:
    text = f"""
    t :: KernelTap(10.7.0.1/24) -> Discard;
    TimedSource(0.01, DATA {DATA}) -> Queue -> t; StaticThreadSched(t 1);
    """
    with running(net, "m", compile_text(text, level=0), eal=TWO_WORKERS) as run:
        assert net.record("m", "tap0", 10).frames() == [FRAME] * 10
    assert run.counters["t.sent"] >= 10


@needs_namespaces
@pytest.mark.parametrize("once", [False, True])
def test_when_the_kernel_takes_no_more(net: Namespaces, once: bool) -> None:
    """It is said every second, or once."""
    ignore = ", IGNORE_QUEUE_OVERFLOWS true" if once else ""
    text = f"t :: KernelTap(10.7.0.1/24{ignore}); TimedSource(0.01, DATA {DATA}) -> t;"
    with running(net, "m", compile_text(text, level=0)) as run:
        wait_for_interface(net, "m", "tap0", "10.7.0.1/24")
        net.ip("m", "link", "set", "tap0", "down")
        time.sleep(2.5)
    said = [line for line in run.stderr.splitlines() if "t :: KernelTap: the kernel" in line]
    assert len(said) == 1 if once else len(said) in (2, 3)
    assert run.counters["t.drops"] > 100


@needs_namespaces
@LEVELS
def test_what_is_no_frame(net: Namespaces, level: int) -> None:
    text = f"""
    t :: KernelTap(10.7.0.1/24, MTU 100);
    TimedSource(0.01, DATA {DATA}) -> t;
    InfiniteSource(LENGTH 13, LIMIT 5) -> t; InfiniteSource(LENGTH 115, LIMIT 6) -> t;
    """
    with running(net, "m", compile_text(text, level=level)) as run:
        listening = net.record("m", "tap0", 3)
        assert listening.frames() == [FRAME] * 3
    assert run.counters["t.unfit"] == 11
