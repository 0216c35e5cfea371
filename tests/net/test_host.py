"""Virtual interfaces join the kernel: it pings a host that exists only in the program."""

from __future__ import annotations

import pytest

from tests.net.namespaces import Namespaces
from tests.net.programs import (
    ONE_WORKER,
    TWO_WORKERS,
    compile_text,
    running,
    wait_until_answered,
)

TAP = """
t :: KernelTap(10.7.0.1/24, DEVNAME tap7)
  -> kind :: Classifier(12/0806 20/0001, 12/0800, -);
kind[0] -> ARPResponder(10.7.0.2 02:00:00:00:00:99) -> t;
kind[1] -> Strip(14) -> CheckIPHeader -> ICMPPingResponder
  -> EtherEncap(0x0800, 02:00:00:00:00:99, 00:01:02:03:04:05) -> t;
kind[2] -> Discard;
"""

HOST = """
h :: FromHost(tap7, 10.7.0.1/24, ETHER 02:00:00:00:00:77)
  -> Strip(14) -> CheckIPHeader -> ICMPPingResponder
  -> EtherEncap(0x0800, 02:00:00:00:00:99, 02:00:00:00:00:77) -> t :: ToHost(tap7);
h[1] -> Classifier(12/0806 20/0001) -> ARPResponder(10.7.0.2 02:00:00:00:00:99) -> t;
"""


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("eal", [ONE_WORKER, TWO_WORKERS], ids=["one worker", "two workers"])
@pytest.mark.parametrize("config", [TAP, HOST], ids=["KernelTap", "FromHost"])
def test_the_kernel_pings_the_program(
    net: Namespaces, config: str, eal: tuple[str, ...], level: int
) -> None:
    net.add("host")
    with running(net, "host", compile_text(config, level=level), eal=eal) as run:
        wait_until_answered(net, "host", "10.7.0.2")
        assert net.probe("host", "ping", "10.7.0.2", 20, 1400) == "20"
    element = "t.sent" if config == TAP else "t.count"
    assert run.counters[element] >= 21
    assert "tap7" not in net.ip("host", "link")


def test_a_host_and_its_network(between: Namespaces) -> None:
    """A namespace without a network interface reaches a network through a program."""
    net = between
    config = """
    t :: KernelTap(10.0.0.7/24, 10.0.0.2, ETHER 02:00:00:00:00:77, DEVNAME tap0)
      -> Queue -> ToDevice(e0, DEBUG true);
    FromDevice(e0, PROMISC true) -> t;
    """
    with running(net, "m", compile_text(config), wait_for=1):
        wait_until_answered(net, "m", "10.0.0.2")
        assert net.probe("a", "ping", "10.0.0.7", 5, 1472) == "5"
        assert "default via 10.0.0.2 dev tap0" in net.ip("m", "route")
        # The way back leads through the gateway, which forwards.
        net.write("a", "/proc/sys/net/ipv4/ip_forward", "1")
        net.ip("a", "addr", "add", "10.5.0.1/32", "dev", "lo")
        assert net.probe("m", "ping", "10.5.0.1", 3, 56) == "3"
