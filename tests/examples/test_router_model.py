"""The router, packet by packet against its model, on generated, malformed and real traffic."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.examples.compare import assert_same
from tests.examples.conftest import EXAMPLES, PORTS, Ran, everything, real
from tests.models.router import ICMP_ERRORS, Router
from tests.traffic import malformed, option_times, router_mix, without_times

ROUTER = EXAMPLES / "router-static.click"
# What the model calls the reasons that CheckIPHeader counts.
HEADER_REASONS = {
    "tiny_packet": "too short",
    "bad_version": "version",
    "bad_header_length": "header length",
    "bad_length": "length",
    "bad_checksum": "checksum",
    "bad_source": "bad source address",
}
_DAY_MS = 86_400_000
_TEST_MS = 15 * 60 * 1000


@pytest.mark.parametrize("port", range(PORTS))
def test_everything(ran: Ran, port: int) -> None:
    check(ran, Router(), port, everything(port))


def test_fragments_for_a_short_link(ran: Ran) -> None:
    check(ran, Router(mtu=576), 0, everything(0), "MTU=576")


@pytest.mark.parametrize("name", ["real-mix", "weird"])
def test_capture(ran: Ran, name: str) -> None:
    if not real(name):
        pytest.skip(f"{name}.pcap is not here")
    check(ran, Router(), 0, real(name))


def check(ran: Ran, model: Router, port: int, frames: Sequence[bytes], *args: str) -> None:
    """Compare what the router and the model send, in order, on each port."""
    result = ran(ROUTER, {port: frames}, "-O3", *args)
    wanted: list[list[bytes]] = [[] for _ in range(PORTS)]
    causes: list[list[bytes]] = [[] for _ in range(PORTS)]
    for frame in frames:
        for out, sent in model.process(port, frame):
            wanted[out].append(sent)
            causes[out].append(frame)
    for out in range(PORTS):
        assert_same(
            [without_times(f) for f in wanted[out]],
            [without_times(f) for f in result.sent[out]],
            f"router, in {port}, out {out}",
            causes[out],
        )
        for mine, its in zip(wanted[out], result.sent[out], strict=True):
            for a, b in zip(option_times(mine), option_times(its), strict=True):
                assert a == b or min((a - b) % _DAY_MS, (b - a) % _DAY_MS) < _TEST_MS
    check_counters(model, port, result.stats)


def check_counters(model: Router, port: int, stats: dict) -> None:
    """Compare what the statistics say about dropped packets with the model."""
    elements = {name: element["counters"] for name, element in stats["elements"].items()}
    header = elements[f"in{port}/check"]
    for counter, reason in HEADER_REASONS.items():
        assert header[counter] == model.drops[f"header: {reason}"], counter
    assert header["drops"] == sum(n for k, n in model.drops.items() if k.startswith("header: "))
    assert elements["local"]["count"] == model.drops["local"]
    suppressed = sum(counters.get("suppressed", 0) for counters in elements.values())
    assert suppressed == sum(n for k, n in model.drops.items() if k.startswith("icmp "))


def test_the_traffic_takes_every_way() -> None:
    """The generated traffic leaves nothing of the model untried."""
    model = Router()
    sent = [
        frame
        for port in range(PORTS)
        for source in (router_mix(1, 3000, port), malformed(1, 2000))
        for frame in source
        for _, frame in model.process(port, frame)
    ]
    icmp = {
        f[34] for f in sent if f[12:14] == b"\x08\0" and f[14] == 0x45 and f[22:24] == b"\xc7\1"
    }
    assert icmp == set(ICMP_ERRORS) - {4}
    assert any(f[12:14] == b"\x08\x06" for f in sent)
    assert any(f[20] & 0x20 for f in sent if f[12:14] == b"\x08\0"), "no fragments"
    assert any(option_times(f) for f in sent)
    wanted = {
        "not IP, nor an ARP request",
        "ARP not for IP over Ethernet",
        "ARP for somebody else",
        "local",
        *(
            f"header: {reason}"
            for reason in (
                "too short",
                "version",
                "header length",
                "length",
                "checksum",
                "bad source address",
            )
        ),
        "icmp 3: about an ICMP error",
        "icmp 3: about a broadcast or multicast",
        "icmp 3: to a source that is none",
        "icmp 3: about a later fragment",
        "icmp 5: about a source route",
        "icmp 11: about an ICMP error",
        "icmp 12: about an ICMP error",
    }
    assert wanted <= set(model.drops)
