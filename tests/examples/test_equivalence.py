"""Optimising changes nothing: every example sends the same frames at every level."""

from __future__ import annotations

import pytest

from tests.conftest import slow
from tests.examples.compare import assert_same
from tests.examples.conftest import EXAMPLES, PORTS, Ran, everything
from tests.traffic import neighbours, without_times

LEVELS = (slow("-O1"), slow("-O2"), "-O3")
DEVICES = {"forwarder": 1, "router": 2, "router-static": 2, "firewall-lite": 2}
_START_NS = 1_600_000_000_123_456_000


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", DEVICES)
def test_levels_send_the_same(ran: Ran, name: str, level: str) -> None:
    config, ports = EXAMPLES / f"{name}.click", DEVICES[name]
    frames = [*neighbours(), *everything(0)]
    wanted = ran(config, {0: frames}, "-O0", ports=ports)
    found = ran(config, {0: frames}, level, ports=ports)
    for port in range(ports):
        assert_same(
            [without_times(f) for f in wanted.sent[port]],
            [without_times(f) for f in found.sent[port]],
            f"{name} {level} port {port}",
        )
    assert any(wanted.sent), "nothing was sent: the comparison compared nothing"


@pytest.mark.parametrize("name", ["router", "router-static", "firewall-lite"])
def test_traffic_on_both_ports(ran: Ran, name: str) -> None:
    config = EXAMPLES / f"{name}.click"
    inputs = {port: [*neighbours(port), *everything(port)[:4000]] for port in (0, 1)}
    wanted = ran(config, inputs, "-O0")
    found = ran(config, inputs, "-O3")
    for port in range(PORTS):
        assert_same(
            [without_times(f) for f in wanted.sent[port]],
            [without_times(f) for f in found.sent[port]],
            f"{name} port {port}",
        )
        assert wanted.sent[port]


@pytest.mark.parametrize("level", LEVELS)
def test_capture_writes_the_same(sorted_captures, level: str) -> None:
    packets = [(_START_NS + 1_001_000 * i, f) for i, f in enumerate(everything(0))]
    assert sorted_captures(packets, level)[:2] == sorted_captures(packets, "-O0")[:2]
